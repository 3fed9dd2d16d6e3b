"""Periods after `before:` and `after:`."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.search.dates import start_of, written

AT = datetime(2026, 3, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024", "2024-01-01"),
        ("2024-05", "2024-05-01"),
        ("2024/5/3", "2024-05-03"),
        ("3.5.2024", "2024-05-03"),
        ("today", "2026-03-31"),
        ("Yesterday", "2026-03-30"),
        ("10d", "2026-03-21"),
        ("2w", "2026-03-17"),
        ("week", "2026-03-24"),
        ("1m", "2026-02-28"),
        ("6 Months ago", "2025-09-30"),
        ("1y", "2025-03-31"),
        ("9999y", "1970-01-01"),
        ("9999w", "1970-01-01"),
    ],
)
def test_a_period_begins(text: str, day: str) -> None:
    moment = start_of(text, AT)
    assert moment is not None
    assert (moment.tzinfo, moment.hour, written(moment)) == (UTC, 0, day)


@pytest.mark.parametrize(
    "text", ["", "someday", "2024-13", "2023-02-29", "0024", "20240", "-1d", "99999d", "6q"]
)
def test_what_no_calendar_has_is_no_period(text: str) -> None:
    assert start_of(text, AT) is None


def test_today_is_the_day_in_utc() -> None:
    late = datetime(2026, 4, 1, 1, tzinfo=timezone(timedelta(hours=5)))
    assert start_of("today", late) == datetime(2026, 3, 31, tzinfo=UTC)


@given(st.integers(0, 20_000).map(lambda days: AT + timedelta(days=days)), st.integers(0, 9999))
@settings(max_examples=50, deadline=None)
def test_a_time_ago_is_a_day_that_can_be_written(at: datetime, amount: int) -> None:
    for unit in "dwmy":
        moment = start_of(f"{amount}{unit}", at)
        assert moment is not None and moment <= at
        assert start_of(written(moment), at) == moment
