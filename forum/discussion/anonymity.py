"""Posts without a name: their author is the account "anonymous member"; who wrote them stands here alone.

So every list, count, feed, search and export says by itself what readers may know, and only this module
knows more. It answers two kinds of questions: whether the viewer is who wrote a post (`author_for`, and
the conditions for SQL), and whom a letter about it is for (`writer`); the latter's answer is never shown.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum import choices
from forum.accounts import likeness, names
from forum.accounts.tables import Account
from forum.clock import now
from forum.discussion.tables import AnonymousPost, Post, PostKind, Tag, Thread

#: Below all others, and no number of an address: no page about an account can be opened for it.
ACCOUNT_ID = -1
#: With a space, which no other account's name has.
NAME = "anonymous member"
ORIGIN = "footnote:anonymous"
#: So many tags are named to whoever asks.
MOST_TAGS = 30


class Offer(NamedTuple):
    """Whether a thread can be begun without a name: always, or with one of these tags."""

    always: bool
    tags: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.always or bool(self.tags)


def account(db: Session) -> int:
    """The id of the account that all posts without a name have as their author; it is made when needed."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    made = insert(Account).values(
        id=ACCOUNT_ID,
        name=NAME,
        name_key=names.key(NAME),
        likeness=likeness.skeleton(NAME),
        origin=ORIGIN,
        created_at=now(),
    )
    db.execute(made.on_conflict_do_nothing())
    return ACCOUNT_ID


def add(db: Session, post_id: int, account_id: int) -> None:
    """This person wrote the post, which has no name."""
    db.add(AnonymousPost(post_id=post_id, account_id=account_id))
    db.flush()


# --- where it may be ---------------------------------------------------------------------------------------


def offer(db: Session) -> Offer:
    """Where a thread can be begun without a name now."""
    chosen = choices.get(db, "anonymous")
    if chosen != "tags":
        return Offer(chosen == "yes", ())
    seen = or_(Tag.thread_count > 0, Tag.description != "")
    wanted = select(Tag.name).where(Tag.allows_anonymous, seen)
    return Offer(False, tuple(db.scalars(wanted.order_by(Tag.name).limit(MOST_TAGS))))


def is_allowed(db: Session, tag_names: Collection[str]) -> bool:
    """Whether a thread with these tags can be begun without a name: one that allows it is enough."""
    chosen = choices.get(db, "anonymous")
    if chosen != "tags":
        return chosen == "yes"
    allowing = exists().where(Tag.name.in_(tag_names), Tag.allows_anonymous)
    return bool(db.scalar(select(allowing)))


def writes_unnamed(db: Session, thread_id: int, account_id: int) -> bool:
    """Whether the person has written without a name in the thread, and so can go on like that."""
    mine = exists().where(
        Post.thread_id == thread_id, Post.author_id == ACCOUNT_ID, is_linked(Post.id, account_id)
    )
    return bool(db.scalar(select(mine)))


# --- whose it is, as far as the viewer may know ------------------------------------------------------------


def is_linked(post_id: Any, account_id: Any) -> ColumnElement[bool]:
    """Whether the post with this id, a column, was written without a name by this person."""
    return exists().where(AnonymousPost.post_id == post_id, AnonymousPost.account_id == account_id)


def wrote(account_id: Any) -> ColumnElement[bool]:
    """Whether the person wrote the Post, under the own name or without."""
    unnamed = and_(Post.author_id == ACCOUNT_ID, is_linked(Post.id, account_id))
    return or_(Post.author_id == account_id, unnamed)


def author_column(account_id: Any) -> ColumnElement[int]:
    """The Post's author as this person may know it: of what they wrote without a name, they themselves."""
    unnamed = and_(Post.author_id == ACCOUNT_ID, is_linked(Post.id, account_id))
    return case((unnamed, account_id), else_=Post.author_id)


def posts_written(account_id: Any) -> Select[int]:
    """Ids of what the person wrote without a name."""
    return select(AnonymousPost.post_id).where(AnonymousPost.account_id == account_id)


def writer_column() -> ColumnElement[int]:
    """Who really wrote the Post: for letters to that person, and to compare; never to be shown."""
    linked = select(AnonymousPost.account_id).where(AnonymousPost.post_id == Post.id).correlate(Post)
    return func.coalesce(linked.scalar_subquery(), Post.author_id)


def writer(db: Session, author_id: int, post_id: int | None) -> int:
    """Whom a letter about the post is for: its author, or who wrote it without a name.

    The account "anonymous member" itself if nobody knows that any more.
    """
    if author_id != ACCOUNT_ID or post_id is None:
        return author_id
    found = db.scalar(select(AnonymousPost.account_id).where(AnonymousPost.post_id == post_id))
    return author_id if found is None else found


def writer_of(db: Session, post: Post) -> int:
    """As `writer`, for a post."""
    return writer(db, post.author_id, post.id)


def asker_of(db: Session, thread: Thread) -> int:
    """As `writer`, for who began the thread, which must not have been merged yet."""
    if thread.author_id != ACCOUNT_ID:
        return thread.author_id
    opening = (Post.thread_id == thread.id, Post.kind == PostKind.OPENING)
    found = db.scalar(select(writer_column()).select_from(Post).where(*opening))
    return ACCOUNT_ID if found is None else found


def author_for(db: Session, account_id: int | None, author_id: int, post_id: int) -> int:
    """The author of the post as this person may know it: see `author_column`."""
    if account_id is None or author_id != ACCOUNT_ID:
        return author_id
    return account_id if writer(db, author_id, post_id) == account_id else author_id


def asker_for(db: Session, account_id: int | None, thread: Thread) -> int:
    """Who began the thread, as this person may know it."""
    if account_id is None or thread.author_id != ACCOUNT_ID:
        return thread.author_id
    return account_id if asker_of(db, thread) == account_id else thread.author_id


# --- an account's own --------------------------------------------------------------------------------------


def posts_of(db: Session, account_id: int) -> list[int]:
    """Ids of the posts that the account wrote without its name."""
    return list(db.scalars(posts_written(account_id)))


def forget(db: Session, account_id: int) -> None:
    """Nobody can find out any more which posts the account wrote without its name."""
    db.execute(delete(AnonymousPost).where(AnonymousPost.account_id == account_id))
