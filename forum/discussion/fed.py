"""Posts as feeds tell them: whole, with what they cite, the newest first, and only what everybody sees."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import ColumnElement, Integer, bindparam, literal_column, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.db import AnyRow, AnySelect, rows
from forum.discussion import cited, post_notices
from forum.discussion.cited import CitationView
from forum.discussion.naming import called
from forum.discussion.post_notices import Notice
from forum.discussion.tables import Post, PostKind, Thread


class FedPost(NamedTuple):
    """One visible post; `kind` is question, answer, reply …

    `changed_at` is when readers first saw this wording, `active_at` when its thread had its latest post.
    """

    id: int
    thread_id: int
    slug: str
    title: str
    tags: Sequence[str]
    kind: str
    author: str
    html: Markup
    created_at: datetime
    changed_at: datetime
    active_at: datetime
    notices: Sequence[Notice]
    citations: Sequence[CitationView]


_COLUMNS = (
    Post.id,
    Post.thread_id,
    Thread.slug,
    Thread.title,
    Thread.tag_names,
    Post.kind,
    Thread.kind.label("thread_kind"),
    Account.name,
    Post.html,
    Post.created_at,
    Post.shown_at,
    Post.edited_at,
    Thread.active_at,
    post_notices.OF_POST_COLUMN.label("notices"),
)
_MOST = bindparam("most", type_=Integer)
# Written into the statement: with a bound value SQLite cannot know that the index of opening posts fits.
_OPENING: ColumnElement[str] = literal_column(f"'{PostKind.OPENING}'")
_OPENINGS: AnySelect = (
    select(*_COLUMNS)
    .select_from(Thread)
    .join(Post, (Post.thread_id == Thread.id) & (Post.kind == _OPENING))
    .join(Account, Account.id == Post.author_id)
)
_LATEST = _OPENINGS.where(Thread.shown).order_by(Thread.active_at.desc(), Thread.id.desc()).limit(_MOST)
_OF_THREADS = _OPENINGS.where(Thread.id.in_(bindparam("thread_ids", expanding=True)), Thread.shown)
_POSTS: AnySelect = (
    select(*_COLUMNS)
    .join(Thread, Thread.id == Post.thread_id)
    .join(Account, Account.id == Post.author_id)
    .where(Post.visible)
)
_NEWEST = _POSTS.order_by(Post.id.desc()).limit(_MOST)
_OF_THREAD = _NEWEST.where(Post.thread_id == bindparam("thread_id"))
_BY_AUTHOR = _NEWEST.where(Post.author_id == bindparam("author_id"))
_NAMED = _POSTS.where(Post.id.in_(bindparam("post_ids", expanding=True)))


def latest(db: Session, most: int) -> list[FedPost]:
    """The opening posts of the threads with the latest posts."""
    return _read(db, _LATEST, most=most)


def openings(db: Session, thread_ids: Sequence[int]) -> list[FedPost]:
    """The opening posts of these threads in this order, without those that readers do not see."""
    found = {post.thread_id: post for post in _read(db, _OF_THREADS, thread_ids=thread_ids)}
    return [found[thread_id] for thread_id in thread_ids if thread_id in found]


def of_thread(db: Session, thread_id: int, most: int) -> list[FedPost]:
    """The newest posts of the thread; none if readers do not see it."""
    return _read(db, _OF_THREAD, most=most, thread_id=thread_id)


def by_author(db: Session, account_id: int, most: int) -> list[FedPost]:
    """The newest posts of the person, of every kind."""
    return _read(db, _BY_AUTHOR, most=most, author_id=account_id)


def posts(db: Session, post_ids: Sequence[int]) -> list[FedPost]:
    """These posts in this order, without those that readers do not see."""
    found = {post.id: post for post in _read(db, _NAMED, post_ids=post_ids)}
    return [found[post_id] for post_id in post_ids if post_id in found]


def _read(db: Session, statement: AnySelect, **values: Any) -> list[FedPost]:
    found = rows(db, statement, **values)
    citations = cited.by_posts(db, [post.id for post in found])
    return [_fed(post, citations) for post in found]


def _fed(post: AnyRow, citations: Mapping[int, Sequence[CitationView]]) -> FedPost:
    seen = post.shown_at or post.created_at
    return FedPost(
        post.id,
        post.thread_id,
        post.slug,
        post.title,
        post.tag_names.split(),
        called(post.kind, post.thread_kind),
        post.name,
        Markup(post.html),  # noqa: S704 - sanitised when it was saved
        post.created_at,
        max(seen, post.edited_at or seen),
        post.active_at,
        post_notices.parse(post.notices),
        citations.get(post.id, ()),
    )
