"""The best threads of a week, a month, a year, and ever; `ranking` says what that means."""

from enum import StrEnum

from sqlalchemy import bindparam, func, select, union_all
from sqlalchemy.orm import Session

from forum.clock import now
from forum.discussion.ranking import AGES
from forum.discussion.tables import Thread
from forum.discussion.thread_rows import MOST, ROWS, Keys, ThreadList, ThreadRow, page_of, thread_list
from forum.paging import Page


class Span(StrEnum):
    """Of what time the best are shown."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    EVER = "ever"

    @property
    def longer(self) -> "Span":
        """The next longer one; that of `ever` is itself."""
        spans = list(Span)
        return spans[min(spans.index(self) + 1, len(spans) - 1)]


_SINCE = bindparam("since", type_=Thread.created_at.type)
_ORDER = {
    "score": Thread.score,
    "answer_count": Thread.answer_count,
    "active_at": Thread.active_at,
    "id": Thread.id,
}
_EVER = thread_list(ROWS.where(Thread.shown), hot=Thread.hot, id=Thread.id)


def best(db: Session, span: Span, after: str | None, limit: int) -> Page[ThreadRow]:
    """The best threads of those begun within the span."""
    if span == Span.EVER:
        return page_of(db, _EVER, after, limit)
    classes = list(Span).index(span) + 1
    return page_of(db, _WITHIN[classes - 1], after, limit, since=now() - AGES[classes - 1])


def _within(classes: int) -> ThreadList:
    """The best of so many classes of age: a page of each, found along the index, is merged into one."""
    keys = Keys(_ORDER)
    # Not compared by itself: an index of dates would be taken, and all threads of the span sorted.
    is_begun = func.coalesce(Thread.created_at, _SINCE) >= _SINCE
    each = [
        select(*_ORDER.values()).where(Thread.shown, Thread.age == number, is_begun)
        for number in range(classes)
    ]
    pages = []
    for more in ((), (keys.are_later,)):
        parts = (part.where(*more).order_by(*keys.falling).limit(MOST).subquery() for part in each)
        found = union_all(*(select(part) for part in parts)).subquery()
        falling = [found.c[name].desc() for name in _ORDER]
        pages.append(ROWS.join(found, found.c.id == Thread.id).order_by(*falling).limit(MOST))
    return ThreadList(pages[0], pages[1], tuple(_ORDER))


_WITHIN = [_within(classes) for classes in range(1, len(AGES) + 1)]
