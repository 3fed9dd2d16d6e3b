"""Lengths of time in words, for pages that say how long something lasts."""

from datetime import timedelta

_UNITS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
    (timedelta(seconds=1), "second"),
)


def lasting(span: timedelta) -> str:
    """The span in its largest whole unit: "30 days", "1 hour", "90 minutes"."""
    for unit, name in _UNITS:
        number, rest = divmod(span, unit)
        if number and not rest:
            return f"{number:,} {name}{'' if number == 1 else 's'}"
    return f"{span // timedelta(seconds=1):,} seconds"
