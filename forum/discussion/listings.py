"""Lists of threads: what is new, what waits for an answer, what carries a tag, what somebody asked.

And of posts that readers do not see, for their author.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, func, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from forum.accounts.tables import Account
from forum.db import AnySelect, rows
from forum.discussion.naming import called
from forum.discussion.tables import Post, Tag, Thread, ThreadTag
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


class Unseen(NamedTuple):
    """A post that readers do not see. `title` is that of its thread, "" if its author does not see that one.

    `kind` is question, answer …; `state` may be "shown": then it stands under something that is not.
    """

    id: int
    kind: str
    state: str
    title: str
    excerpt: str
    created_at: datetime


EXCERPT = 120
MOST_UNSEEN = 50
_UNSEEN = (
    select(
        Post.id,
        Post.kind,
        Thread.kind.label("thread_kind"),
        Post.state,
        Thread.title,
        (Thread.shown | (Thread.author_id == Post.author_id)).label("is_open"),
        func.substr(Post.plain, 1, EXCERPT + 1).label("plain"),
        Post.created_at,
    )
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.author_id == bindparam("author_id"), Post.visible.is_(False))
    .order_by(Post.id.desc())
    .limit(MOST_UNSEEN)
)
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


class _List(NamedTuple):
    """A list's first page and its later ones; built once, because building costs more than asking."""

    first: AnySelect
    later: AnySelect


def _list(
    statement: AnySelect, at: InstrumentedAttribute[datetime], key: InstrumentedAttribute[int]
) -> _List:
    first = statement.order_by(at.desc(), key.desc()).limit(bindparam("most", type_=Integer))
    moment, last = bindparam("moment", type_=at.type), bindparam("last", type_=Integer)
    return _List(first, first.where(tuple_(at, key) < tuple_(moment, last)))


_TAG_ID = select(Tag.id).where(Tag.name == bindparam("tag_name")).scalar_subquery()
_LATEST = _list(_ROWS.where(Thread.shown), Thread.active_at, Thread.id)
_UNANSWERED = _list(_ROWS.where(Thread.shown, Thread.is_unanswered), Thread.active_at, Thread.id)
_TAGGED = _list(
    _ROWS.join(ThreadTag, ThreadTag.thread_id == Thread.id).where(
        ThreadTag.tag_id == _TAG_ID, ThreadTag.shown
    ),
    ThreadTag.active_at,
    ThreadTag.thread_id,
)
_BY_AUTHOR = _list(
    _ROWS.where(Thread.author_id == bindparam("author_id"), Thread.shown), Thread.active_at, Thread.id
)


def latest(db: Session, after: str | None, limit: int) -> Page[ThreadRow]:
    """All threads, those with the latest posts first."""
    return _page(db, _LATEST, after, limit)


def unanswered(db: Session, after: str | None, limit: int) -> Page[ThreadRow]:
    """Questions that nobody has answered yet."""
    return _page(db, _UNANSWERED, after, limit)


def tagged(db: Session, tag_name: str, after: str | None, limit: int) -> Page[ThreadRow]:
    """Threads that carry the tag."""
    return _page(db, _TAGGED, after, limit, tag_name=tag_name)


def by_author(db: Session, account_id: int, after: str | None, limit: int) -> Page[ThreadRow]:
    """Threads that the person began."""
    return _page(db, _BY_AUTHOR, after, limit, author_id=account_id)


def unseen(db: Session, account_id: int) -> list[Unseen]:
    """Posts of the person that readers do not see, of every kind, the newest first; fifty at most."""
    return [
        Unseen(
            post.id,
            called(post.kind, post.thread_kind),
            post.state,
            post.title if post.is_open else "",
            _excerpt(post.plain),
            post.created_at,
        )
        for post in rows(db, _UNSEEN, author_id=account_id)
    ]


def _excerpt(plain: str) -> str:
    line = " ".join(plain.split())
    return line if len(plain) <= EXCERPT else line.rsplit(" ", 1)[0] + " …"


def named_beside(db: Session, thread_id: int) -> list[int]:
    """Ids of the threads whose pages show the title of this one: its original, and its duplicates."""
    original = select(Thread.duplicate_of_id).where(Thread.id == thread_id)
    duplicates = select(Thread.id).where(Thread.duplicate_of_id == thread_id)
    return [found for found in db.scalars(union_all(original, duplicates)) if found is not None]


def _page(db: Session, which: _List, after: str | None, limit: int, **values: int | str) -> Page[ThreadRow]:
    cursor = Cursor.decode(after, datetime, int)
    if cursor:
        found = rows(db, which.later, moment=cursor[0], last=cursor[1], most=limit + 1, **values)
    else:
        found = rows(db, which.first, most=limit + 1, **values)
    return Page.of(
        [ThreadRow._make(thread) for thread in found], limit, lambda last: (last.active_at, last.id)
    )
