"""Which sources a person cites in posts that readers see: each once, the latest use first."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import Integer, bindparam, cast, func, select, tuple_
from sqlalchemy.orm import Session

from forum.db import AnyRow, AnySelect, row, rows
from forum.discussion.tables import Citation, Post, Thread
from forum.paging import Cursor, Page
from forum.references.tables import Reference


class CitedBy(NamedTuple):
    """One source: in how many of the person's posts it is cited, and the latest of those."""

    reference_id: int
    slug: str
    html: Markup
    title: str
    label: str
    evidence: str
    notice_level: str
    free_copy: str
    link_state: str
    archived: str
    posts: int
    post_id: int
    thread_title: str
    at: datetime


class Sums(NamedTuple):
    """Of all that the person cites: sources, the posts that cite them, and how many readers found that a
    source says what it is cited for.
    """

    sources: int
    posts: int
    supported: int


_REFERENCE = (
    Reference.id.label("reference_id"),
    Reference.slug,
    Reference.html,
    Reference.title,
    Reference.label,
    Reference.evidence,
    Reference.notice_level,
    Reference.free_copy,
    Reference.link_state,
    Reference.archived,
)
# What is asked without a name has another author: it is never among these.
_THEIRS = (Post.author_id == bindparam("author_id"), Post.visible)
#: A post may name one work twice, by DOI and by PMID.
_uses = (
    select(Citation.reference_id, Post.id.label("post_id"), Post.created_at.label("at"))
    .join(Citation, Citation.post_id == Post.id)
    .where(*_THEIRS)
    .distinct()
    .cte("uses")
)
_latest_first = (_uses.c.at.desc(), _uses.c.post_id.desc())
_ranked = select(
    _uses.c.reference_id,
    _uses.c.post_id,
    _uses.c.at,
    func.count().over(partition_by=_uses.c.reference_id).label("posts"),
    func.row_number().over(partition_by=_uses.c.reference_id, order_by=_latest_first).label("place"),
).cte("ranked")
_CITED: AnySelect = (
    select(*_REFERENCE, _ranked.c.posts, _ranked.c.post_id, Thread.title.label("thread_title"), _ranked.c.at)
    .join(_ranked, _ranked.c.reference_id == Reference.id)
    .join(Post, Post.id == _ranked.c.post_id)
    .join(Thread, Thread.id == Post.thread_id)
    .where(_ranked.c.place == 1)
    .order_by(_ranked.c.at.desc(), Reference.id.desc())
)
_each = (
    select(Citation.reference_id, Citation.post_id, Citation.supported)
    .join(Post, Post.id == Citation.post_id)
    .where(*_THEIRS)
    .distinct()
    .cte("each")
)
_SUMS: AnySelect = select(
    func.count(_each.c.reference_id.distinct()),
    func.count(_each.c.post_id.distinct()),
    cast(func.coalesce(func.sum(_each.c.supported), 0), Integer),
)


def cited_by(db: Session, account_id: int, after: str | None, limit: int) -> Page[CitedBy]:
    """What the person's posts cite, the latest use first; only posts that readers see count.

    It costs as much as the person has cited, whatever the forum's size.
    """
    statement, cursor = _CITED.limit(limit + 1), Cursor.decode(after, datetime, int)
    if cursor:
        statement = statement.where(tuple_(_ranked.c.at, Reference.id) < tuple_(*cursor))
    found: Sequence[CitedBy] = [_cited(each) for each in rows(db, statement, author_id=account_id)]
    return Page.of(found, limit, lambda cited: (cited.at, cited.reference_id))


def sums(db: Session, account_id: int) -> Sums:
    """How much the person cites."""
    found = row(db, _SUMS, author_id=account_id)
    return Sums(*found) if found else Sums(0, 0, 0)


def _cited(found: AnyRow) -> CitedBy:
    view = CitedBy(*found)
    return view._replace(html=Markup(view.html))  # noqa: S704 - made by formatting.html
