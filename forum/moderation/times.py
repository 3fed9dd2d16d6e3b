"""How long items had waited when they were decided: the median, and what nine in ten keep to.

Percentiles are nearest ranks: of n waits in order the one at place n·50/100, or n·90/100, rounded up. They
are found in SQL by window functions, which both databases have, so that no row but these is read.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from forum.db import rows
from forum.moderation.tables import Decision, Flag, FlagState, ItemKind, ReviewItem

MEDIAN, NINE_IN_TEN = 50, 90


#: A post that no flag was about had been held.
_kind = case((ReviewItem.kind == ItemKind.FLAGGED, literal(ItemKind.HELD.value)), else_=ReviewItem.kind)


class Times(NamedTuple):
    """How many were decided, and how long they had waited, in seconds."""

    decided: int
    median: int
    nine_in_ten: int


def overall(db: Session, *which: ColumnElement[bool]) -> Times | None:
    """Of the decisions that ended an item, as far as `which` says; None if there is none."""
    waits = select(literal("").label("key"), Decision.waited_seconds.label("waited"))
    return _times(db, _ended(waits, *which)).get("")


def by_reason(db: Session, *which: ColumnElement[bool]) -> Mapping[str, Times]:
    """The same for each reason for flags, by its key; items without a flag under their ItemKind.

    Of an item that was flagged for two reasons, the decision counts under both.
    """
    flagged = _ended(
        select(Flag.reason.label("key"), Decision.id, Decision.waited_seconds.label("waited"))
        .select_from(Decision)
        .join(Flag, _answers())
        .distinct(),
        *which,
    ).subquery()
    others = _ended(
        select(_kind.label("key"), Decision.waited_seconds.label("waited"))
        .select_from(Decision)
        .join(ReviewItem, ReviewItem.id == Decision.item_id),
        ~exists().where(_answers()).correlate(Decision),
        *which,
    )
    return _times(db, union_all(select(flagged.c.key, flagged.c.waited), others))


def _ended(statement: Any, *which: ColumnElement[bool]) -> Any:
    return statement.where(Decision.waited_seconds.is_not(None), *which)


def _answers() -> ColumnElement[bool]:
    """The decision settled the flag: when it was made, or before somebody had second thoughts."""
    return (
        (Flag.item_id == Decision.item_id)
        & (Flag.created_at <= Decision.at)
        & (Flag.state != FlagState.WITHDRAWN)
        & or_(Flag.decision_id >= Decision.id, Flag.decision_id.is_(None))
    )


def _times(db: Session, waits: Any) -> Mapping[str, Times]:
    """The percentiles for each key of a select of keys and waits."""
    each = waits.subquery()
    place = func.row_number().over(partition_by=each.c.key, order_by=each.c.waited)
    number = func.count().over(partition_by=each.c.key)
    ranked = select(each.c.key, each.c.waited, place.label("place"), number.label("number")).subquery()
    wanted = (ranked.c.place == rank(ranked.c.number, percent) for percent in (MEDIAN, NINE_IN_TEN))
    found: dict[str, Times] = {}
    for key, waited, number_of in rows(
        db,
        select(ranked.c.key, ranked.c.waited, ranked.c.number)
        .where(or_(*wanted))
        .order_by(ranked.c.key, ranked.c.place),
    ):
        # The lower rank comes first; it is both when they are the same.
        first = found.get(key, Times(number_of, waited, waited))
        found[key] = first._replace(nine_in_ten=waited)
    return found


def rank(number: Any, percent: int) -> Any:
    """The place, from 1, of the percentile among so many; for a number and in SQL alike."""
    return (number * percent + 99) // 100
