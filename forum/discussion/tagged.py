"""Lists of threads by tag: with all of some tags, with any of some, and which tags stand beside them."""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from forum.db import AnySelect, rows
from forum.discussion.tables import Tag, Thread, ThreadTag
from forum.discussion.tags import TagRow
from forum.discussion.thread_rows import ROWS, ThreadList, ThreadRow, page_of, thread_list
from forum.paging import Page

#: Tags that one list can ask for together.
MOST_TAGS = 4
#: Among so many threads, the latest, companions are counted; and so many are named.
LOOKED_AT, COMPANIONS = 200, 8


class Order(StrEnum):
    """Of a tag's threads."""

    LATEST = "latest"
    NEWEST = "newest"
    TOP = "top"
    UNANSWERED = "unanswered"


class Companion(NamedTuple):
    """A tag that stands beside others, on so many of the threads that were looked at."""

    name: str
    times: int


_KEYS: dict[Order, dict[str, Any]] = {
    Order.LATEST: {"active_at": ThreadTag.active_at},
    Order.NEWEST: {"created_at": ThreadTag.created_at},
    Order.TOP: {"hot": ThreadTag.hot},
    Order.UNANSWERED: {"active_at": ThreadTag.active_at},
}


def with_all(
    db: Session, tags: Sequence[TagRow], after: str | None, limit: int, order: Order = Order.LATEST
) -> Page[ThreadRow]:
    """Threads that carry all of these tags."""
    return page_of(db, _with_all(len(tags), order), after, limit, **_bound(tags))


def companions(db: Session, tags: Sequence[TagRow]) -> list[Companion]:
    """The tags that most often stand beside all of these, in the latest 200 threads that carry them."""
    return [Companion(*found) for found in rows(db, _companions(len(tags)), **_bound(tags))]


def _bound(tags: Sequence[TagRow]) -> dict[str, int]:
    """The rarest tag leads: its index is walked, and each thread on it is asked for the others."""
    ordered = sorted(tags, key=lambda tag: tag.thread_count)
    return {f"tag_{number}": tag.id for number, tag in enumerate(ordered)}


def _carries(count: int) -> tuple[ColumnElement[bool], ...]:
    """A row of thread_tag is that of the first tag, and its thread carries the others."""
    ids = [bindparam(f"tag_{number}", type_=Integer) for number in range(count)]
    others = [aliased(ThreadTag) for _ in ids[1:]]
    beside = (
        exists().where(other.thread_id == ThreadTag.thread_id, other.tag_id == tag_id)
        for other, tag_id in zip(others, ids[1:], strict=True)
    )
    return (ThreadTag.tag_id == ids[0], ThreadTag.shown.expression, *beside)


@lru_cache(MOST_TAGS * len(Order))
def _with_all(count: int, order: Order) -> ThreadList:
    statement = ROWS.join(ThreadTag, ThreadTag.thread_id == Thread.id).where(*_carries(count))
    if order == Order.UNANSWERED:
        statement = statement.where(ThreadTag.is_unanswered)
    return thread_list(statement, **_KEYS[order], id=ThreadTag.thread_id)


@lru_cache(MOST_TAGS)
def _companions(count: int) -> AnySelect:
    latest = select(ThreadTag.thread_id).where(*_carries(count))
    latest = latest.order_by(ThreadTag.active_at.desc(), ThreadTag.thread_id.desc()).limit(LOOKED_AT)
    looked_at, beside, times = latest.subquery(), aliased(ThreadTag), func.count()
    asked = [bindparam(f"tag_{number}", type_=Integer) for number in range(count)]
    counted = (
        select(beside.tag_id, times.label("times"))
        .join(looked_at, looked_at.c.thread_id == beside.thread_id)
        .where(beside.tag_id.not_in(asked))
        .group_by(beside.tag_id)
        .order_by(times.desc(), beside.tag_id)
        .limit(COMPANIONS)
        .subquery()
    )
    named = select(Tag.name, counted.c.times).join(counted, counted.c.tag_id == Tag.id)
    return named.order_by(counted.c.times.desc(), Tag.name)
