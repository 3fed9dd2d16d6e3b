"""Days and numbers as the language spoken now writes them (CLDR, by Babel)."""

from datetime import UTC, date, datetime
from functools import lru_cache

from forum.languages.speaking import ENGLISH, LANGUAGES, spoken

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(moment: date) -> str:
    """The day in UTC, short: "12 Nov 2026", "12 nov. 2026"."""
    return _day(_in_utc(moment), "d MMM y", locale())


def long_day(moment: date) -> str:
    """The day in UTC, in full: "12 November 2026", "12 novembre 2026"."""
    return _day(_in_utc(moment), "d MMMM y", locale())


def month_day(moment: date) -> str:
    """The day in UTC without its year: "12 November", "12 novembre"."""
    return long_day(moment).rpartition(" ")[0]


def number(value: float) -> str:
    """The number with thousands set apart: 12345 is "12,345", in French "12 345"."""
    return f"{value:,}" if locale() == ENGLISH else _number(value, locale())


def _in_utc(moment: date) -> date:
    return moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment


def locale() -> str:
    """The language by whose customs days, numbers and places are written now."""
    return spoken() if spoken() in LANGUAGES else ENGLISH


@lru_cache(4096)
def _day(moment: date, pattern: str, code: str) -> str:
    if code == ENGLISH:
        # As Babel writes it; most readers then never load it.
        month = _MONTHS[moment.month - 1]
        return f"{moment.day} {month if 'MMMM' in pattern else month[:3]} {moment.year}"
    from babel.dates import format_date

    return format_date(moment, pattern, code)


@lru_cache(4096)
def _number(value: float, code: str) -> str:
    from babel.numbers import format_decimal

    return format_decimal(value, locale=code)
