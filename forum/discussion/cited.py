"""Lists of references: what one post cites, and what each post of a thread cites."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum.db import AnySelect, rows
from forum.discussion.tables import Citation, Post
from forum.references.tables import Reference


class CitationView(NamedTuple):
    """One citation as a page shows it; the four counts are what readers of the source said of it."""

    ordinal: int
    reference_id: int
    slug: str
    html: Markup
    status: str
    label: str
    locator: str
    stance: str
    evidence: str
    notice_level: str
    free_copy: str
    link_state: str
    archived: str
    on_purpose: bool
    supported: int
    partly: int
    unsupported: int
    unreached: int
    title: str


#: What a `CitationView` is made of, in its order.
COLUMNS = (
    Citation.ordinal,
    Citation.reference_id,
    Reference.slug,
    Reference.html,
    Reference.status,
    Reference.label,
    Citation.locator,
    Citation.stance,
    Reference.evidence,
    Reference.notice_level,
    Reference.free_copy,
    Reference.link_state,
    Reference.archived,
    Citation.on_purpose,
    Citation.supported,
    Citation.partly,
    Citation.unsupported,
    Citation.unreached,
    Reference.title,
)
# Built once, because every thread page asks it.
_CITED: AnySelect = (
    select(Citation.post_id, *COLUMNS)
    .join(Reference, Reference.id == Citation.reference_id)
    .order_by(Citation.post_id, Citation.ordinal)
)
_BY_POSTS = _CITED.where(Citation.post_id.in_(bindparam("post_ids", expanding=True)))
_BY_POST = _CITED.where(Citation.post_id == bindparam("post_id"))
_BY_THREAD = _CITED.join(Post, Post.id == Citation.post_id).where(Post.thread_id == bindparam("thread_id"))


def by_post(db: Session, post_id: int) -> Sequence[CitationView]:
    """What the post cites, in the order of its numbers."""
    return _read(db, _BY_POST, post_id=post_id).get(post_id, ())


def by_posts(db: Session, post_ids: Sequence[int]) -> Mapping[int, Sequence[CitationView]]:
    """For each of the posts that cites something, what it cites."""
    return _read(db, _BY_POSTS, post_ids=post_ids)


def by_thread(db: Session, thread_id: int) -> Mapping[int, Sequence[CitationView]]:
    """For each post of the thread that cites something, what it cites."""
    return _read(db, _BY_THREAD, thread_id=thread_id)


def _read(
    db: Session, statement: AnySelect, **where: int | Sequence[int]
) -> Mapping[int, Sequence[CitationView]]:
    cited: dict[int, list[CitationView]] = {}
    for post_id, ordinal, reference_id, slug, html, *rest in rows(db, statement, **where):
        view = CitationView(ordinal, reference_id, slug, Markup(html), *rest)  # noqa: S704 - made by formatting
        cited.setdefault(post_id, []).append(view)
    return cited
