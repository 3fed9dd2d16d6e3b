"""Which posts rest on a source, and how much rests on it."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from forum.db import rows
from forum.discussion import anonymity
from forum.discussion.naming import called
from forum.discussion.tables import Citation, Post, PostKind, Thread, ThreadKind


class Resting(NamedTuple):
    """One visible post that rests on a source; `kind` is question, answer, reply …

    `writer_id` is who hears of it: never shown, because some posts have no name.
    """

    post_id: int
    writer_id: int
    kind: str
    title: str


def posts(db: Session, reference_id: int) -> list[Resting]:
    """The visible posts that cite the reference, in order; none whose author does so on purpose."""
    wanted = (
        select(Post.id, anonymity.writer_column(), Post.kind, Thread.kind.label("thread_kind"), Thread.title)
        .join(Thread, Thread.id == Post.thread_id)
        .where(Post.visible, Post.id.in_(_citing(reference_id)))
        .order_by(Post.id)
    )
    return [
        Resting(post_id, writer_id, called(kind, thread_kind), title)
        for post_id, writer_id, kind, thread_kind, title in rows(db, wanted)
    ]


def weighty(db: Session, reference_ids: Collection[int]) -> set[int]:
    """Those of the references that an accepted answer cites, or the best one of a question."""
    other = aliased(Post)
    best = (
        select(func.max(other.score))
        .where(other.thread_id == Post.thread_id, other.kind == PostKind.ANSWER, other.visible)
        .scalar_subquery()
    )
    counts = or_(Post.accepted_at.is_not(None), and_(Post.score > 0, Post.score == best))
    wanted = (
        select(Citation.reference_id)
        .join(Post, Post.id == Citation.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .where(Citation.reference_id.in_(reference_ids), Post.visible, Post.kind == PostKind.ANSWER)
        .where(Thread.kind == ThreadKind.QUESTION, counts)
    )
    return {found.reference_id for found in rows(db, wanted)}


def _citing(reference_id: int) -> Select[int]:
    own = (Citation.reference_id == reference_id, Citation.on_purpose.is_(False))
    return select(Citation.post_id).where(*own)
