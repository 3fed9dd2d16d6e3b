"""The search index: one document for each visible post, none for any other."""

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from forum.db import AnyRow, AnySelect, row, rows
from forum.discussion import citations
from forum.discussion.tables import Citation, Post, PostKind, Thread
from forum.search import analysis, postgres, sqlite, vocabulary
from forum.search.places import Document
from forum.search.semantic import upkeep
from forum.search.tables import SearchDocument

BATCH = 500
#: Characters of a body and of its sources' titles that are searched; only imported posts can be longer.
BODY, SOURCES = 100_000, 10_000

_POSTS: AnySelect = (
    select(
        Post.id,
        Post.thread_id,
        Post.kind,
        Post.plain,
        Post.visible,
        Thread.title,
        Thread.tag_names,
        exists().where(Citation.post_id == Post.id).label("cites"),
        exists().where(SearchDocument.post_id == Post.id).label("is_indexed"),
    )
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.id.in_(bindparam("post_ids", expanding=True)))
)
_PRESENT = select(
    SearchDocument.post_id,
    SearchDocument.thread_id,
    SearchDocument.title,
    SearchDocument.body,
    SearchDocument.tags,
    SearchDocument.sources,
    SearchDocument.length,
).where(SearchDocument.post_id.in_(bindparam("post_ids", expanding=True)))


class Fields(NamedTuple):
    """What of a post is searched, as people wrote it."""

    title: str
    body: str
    tags: str
    sources: str


def put(db: Session, post_ids: Sequence[int]) -> None:
    """Those of the posts that readers can see are found by their present words; the others are not found."""
    db.flush()
    for batch in _batches(post_ids):
        written: dict[str, str] = {}
        found = rows(db, _POSTS, post_ids=batch)
        indexed = [post.id for post in found if post.is_indexed]
        _replace(db, indexed, list(_documents(db, found, written)), written)
        upkeep.put(db, batch)


def drop(db: Session, post_ids: Sequence[int]) -> None:
    """None of the posts is found."""
    for batch in _batches(post_ids):
        _replace(db, batch, (), {})
        upkeep.drop(db, batch)


def document(post_id: int, thread_id: int, fields: Fields, heading: str, written: dict[str, str]) -> Document:
    """The post as it stands in the index; `heading` is its thread's title, which tells the language too.

    `written` learns a word as it was written for each new token.
    """
    found = [analysis.words(field) for field in fields]
    english = analysis.is_english([*analysis.words(heading), *analysis.words(fields.body)])
    tokens = [[analysis.stem(word) for word in words] if english else words for words in found]
    for stood, words in zip(tokens, found, strict=True):
        for token, word in zip(stood, words, strict=True):
            written.setdefault(token, word)
    title, body, tags, sources = (" ".join(each) for each in tokens)
    return Document(post_id, thread_id, title, body, tags, sources, sum(map(len, tokens)))


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


def _replace(
    db: Session, post_ids: Sequence[int], documents: Sequence[Document], written: Mapping[str, str]
) -> None:
    present = [Document(*each) for each in rows(db, _PRESENT, post_ids=post_ids)] if post_ids else []
    engine = engine_of(db)
    if present:
        engine.drop(db, [each.post_id for each in present])
    if documents:
        engine.put(db, documents)
    vocabulary.record(db, documents, present, written)


def _documents(db: Session, found: Sequence[AnyRow], written: dict[str, str]) -> Iterator[Document]:
    visible = [post for post in found if post.visible]
    citing = [post.id for post in visible if post.cites]
    cited = citations.titles(db, citing) if citing else {}
    for post in visible:
        title, tags = (post.title, post.tag_names) if post.kind == PostKind.OPENING else ("", "")
        fields = Fields(title, post.plain[:BODY], tags, cited.get(post.id, "")[:SOURCES])
        yield document(post.id, post.thread_id, fields, post.title, written)


def _batches(post_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    distinct = sorted(set(post_ids))
    return (distinct[start : start + BATCH] for start in range(0, len(distinct), BATCH))
