"""The list of sources, and the search over it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from forum.db import rows
from forum.folding import fold
from forum.paging import Cursor, Page
from forum.references import known
from forum.references.identifiers import recognise
from forum.references.tables import Reference

SEARCHED_WORDS = 8
#: A search for posts looks for sources in passing: among so many, the most cited.
MOST_LOOKED_AT = 2000


class ReferenceRow(NamedTuple):
    id: int
    status: str
    type: str
    title: str
    slug: str
    label: str
    container: str
    year: int | None
    html: Markup
    evidence: str
    notice_level: str
    citation_count: int


_ROW = (
    select(*(getattr(Reference, name) for name in ReferenceRow._fields))
    .where(Reference.citation_count > 0)
    .order_by(Reference.citation_count.desc(), Reference.id.desc())
)


def listing(
    db: Session,
    query: str,
    after: str | None,
    limit: int,
    fitting: Sequence[ColumnElement[bool]] = (),
) -> Page[ReferenceRow]:
    """References that readers can see cited, and that contain every word of `query`; the most cited first.

    Of each of them all of `fitting` holds.
    """
    statement = _ROW.limit(limit + 1)
    statement = statement.where(*_containing(query), *fitting)
    if cursor := Cursor.decode(after, int, int):
        place = tuple_(Reference.citation_count, Reference.id)
        statement = statement.where(place < tuple_(*cursor))
    items = [_shown(each) for each in rows(db, statement)]
    return Page.of(items, limit, lambda item: (item.citation_count, item.id))


def matching(db: Session, query: str, limit: int) -> list[ReferenceRow]:
    """The reference with the identifier that `query` is; else those of the most cited with all its words."""
    if identifier := recognise(query).identifier:
        found = rows(db, _ROW.where(Reference.id.in_(list(known.owners(db, [identifier]).values()))))
    else:
        most_cited = select(Reference.id).where(Reference.citation_count > 0)
        most_cited = most_cited.order_by(Reference.citation_count.desc(), Reference.id.desc())
        within = Reference.id.in_(most_cited.limit(MOST_LOOKED_AT))
        found = rows(db, _ROW.where(within, *_containing(query)).limit(limit))
    return [_shown(each) for each in found]


def _containing(query: str) -> list[ColumnElement[bool]]:
    """The conditions that a reference contains each word."""
    words = fold(query).replace("\0", " ").split()[:SEARCHED_WORDS]
    return [Reference.words.contains(_storable(word), autoescape=True) for word in words]


def _shown(found: Any) -> ReferenceRow:
    view = ReferenceRow(*found)
    return view._replace(html=Markup(view.html))  # noqa: S704 - made by formatting.html


def _storable(word: str) -> str:
    return word.encode("utf-8", "ignore").decode()
