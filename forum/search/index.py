"""The search index: one document for each visible post, none for any other."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from forum.db import row, rows
from forum.discussion import citations
from forum.discussion.tables import Post, PostKind, Thread
from forum.search import postgres, sqlite
from forum.search.places import Document
from forum.search.tables import SearchDocument

BATCH = 500
#: Characters of a body and of its sources' titles that are searched; only imported posts can be longer.
BODY, SOURCES = 100_000, 10_000

_VISIBLE = (
    select(Post.id, Post.thread_id, Post.kind, Post.plain, Thread.title, Thread.tag_names)
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.visible, Post.id.in_(bindparam("post_ids", expanding=True)))
)
_NEXT = select(Post.id).where(Post.visible, Post.id > bindparam("after")).order_by(Post.id).limit(BATCH)


def put(db: Session, post_ids: Sequence[int]) -> None:
    """Those of the posts that readers can see are found by their present words; the others are not found."""
    db.flush()
    for batch in _batches(post_ids):
        engine_of(db).drop(db, batch)
        if documents := _documents(db, batch):
            engine_of(db).put(db, documents)


def drop(db: Session, post_ids: Sequence[int]) -> None:
    """None of the posts is found."""
    for batch in _batches(post_ids):
        engine_of(db).drop(db, batch)


def rebuild(db: Session, progress: Callable[[int, int], None] | None = None) -> int:
    """The index is made anew; answers the number of posts in it. `progress` is told: done, total."""
    db.flush()
    engine_of(db).clear(db)
    total = db.scalars(select(func.count()).select_from(Post).where(Post.visible)).one()
    done = after = 0
    while batch := [found.id for found in rows(db, _NEXT, after=after)]:
        engine_of(db).put(db, _documents(db, batch))
        done, after = done + len(batch), batch[-1]
        if progress:
            progress(done, total)
    return done


def faults(db: Session) -> tuple[int, int]:
    """How many visible posts the index lacks, and how many posts it has that nobody should find."""
    indexed = select(SearchDocument.post_id)
    lacking = select(func.count()).select_from(Post).where(Post.visible, Post.id.not_in(indexed))
    hidden = select(func.count()).select_from(SearchDocument).join(Post, Post.id == SearchDocument.post_id)
    surplus = hidden.where(Post.visible.is_(False))
    found = row(db, select(lacking.scalar_subquery(), surplus.scalar_subquery()))
    return (found[0], found[1]) if found else (0, 0)


def engine_of(db: Session) -> ModuleType:
    """The module that speaks with this session's database."""
    return sqlite if db.get_bind().dialect.name == "sqlite" else postgres


def _documents(db: Session, post_ids: Sequence[int]) -> list[Document]:
    found = rows(db, _VISIBLE, post_ids=post_ids)
    cited = citations.titles(db, [post.id for post in found])
    return [
        Document(
            post_id=post.id,
            thread_id=post.thread_id,
            title=_clean(post.title) if post.kind == PostKind.OPENING else "",
            body=_clean(post.plain)[:BODY],
            tags=post.tag_names if post.kind == PostKind.OPENING else "",
            sources=_clean(cited.get(post.id, ""))[:SOURCES],
        )
        for post in found
    ]


def _clean(text: str) -> str:
    """Composed characters, and no control characters: the marks of found words are such."""
    normal = unicodedata.normalize("NFC", text)
    return "".join(char if char >= " " else " " for char in normal)


def _batches(post_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    distinct = sorted(set(post_ids))
    return (distinct[start : start + BATCH] for start in range(0, len(distinct), BATCH))
