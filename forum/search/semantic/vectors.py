"""The vectors of the posts, in a table as plain as any: neither database needs an extension for it.

sqlite-vec cannot be loaded where Python's own sqlite3 was built without extensions, as it often is, pgvector
is not in every system's packages, and sqlite-vec looks at every vector for each search, 1.5 GB for a million
posts. What words have found has its vectors read by key instead, a few hundred at most.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    LargeBinary,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from forum.db import Table, rows
from forum.discussion.tables import Post, Thread

#: Characters of a post that are read for its vector: more than the model's share of any text in English.
MOST_READ = 2000


class SearchVector(Table):
    """What one revision of a post means."""

    __tablename__ = "search_vector"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    #: What the model says, in its order, as little-endian floats of two bytes.
    numbers: Mapped[bytes] = mapped_column(LargeBinary)


class Wanting(NamedTuple):
    """A visible post that has no vector of its present revision, and the text of which one is made."""

    post_id: int
    revision: int
    text: str


_is_present = and_(SearchVector.post_id == Post.id, SearchVector.revision == Post.revision)
_OF = (
    select(SearchVector.post_id, SearchVector.numbers)
    .join(Post, _is_present)
    .where(SearchVector.post_id.in_(bindparam("post_ids", expanding=True)), Post.visible)
)
_WANTING: Select[*tuple[Any, ...]] = (
    select(Post.id, Post.revision, Thread.title, func.substr(Post.plain, 1, MOST_READ).label("plain"))
    .join(Thread, Thread.id == Post.thread_id)
    .outerjoin(SearchVector, _is_present)
    .where(Post.visible, SearchVector.post_id.is_(None))
)
_among: ColumnElement[bool] = Post.id.in_(bindparam("post_ids", expanding=True))
_AMONG = _WANTING.where(_among)
_LACKING = (
    select(Post.id)
    .outerjoin(SearchVector, _is_present)
    .where(Post.visible, SearchVector.post_id.is_(None), _among)
    .order_by(Post.id)
)
_AFTER = _WANTING.where(Post.id > bindparam("after")).order_by(Post.id).limit(bindparam("most"))
_STANDING = (
    select(Post.id, SearchVector.post_id.is_not(None).label("has_one"))
    .outerjoin(SearchVector, SearchVector.post_id == Post.id)
    .where(Post.id == bindparam("post_id"), Post.revision == bindparam("revision"), Post.visible)
)


def of(db: Session, post_ids: Collection[int]) -> Mapping[int, bytes]:
    """The vectors of those of the posts that are visible and have one of their present revision."""
    return {found.post_id: found.numbers for found in rows(db, _OF, post_ids=list(post_ids))}


def lacking(db: Session, post_ids: Collection[int]) -> list[int]:
    """The numbers of those of the posts that need a vector."""
    return [post.id for post in rows(db, _LACKING, post_ids=list(post_ids))]


def wanting(db: Session, post_ids: Collection[int]) -> list[Wanting]:
    """Those of the posts that need a vector, with their texts."""
    return [_read(post) for post in rows(db, _AMONG, post_ids=list(post_ids))]


def wanting_after(db: Session, after: int, most: int) -> list[Wanting]:
    """The first `most` posts with a higher number than `after` that need a vector."""
    return [_read(post) for post in rows(db, _AFTER, after=after, most=most)]


def put(db: Session, made: Sequence[tuple[Wanting, bytes]]) -> None:
    """The posts have these vectors, but for those that were hidden or edited since their text was read."""
    for post, vector in made:
        values = {"post_id": post.post_id, "revision": post.revision}
        standing = db.execute(_STANDING, values).first()
        if standing is None:
            continue
        if standing.has_one:
            same = SearchVector.post_id == post.post_id
            db.execute(update(SearchVector).where(same).values(revision=post.revision, numbers=vector))
        else:
            db.execute(insert(SearchVector).values(**values, numbers=vector))


def drop(db: Session, post_ids: Collection[int]) -> None:
    """None of the posts has a vector."""
    db.execute(delete(SearchVector).where(SearchVector.post_id.in_(post_ids)))


def drop_hidden(db: Session) -> None:
    """No post that readers cannot see has a vector."""
    hidden = select(SearchVector.post_id).join(Post, Post.id == SearchVector.post_id)
    db.execute(delete(SearchVector).where(SearchVector.post_id.in_(hidden.where(Post.visible.is_(False)))))


def _read(post: Any) -> Wanting:
    # The title says what an answer is about, which answers often do not.
    return Wanting(post.id, post.revision, f"{post.title}\n{post.plain}")
