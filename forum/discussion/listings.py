"""Lists of threads: what is new, what waits for an answer, what carries a tag, what somebody asked."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from forum.accounts.tables import Account
from forum.db import AnySelect, rows
from forum.discussion.tables import Tag, Thread, ThreadTag
from forum.paging import Cursor, Page

_Author, _Active = aliased(Account), aliased(Account)


class ThreadRow(NamedTuple):
    """One line of a list."""

    id: int
    kind: str
    title: str
    slug: str
    tag_names: str
    state: str
    score: int
    answer_count: int
    is_accepted: bool
    active_at: datetime
    author: str
    active_by: str


_ROWS: AnySelect = (
    select(
        Thread.id,
        Thread.kind,
        Thread.title,
        Thread.slug,
        Thread.tag_names,
        Thread.state,
        Thread.score,
        Thread.answer_count,
        Thread.is_accepted,
        Thread.active_at,
        _Author.name,
        _Active.name,
    )
    .join(_Author, _Author.id == Thread.author_id)
    .join(_Active, _Active.id == Thread.active_by_id)
)


def latest(db: Session, after: str | None, limit: int) -> Page[ThreadRow]:
    """All threads, those with the latest posts first."""
    return _page(db, _ROWS.where(Thread.shown), Thread.active_at, Thread.id, after, limit)


def unanswered(db: Session, after: str | None, limit: int) -> Page[ThreadRow]:
    """Questions that nobody has answered yet."""
    statement = _ROWS.where(Thread.shown, Thread.is_unanswered)
    return _page(db, statement, Thread.active_at, Thread.id, after, limit)


def tagged(db: Session, tag_name: str, after: str | None, limit: int) -> Page[ThreadRow]:
    """Threads that carry the tag."""
    tag_id = select(Tag.id).where(Tag.name == tag_name).scalar_subquery()
    statement = _ROWS.join(ThreadTag, ThreadTag.thread_id == Thread.id).where(
        ThreadTag.tag_id == tag_id, ThreadTag.shown
    )
    return _page(db, statement, ThreadTag.active_at, ThreadTag.thread_id, after, limit)


def by_author(db: Session, account_id: int, after: str | None, limit: int) -> Page[ThreadRow]:
    """Threads that the person began."""
    statement = _ROWS.where(Thread.author_id == account_id, Thread.shown)
    return _page(db, statement, Thread.active_at, Thread.id, after, limit)


def _page(
    db: Session,
    statement: AnySelect,
    at: InstrumentedAttribute[datetime],
    key: InstrumentedAttribute[int],
    after: str | None,
    limit: int,
) -> Page[ThreadRow]:
    cursor = Cursor.decode(after, datetime, int)
    if cursor:
        earlier: ColumnElement[bool] = tuple_(at, key) < tuple_(cursor[0], cursor[1])
        statement = statement.where(earlier)
    found = rows(db, statement.order_by(at.desc(), key.desc()).limit(limit + 1))
    return Page.of(
        [ThreadRow(*thread) for thread in found], limit, lambda thread: (thread.active_at, thread.id)
    )
