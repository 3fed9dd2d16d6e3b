"""Dates as registries write them: 2018-02-06, “2018 Feb 6”, “2018 Feb-Mar”, “May 1, 2001”, “c1997”."""

import re
from datetime import date

_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS = {name: number for number, name in enumerate(_NAMES.split("|"), 1)}
_YEAR = r"(?<![0-9])(1[4-9][0-9]{2}|20[0-9]{2})(?![0-9])"
_NUMBERS = re.compile(rf"\s*{_YEAR}(?:[-/]([0-9]{{1,2}}))?(?![0-9])(?:[-/]([0-9]{{1,2}}))?(?![0-9])")
_SPELLED = re.compile(rf"{_YEAR} ({_NAMES})[a-z]*\.?(?: ([0-9]{{1,2}})(?![0-9]))?", re.IGNORECASE)
_ANY_YEAR = re.compile(_YEAR)


def parts(text: str) -> list[int]:
    """Year, month and day as far as the text is sure of them; [] without a year."""
    numbers = _NUMBERS.match(text)
    found = (numbers if numbers and numbers[2] else None) or _SPELLED.search(text)
    if found:
        return checked(*found.groups())
    year = _ANY_YEAR.search(text)
    return [int(year[1])] if year else []


def checked(year: str | None, month: str | None = None, day: str | None = None) -> list[int]:
    """Year, month (a number or an English name) and day up to the first that cannot be meant."""
    if not year or not _ANY_YEAR.fullmatch(year):
        return []
    named = _MONTHS.get((month or "")[:3].lower(), 0)
    number = named or _number(month)
    if not 1 <= number <= 12:
        return [int(year)]
    try:
        return [*date(int(year), number, _number(day)).timetuple()[:3]]
    except ValueError:
        return [int(year), number]


def whole(found: list[int]) -> date | None:
    """The day, if year, month and day are all known."""
    return date(*found) if len(found) == 3 else None


def issued(*choices: list[int]) -> dict[str, list[list[int]]]:
    """The first known of these dates as CSL-JSON has it; {} if none is known."""
    return next(({"date-parts": [choice]} for choice in choices if choice), {})


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,2}", text) else 0
