"""Finding threads by words: the best matching post of each, the best thread first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import ColumnElement, bindparam, literal_column, select
from sqlalchemy.orm import Session, aliased

from forum.db import rows
from forum.discussion.tables import Post, PostKind, Thread
from forum.paging import Cursor, Page
from forum.search.index import engine_of
from forum.search.language import Query, parse
from forum.search.marking import Marked, excerpt, html
from forum.search.places import Candidate, Found

#: Threads that one search can page through. Whoever has read ten pages needs other words, not more pages.
MOST = 300

_Opening = aliased(Post)
# Written into the statement: with a bound value SQLite cannot know that the index of opening posts fits.
_OPENING_KIND: ColumnElement[str] = literal_column(f"'{PostKind.OPENING}'")
_HITS = (
    select(
        Post.id,
        Post.thread_id,
        Post.kind.label("post_kind"),
        Thread.kind,
        Thread.slug,
        Thread.title,
        Thread.tag_names,
        Thread.score,
        Thread.answer_count,
        Thread.is_accepted,
        Thread.active_at,
        _Opening.id.label("opening_id"),
    )
    .join(Thread, Thread.id == Post.thread_id)
    .join(_Opening, (_Opening.thread_id == Thread.id) & (_Opening.kind == _OPENING_KIND))
    .where(Post.id.in_(bindparam("post_ids", expanding=True)), Post.visible)
)


class Hit(NamedTuple):
    """A thread that was found, and its post that matches best."""

    thread_id: int
    post_id: int
    post_kind: str
    kind: str
    slug: str
    title_html: Markup
    snippet_html: Markup
    tags: Sequence[str]
    score: int
    answer_count: int
    is_accepted: bool
    active_at: datetime


class Results(NamedTuple):
    """One page of hits; `words` is what was looked for, in the searcher's order, empty for an empty query."""

    items: Sequence[Hit]
    next: str | None
    words: Sequence[str]


def find(db: Session, text: str, after: str | None, limit: int) -> Results:
    """Threads in which any of the words is found; quoted phrases must be. Never raises for any text."""
    query = parse(text)
    if not query:
        return Results((), None, ())
    found = engine_of(db).candidates(db, query, MOST)
    page = _page(found, after, limit)
    return Results(_hits(db, query, page.items), page.next, query.words)


def _page(found: Sequence[Candidate], after: str | None, limit: int) -> Page[Candidate]:
    ordered = sorted(found, reverse=True)
    if cursor := Cursor.decode(after, float, int):
        ordered = [each for each in ordered if (each.score, each.thread_id) < cursor]
    return Page.of(ordered[: limit + 1], limit, lambda each: (float(each.score), each.thread_id))


def _hits(db: Session, query: Query, candidates: Sequence[Candidate]) -> list[Hit]:
    if not candidates:
        return []
    found = {hit.id: hit for hit in rows(db, _HITS, post_ids=[each.post_id for each in candidates])}
    posts = [*found, *(hit.opening_id for hit in found.values())]
    marked: Mapping[int, Found] = engine_of(db).marked(db, query, sorted(set(posts)))
    hits = []
    for each in candidates:
        if hit := found.get(each.post_id):
            shown = (_title(marked.get(hit.opening_id), hit.title), _snippet(marked.get(hit.id, Found())))
            about = (hit.tag_names.split(), hit.score, hit.answer_count, hit.is_accepted, hit.active_at)
            hits.append(Hit(hit.thread_id, hit.id, hit.post_kind, hit.kind, hit.slug, *shown, *about))
    return hits


def _title(opening: Found | None, title: str) -> Markup:
    """The title with what was found in it; an opening post that does not match has nothing to mark."""
    return html(opening.title if opening and opening.title.spans else Marked(title))


def _snippet(found: Found) -> Markup:
    """The body around what was found; when only a cited source matches, that source."""
    if found.sources.spans and not found.body.spans:
        return Markup("Cites: ") + excerpt(found.sources)
    return excerpt(found.body)
