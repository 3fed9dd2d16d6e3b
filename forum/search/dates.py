"""Periods as people type them after `before:` and `after:`: years, months, days, and times ago."""

import re
from datetime import UTC, date, datetime, timedelta

from forum.languages.words import N_

_DAY = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?")
_GERMAN = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_AGO = re.compile(r"([0-9]{0,4})-?(d|days?|w|weeks?|m|mo|months?|y|yrs?|years?)(?:-ago)?")
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"m": 1, "y": 12}
_NAMED = {"today": 0, "now": 0, "yesterday": 1, "last-week": 7, "last-month": 30, "last-year": 365}
#: Times ago end here: nothing on the web is older.
_FIRST = date(1970, 1, 1)
POSSIBLE = N_("2024, 2024-05, 2024-05-03, 10d, 2w, 6m, 1y, today or yesterday")


def start_of(text: str, at: datetime) -> datetime | None:
    """The first moment, UTC, of the year, month or day that `text` names; None if it names none.

    `6m` is the day six months before `at`, a shorter month's last day if need be; `10d`, `2w`, `1y` alike.
    So `after:2024-05` is from May 2024 on, with May, and `before:2024-05` ends with April.
    """
    wanted = "-".join(text.casefold().split())
    today = at.astimezone(UTC).date()
    day = _named(wanted, today) or _written(wanted) or _ago(wanted, today)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def written(moment: datetime) -> str:
    """The day of a moment that `start_of` gave, as it reads it."""
    return moment.date().isoformat()


def _named(wanted: str, today: date) -> date | None:
    return today - timedelta(days=_NAMED[wanted]) if wanted in _NAMED else None


def _written(wanted: str) -> date | None:
    if german := _GERMAN.fullmatch(wanted):
        day, month, year = (int(part) for part in german.groups())
        return _day(year, month, day)
    found = _DAY.fullmatch(wanted)
    return _day(*(int(part or 1) for part in found.groups())) if found else None


def _day(year: int, month: int, day: int) -> date | None:
    """None for a day that no calendar has; years before 1000 are typing errors."""
    try:
        return date(year, month, day) if year >= 1000 else None
    except ValueError:
        return None


def _ago(wanted: str, today: date) -> date | None:
    found = _AGO.fullmatch(wanted)
    if not found:
        return None
    amount, unit = int(found[1] or 1), found[2][0]
    if unit in _DAYS:
        return max(_FIRST, today - timedelta(days=amount * _DAYS[unit]))
    months = today.year * 12 + today.month - 1 - amount * _MONTHS[unit]
    if months < _FIRST.year * 12:
        return _FIRST
    first = date(months // 12, months % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(today.day, last.day))
