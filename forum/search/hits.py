"""What was found, as pages show it: the thread, the passage that fits best, and what its posts cite."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.db import AnyRow, rows
from forum.discussion.naming import called
from forum.discussion.tables import Citation, Post, PostKind, Thread
from forum.languages.words import _
from forum.markup.plain import unspoiled
from forum.references.notices import Level
from forum.references.tables import Reference
from forum.search.marking import Marked, excerpt, html, mark
from forum.search.places import Candidate
from forum.search.query import Query, Term

#: Characters of a post in which the passage is looked for, citations that are read of a thread, and shown.
MOST_READ, MOST_CITED, MOST_SHOWN = 20_000, 12, 3


class Source(NamedTuple):
    """A reference that the post or its thread cites."""

    id: int
    slug: str
    label: str
    is_retracted: bool


class Hit(NamedTuple):
    """A thread that was found, and its post that matches best.

    `post_kind` is opening, answer or comment, `called` what people call it (question, reply …). `author` and
    `created_at` are the post's, as is `post_score`; `score` is the thread's. `sources` are at most three, the
    post's own first.
    """

    thread_id: int
    post_id: int
    post_kind: str
    called: str
    kind: str
    state: str
    slug: str
    title_html: Markup
    snippet_html: Markup
    tags: Sequence[str]
    score: int
    post_score: int
    answer_count: int
    is_accepted: bool
    author: str
    created_at: datetime
    sources: Sequence[Source]

    @property
    def path(self) -> str:
        """Where it is read."""
        opening = self.post_kind == PostKind.OPENING
        return f"/t/{self.thread_id}/{self.slug}" if opening else f"/p/{self.post_id}"


_POSTS = (
    select(
        Post.id,
        Post.thread_id,
        Post.kind.label("post_kind"),
        func.substr(Post.plain, 1, MOST_READ).label("plain"),
        Post.created_at,
        Account.name.label("author"),
        Thread.kind,
        Thread.state,
        Thread.slug,
        Thread.title,
        Thread.tag_names,
        Thread.score,
        Post.score.label("post_score"),
        Thread.answer_count,
        Thread.is_accepted,
    )
    .join(Thread, Thread.id == Post.thread_id)
    .join(Account, Account.id == Post.author_id)
    .where(Post.id.in_(bindparam("post_ids", expanding=True)), Post.visible)
)
_is_own = Post.id.in_(bindparam("post_ids", expanding=True))
# A thread with hundreds of citations costs no more to show than one with a dozen.
_place = func.row_number().over(
    partition_by=Post.thread_id, order_by=(case((_is_own, 0), else_=1), Citation.id)
)
_cited = (
    select(Post.thread_id, _is_own.label("is_own"), Citation.reference_id, _place.label("place"))
    .join(Citation, Citation.post_id == Post.id)
    .where(Post.thread_id.in_(bindparam("thread_ids", expanding=True)), Post.visible)
    .subquery()
)
_SOURCES = (
    select(
        _cited.c.thread_id,
        _cited.c.is_own,
        Reference.id,
        Reference.slug,
        Reference.label,
        Reference.title,
        Reference.notice_level,
    )
    .join(Reference, Reference.id == _cited.c.reference_id)
    .where(_cited.c.place <= MOST_CITED)
    .order_by(_cited.c.thread_id, _cited.c.place)
)


def of(db: Session, query: Query, candidates: Sequence[Candidate]) -> list[Hit]:
    """The candidates, in their order, without those that readers cannot see."""
    if not candidates:
        return []
    post_ids = [each.post_id for each in candidates]
    posts = {post.id: post for post in rows(db, _POSTS, post_ids=post_ids)}
    cited = _by_thread(rows(db, _SOURCES, post_ids=post_ids, thread_ids=[c.thread_id for c in candidates]))
    return [_hit(query, posts[id], cited) for id in post_ids if id in posts]


def _by_thread(found: Sequence[AnyRow]) -> Mapping[int, Sequence[AnyRow]]:
    """For each thread its sources, each once."""
    cited: dict[int, dict[int, AnyRow]] = {}
    for source in found:
        cited.setdefault(source.thread_id, {}).setdefault(source.id, source)
    return {thread_id: list(sources.values()) for thread_id, sources in cited.items()}


def _hit(query: Query, post: AnyRow, cited: Mapping[int, Sequence[AnyRow]]) -> Hit:
    terms = [] if query.titles_only else [term for term in query.terms if not term.in_title]
    sources = cited.get(post.thread_id, ())
    titles = [(mark(source.title, terms), source) for source in sources]
    named = [title for title, source in titles if title.spans and source.is_own]
    # What was looked for first.
    shown = sorted(titles, key=lambda each: not each[0].spans)[:MOST_SHOWN]
    values: dict[str, Any] = {name: getattr(post, name) for name in _AS_READ}
    return Hit(
        post_id=post.id,
        called=called(post.post_kind, post.kind),
        title_html=html(mark(post.title, query.terms)),
        snippet_html=_snippet(post.plain, terms, named),
        tags=post.tag_names.split(),
        sources=[_source(source) for _title, source in shown],
        **values,
    )


_AS_READ = tuple(name for name in Hit._fields if name in _POSTS.selected_columns)


def _snippet(plain: str, terms: Sequence[Term], named: Sequence[Marked]) -> Markup:
    """The body around what was found, without its spoilers; when only a cited source matches, that source."""
    body = mark(unspoiled(plain), terms)
    if named and not body.spans:
        return Markup("{}").format(_("Cites: ")) + excerpt(named[0])
    return excerpt(body)


def _source(found: AnyRow) -> Source:
    return Source(found.id, found.slug, found.label or found.title, found.notice_level == Level.RETRACTED)
