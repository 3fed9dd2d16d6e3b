"""Whom a writer may mean who has typed "@" and some letters: first those who write in the same thread."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, select
from sqlalchemy.orm import Session

from forum.accounts import names
from forum.accounts.tables import Account, Standing
from forum.db import AnySelect, rows
from forum.discussion import anonymity
from forum.discussion.tables import Post

MOST = 8
#: So many of a thread's newest posts are looked at, and so many names that begin alike.
_POSTS, _NAMES = 200, 300
#: The last letter of all.
_LAST = "\U0010ffff"

_HERE: ColumnElement[bool] = and_(
    Account.closed_at.is_(None),
    # Nobody has looked at the name of one that waits to be let in.
    Account.standing.not_in((Standing.SUSPENDED, Standing.HELD)),
    Account.id != anonymity.ACCOUNT_ID,
)
_letters = bindparam("letters", type_=Account.name_key.type)
_BEGINS = and_(Account.name_key >= _letters, Account.name_key < bindparam("end", type_=Account.name_key.type))

_newest = (
    select(Post.author_id, Post.visible)
    .where(Post.thread_id == bindparam("thread_id"))
    .order_by(Post.id.desc())
    .limit(_POSTS)
    .subquery()
)
_IN_THREAD: AnySelect = (
    select(Account.name)
    .where(Account.id.in_(select(_newest.c.author_id).where(_newest.c.visible)), _HERE, _BEGINS)
    .order_by(Account.name_key)
    .limit(bindparam("most"))
)
_alike = select(Account.id).where(_BEGINS).order_by(Account.name_key).limit(_NAMES).subquery()
_BY_NAME: AnySelect = (
    select(Account.name)
    .where(Account.id.in_(select(_alike.c.id)), _HERE)
    .order_by(Account.shown_posts.desc(), Account.name_key)
    .limit(bindparam("most"))
)


class Suggested(NamedTuple):
    """Somebody who can be mentioned; `is_here`: they wrote in the thread, where all can read it."""

    name: str
    is_here: bool


def people(db: Session, letters: str, thread_id: int | None) -> list[Suggested]:
    """Those whose names begin so, eight at most.

    Without letters only those of the thread. Nobody whose account is closed, suspended or not let in yet, and
    never those who write without a name.
    """
    key = names.key(letters)
    asked: dict[str, Any] = {"letters": key, "end": key + _LAST, "most": MOST}
    here = [name for (name,) in rows(db, _IN_THREAD, thread_id=thread_id, **asked)] if thread_id else []
    others = [name for (name,) in rows(db, _BY_NAME, **asked)] if key and len(here) < MOST else []
    found = dict.fromkeys([*here, *others])
    return [Suggested(name, name in here) for name in found][:MOST]
