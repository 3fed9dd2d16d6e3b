"""How moderation goes: what waits, how fast it is decided, what lasted, who did it. For moderators.

Everything but what waits now is counted over some weeks, a year at most, along the indexes on `at`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Case, ColumnElement, Integer, case, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import UTCDateTime, row, rows
from forum.discussion.tables import Post, PostState
from forum.moderation import times
from forum.moderation.reversals import is_overturned, is_reversed
from forum.moderation.screening_tables import ScreeningResult
from forum.moderation.tables import (
    Appeal,
    AppealState,
    Decision,
    Flag,
    FlagState,
    ItemState,
    LogEntry,
    ReviewItem,
)
from forum.moderation.times import Times

WEEK = timedelta(weeks=1)
#: Bounds of the ages of open items, in days.
AGES = (1, 3, 7)


class Period(NamedTuple):
    """From `begin` to before `end`."""

    begin: datetime
    end: datetime

    def has(self, column: InstrumentedAttribute[datetime]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """In SQL: the moment is in the period."""
        return column >= self.begin, column < self.end


class Waiting(NamedTuple):
    """Open items of one kind: how many, since when the oldest waits, how many are younger than AGES."""

    kind: str
    items: int
    oldest: datetime
    younger_than: tuple[int, ...]


class Week(NamedTuple):
    """What happened in the week that began then; `automatic`: what the forum did by itself."""

    begin: datetime
    flags: int
    decisions: int
    automatic: int


class Outcomes(NamedTuple):
    """What became of the decisions, the flags, the appeals and the screening of a period."""

    decisions: int
    #: Changed or taken back by moderators or overturned on appeal; the latter alone.
    reversed: int
    overturned: int
    flags_upheld: int
    flags_declined: int
    flags_open: int
    appeals_granted: int
    appeals_refused: int
    appeals_open: int


class Load(NamedTuple):
    """What one moderator decided, and how much of it did not last."""

    name: str
    decisions: int
    reversed: int


class Automation(NamedTuple):
    """How often an act of the log was done by people, and how often by the forum itself."""

    act: str
    people: int
    forum: int


class Screened(NamedTuple):
    """Posts that screening stopped; `held_in_vain` of those held were published as they were."""

    refused: int
    held: int
    held_in_vain: int


def last_weeks(count: int) -> Period:
    """So many weeks, from a Monday (UTC); the last is the present one."""
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    end = today - timedelta(days=today.weekday()) + WEEK
    return Period(end - count * WEEK, end)


def waiting(db: Session) -> Sequence[Waiting]:
    """What is open now, by kind, the largest number first."""
    ages = [_number(ReviewItem.opened_at > now() - timedelta(days=days)) for days in AGES]
    count = func.count().label("count")
    counted = (
        select(ReviewItem.kind, count, func.min(ReviewItem.opened_at, type_=UTCDateTime()), *ages)
        .where(ReviewItem.state == ItemState.OPEN)
        .group_by(ReviewItem.kind)
        .order_by(count.desc(), ReviewItem.kind)
    )
    return [Waiting(kind, number, oldest, tuple(of)) for kind, number, oldest, *of in rows(db, counted)]


def weekly(db: Session, period: Period) -> Sequence[Week]:
    """Each week of the period, the earliest first."""
    begins = [period.begin + number * WEEK for number in range((period.end - period.begin) // WEEK)]
    flags = _per_week(db, begins, Flag.created_at)
    decisions = _per_week(db, begins, Decision.at, Decision.moderator_id.is_not(None))
    automatic = _per_week(db, begins, LogEntry.at, LogEntry.actor_id.is_(None))
    return [
        Week(begin, flags.get(number, 0), decisions.get(number, 0), automatic.get(number, 0))
        for number, begin in enumerate(begins)
    ]


def _per_week(
    db: Session,
    begins: Sequence[datetime],
    moment: InstrumentedAttribute[datetime],
    *which: ColumnElement[bool],
) -> dict[int, int]:
    """How many rows there are in each week: by joining the weeks, because SQL has no common word for them."""
    each = [
        select(
            literal(number, Integer).label("number"),
            literal(begin, UTCDateTime()).label("begin"),
            literal(begin + WEEK, UTCDateTime()).label("end"),
        )
        for number, begin in enumerate(begins)
    ]
    weeks = union_all(*each).subquery()
    counted = (
        select(weeks.c.number, func.count().label("rows"))
        .join_from(weeks, moment.parent.entity, (moment >= weeks.c.begin) & (moment < weeks.c.end))
        .where(*which)
        .group_by(weeks.c.number)
    )
    return {each.number: each.rows for each in rows(db, counted)}


def took(db: Session, period: Period) -> tuple[Times | None, Mapping[str, Times]]:
    """How long what was decided in the period had waited: all of it, and for each reason as in times.py."""
    when = period.has(Decision.at)
    return times.overall(db, *when), times.by_reason(db, *when)


def outcomes(db: Session, period: Period) -> Outcomes:
    """What became of what was decided, flagged and appealed in the period."""
    decided = select(func.count(), _number(is_reversed(Decision)), _number(is_overturned(Decision)))
    made = _one(db, decided.where(*period.has(Decision.at), Decision.waited_seconds.is_not(None)))
    flagged = select(*(_number(Flag.state == state) for state in _FLAG_STATES))
    flags = _one(db, flagged.where(*period.has(Flag.created_at)))
    asked = select(*(_number(Appeal.state == state) for state in _APPEAL_STATES))
    appeals = _one(db, asked.where(*period.has(Appeal.created_at)))
    return Outcomes(*made, *flags, *appeals)


def load(db: Session, period: Period) -> Sequence[Load]:
    """What each moderator decided, the busiest first."""
    count = func.count().label("count")
    counted = (
        select(Account.name, count, _number(is_reversed(Decision)))
        .select_from(Decision)
        .join(Account, Account.id == Decision.moderator_id)
        .where(*period.has(Decision.at))
        .group_by(Account.id, Account.name)
        .order_by(count.desc(), Account.name)
    )
    return [Load(*each) for each in rows(db, counted)]


def automation(db: Session, period: Period) -> Sequence[Automation]:
    """The acts of the log, what the forum did most first."""
    forum, people = _number(LogEntry.actor_id.is_(None)), _number(LogEntry.actor_id.is_not(None))
    counted = (
        select(LogEntry.act, people, forum.label("forum"))
        .where(*period.has(LogEntry.at))
        .group_by(LogEntry.act)
        .order_by(forum.desc(), people.desc(), LogEntry.act)
    )
    return [Automation(*each) for each in rows(db, counted)]


def screened(db: Session, period: Period) -> Screened:
    """What screening stopped in the period, and how much of it rightly."""
    in_vain = (ScreeningResult.outcome == "hold") & (Post.state == PostState.SHOWN) & (Post.revision == 1)
    counted = (
        select(
            _number(ScreeningResult.outcome == "refuse"),
            _number(ScreeningResult.outcome == "hold"),
            _number(in_vain),
        )
        .outerjoin(Post, Post.id == ScreeningResult.post_id)
        .where(*period.has(ScreeningResult.at))
    )
    return Screened(*_one(db, counted))


_FLAG_STATES = (FlagState.UPHELD, FlagState.DECLINED, FlagState.OPEN)
_APPEAL_STATES = (AppealState.GRANTED, AppealState.REFUSED, AppealState.OPEN)


def _number(true: ColumnElement[bool]) -> ColumnElement[int]:
    """In SQL: in how many of the rows it is true."""
    counts: Case[int] = case((true, 1), else_=0)
    return func.coalesce(func.sum(counts), 0)


def _one(db: Session, statement: Any) -> Sequence[int]:
    found = row(db, statement)
    return tuple(found or ())
