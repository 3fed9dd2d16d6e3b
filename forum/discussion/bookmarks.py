"""Posts that somebody wants to find again: a private list, the latest first."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import AnyRow, AnySelect, rows
from forum.discussion import anonymity
from forum.discussion.naming import called, readable_title
from forum.discussion.private_tables import Bookmark
from forum.discussion.tables import Post, Thread
from forum.markup.plain import unspoiled
from forum.paging import Cursor, Page

EXCERPT = 200


class Marked(NamedTuple):
    """A bookmark; of a post that is not there for its keeper now, nothing but the number and the day."""

    post_id: int
    at: datetime
    is_there: bool
    kind: str
    title: str
    author: str
    excerpt: str
    note: str
    remind_at: datetime | None


class Due(NamedTuple):
    """A bookmark of which its keeper wants to be reminded; `title` is "" where readers do not see it."""

    account_id: int
    post_id: int
    thread_id: int
    note: str
    title: str


_ME = bindparam("account_id", type_=Post.author_id.type)
_IS_THERE = or_(Post.visible, anonymity.wrote(_ME))


def _if_there(column: ColumnElement[str]) -> ColumnElement[str]:
    return case((_IS_THERE, column), else_="")


_MINE: AnySelect = (
    select(
        Bookmark.post_id,
        Bookmark.at,
        _IS_THERE.label("is_there"),
        _if_there(Post.kind.expression).label("kind"),
        _if_there(Thread.kind.expression).label("thread_kind"),
        _if_there(readable_title()).label("title"),
        _if_there(Account.name.expression).label("author"),
        _if_there(func.substr(Post.plain, 1, EXCERPT + 1)).label("excerpt"),
        Bookmark.note,
        Bookmark.remind_at,
    )
    .join(Post, Post.id == Bookmark.post_id)
    .join(Thread, Thread.id == Post.thread_id)
    .join(Account, Account.id == Post.author_id)
    .where(Bookmark.account_id == _ME)
    .order_by(Bookmark.at.desc(), Bookmark.post_id.desc())
    .limit(bindparam("limit"))
)
_LAST = tuple_(bindparam("at", type_=Bookmark.at.type), bindparam("post_id", type_=Bookmark.post_id.type))
_AFTER = _MINE.where(tuple_(Bookmark.at, Bookmark.post_id) < _LAST)


def put(db: Session, account_id: int, post_id: int) -> None:
    """The post has the account's bookmark; twice is the same as once."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"account_id": account_id, "post_id": post_id, "at": now()}
    db.execute(insert(Bookmark).values(values).on_conflict_do_nothing())


def annotate(db: Session, account_id: int, post_id: int, note: str, remind_at: datetime | None) -> bool:
    """The account's bookmark has this note, and is due then; False if there is none."""
    mine = (Bookmark.account_id == account_id, Bookmark.post_id == post_id)
    kept = update(Bookmark).where(*mine).values(note=note, remind_at=remind_at)
    return db.scalar(kept.returning(Bookmark.post_id)) is not None


def due(db: Session, at: datetime, most: int) -> list[Due]:
    """At most `most` bookmarks whose keepers want to be reminded by then, the longest due first."""
    wanted = select(
        Bookmark.account_id,
        Bookmark.post_id,
        Post.thread_id,
        Bookmark.note,
        case((Post.visible, readable_title()), else_="").label("title"),
    )
    wanted = wanted.join(Post, Post.id == Bookmark.post_id).join(Thread, Thread.id == Post.thread_id)
    wanted = wanted.where(Bookmark.remind_at <= at).order_by(Bookmark.remind_at, Bookmark.account_id)
    return [Due(*found) for found in rows(db, wanted.limit(most))]


def reminded(db: Session, found: Due) -> bool:
    """The bookmark is not due any more; False if it was not by now."""
    mine = (Bookmark.account_id == found.account_id, Bookmark.post_id == found.post_id)
    kept = update(Bookmark).where(*mine, Bookmark.remind_at.is_not(None)).values(remind_at=None)
    return db.scalar(kept.returning(Bookmark.post_id)) is not None


def remove(db: Session, account_id: int, post_id: int) -> None:
    """The post has no bookmark of the account."""
    mine = (Bookmark.account_id == account_id, Bookmark.post_id == post_id)
    db.execute(delete(Bookmark).where(*mine))


def forget(db: Session, account_id: int) -> None:
    """The account has no bookmarks."""
    db.execute(delete(Bookmark).where(Bookmark.account_id == account_id))


def of_account(db: Session, account_id: int, after: str | None, limit: int) -> Page[Marked]:
    """The account's bookmarks, the latest first."""
    asked = {"account_id": account_id, "limit": limit + 1}
    if cursor := Cursor.decode(after, datetime, int):
        at, post_id = cursor
        found = rows(db, _AFTER, **asked, at=at, post_id=post_id)
    else:
        found = rows(db, _MINE, **asked)
    return Page.of([_marked(each) for each in found], limit, lambda last: (last.at, last.post_id))


def one(db: Session, account_id: int, post_id: int) -> Page[Marked]:
    """The account's bookmark of this post alone, if it has one."""
    found = rows(db, _MINE.where(Bookmark.post_id == post_id), account_id=account_id, limit=1)
    return Page([_marked(each) for each in found], None)


def _marked(found: AnyRow) -> Marked:
    kind = called(found.kind, found.thread_kind) if found.is_there else ""
    excerpt = " ".join(unspoiled(found.excerpt).split())
    if len(found.excerpt) > EXCERPT:
        excerpt = excerpt.rpartition(" ")[0] + " …"
    words = (kind, found.title, found.author, excerpt)
    return Marked(found.post_id, found.at, bool(found.is_there), *words, found.note, found.remind_at)
