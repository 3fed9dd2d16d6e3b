"""What a person wrote in threads: what everybody reads, and what only its author and the moderators do."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, literal_column, select, tuple_
from sqlalchemy.orm import Session

from forum.db import AnyRow, AnySelect, rows
from forum.discussion import anonymity
from forum.discussion.naming import called
from forum.discussion.tables import Post, Thread
from forum.markup.plain import unspoiled
from forum.paging import Cursor, Page


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


class Written(NamedTuple):
    """An answer, a reply or a comment that readers see, and the title of its thread."""

    id: int
    kind: str
    title: str
    excerpt: str
    score: int
    is_accepted: bool
    created_at: datetime


EXCERPT, LONGER_EXCERPT = 120, 240
MOST_UNSEEN = 50
_FACTS: AnySelect = (
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
    .order_by(Post.id.desc())
    .limit(MOST_UNSEEN)
)
_AUTHOR_ID = bindparam("author_id", type_=Post.author_id.type)
_UNSEEN = _FACTS.where(Post.author_id == _AUTHOR_ID, Post.visible.is_(False))
_UNNAMED = _FACTS.add_columns(Post.visible).where(Post.id.in_(anonymity.posts_written(_AUTHOR_ID)))
_WRITTEN: AnySelect = (
    select(
        Post.id,
        Post.kind,
        Thread.kind.label("thread_kind"),
        Thread.title,
        func.substr(Post.plain, 1, LONGER_EXCERPT + 1).label("plain"),
        Post.score,
        Post.accepted_at.is_not(None).label("is_accepted"),
        Post.created_at,
    )
    .join(Thread, Thread.id == Post.thread_id)
    # In the words of the index ix_post_written, with no value bound: only then it is taken.
    .where(Post.author_id == bindparam("author_id"), Post.visible, Post.kind != literal_column("'opening'"))
    .order_by(Post.created_at.desc(), Post.id.desc())
)


def written(db: Session, account_id: int, after: str | None, limit: int) -> Page[Written]:
    """What the person answered, replied and commented, the newest first; only what readers see."""
    statement, cursor = _WRITTEN.limit(limit + 1), Cursor.decode(after, datetime, int)
    if cursor:
        statement = statement.where(tuple_(Post.created_at, Post.id) < tuple_(*cursor))
    found = [_written(post) for post in rows(db, statement, author_id=account_id)]
    return Page.of(found, limit, lambda post: (post.created_at, post.id))


def unseen(db: Session, account_id: int) -> list[Unseen]:
    """Posts of the person that readers do not see, of every kind, the newest first; fifty at most."""
    return [_unseen(post) for post in rows(db, _UNSEEN, author_id=account_id)]


def unnamed(db: Session, account_id: int) -> list[Unseen]:
    """What the person wrote without a name, for nobody but them, the newest first; fifty at most.

    The state of what readers see is "".
    """
    found = rows(db, _UNNAMED, author_id=account_id)
    return [_unseen(post)._replace(state="" if post.visible else post.state) for post in found]


def _unseen(post: AnyRow) -> Unseen:
    return Unseen(
        post.id,
        called(post.kind, post.thread_kind),
        post.state,
        post.title if post.is_open else "",
        _excerpt(post.plain, EXCERPT),
        post.created_at,
    )


def _written(post: AnyRow) -> Written:
    kind, excerpt = called(post.kind, post.thread_kind), _excerpt(post.plain, LONGER_EXCERPT)
    return Written(post.id, kind, post.title, excerpt, post.score, bool(post.is_accepted), post.created_at)


def _excerpt(plain: str, length: int) -> str:
    line = " ".join(unspoiled(plain).split())
    return line if len(plain) <= length else line.rsplit(" ", 1)[0] + " …"
