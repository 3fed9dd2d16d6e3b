"""Lengths of time in words, for pages that say how long something lasts."""

from datetime import timedelta

from forum.languages.formats import number
from forum.languages.words import ngettext

_UNITS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))


def lasting(span: timedelta) -> str:
    """The span in its largest whole unit: "30 days", "1 hour", "90 minutes"."""
    unit = next((unit for unit in _UNITS if span >= unit and not span % unit), timedelta(seconds=1))
    count = span // unit
    words = {
        timedelta(days=1): ngettext("{count} day", "{count} days", count),
        timedelta(hours=1): ngettext("{count} hour", "{count} hours", count),
        timedelta(minutes=1): ngettext("{count} minute", "{count} minutes", count),
        timedelta(seconds=1): ngettext("{count} second", "{count} seconds", count),
    }
    return words[unit].format(count=number(count))
