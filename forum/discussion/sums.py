"""How large the forum is, as far as it is worth counting: threads, posts and sources that readers see."""

from typing import NamedTuple

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from forum.db import row
from forum.discussion.tables import Post, Thread
from forum.references.tables import Reference

#: So many of each are counted at most: of more, everybody knows that they are many.
MOST = 10_000


class Sums(NamedTuple):
    """How many of each; MOST + 1 stands for more than that."""

    threads: int
    posts: int
    sources: int


def read(db: Session) -> Sums:
    """What readers see of each, in one query that costs the same however large the forum is."""
    counted = (
        _up_to_most(select(Thread.id).where(Thread.shown)),
        _up_to_most(select(Post.id).where(Post.visible)),
        _up_to_most(select(Reference.id).where(Reference.citation_count > 0)),
    )
    found = row(db, select(*counted))
    return Sums(*found) if found else Sums(0, 0, 0)


def _up_to_most(wanted: Select[int]) -> ScalarSelect[int]:
    return select(func.count()).select_from(wanted.limit(MOST + 1).subquery()).scalar_subquery()
