"""The shared table of sources: a work is found by any of its identifiers, or entered once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, bindparam, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import row, rows
from forum.folding import fold
from forum.paging import Cursor, Page
from forum.references import formatting
from forum.references.identifiers import Identifier, NotAnIdentifier, Scheme, link, parse, recognise
from forum.references.tables import Reference, ReferenceIdentifier, Status
from forum.slugs import slug

#: A registry's no is believed for so long; then a new citation asks again.
NO_IS_GOOD_FOR = timedelta(days=1)
SEARCHED_WORDS = 8
#: A search for posts looks for sources in passing: among so many, the most cited.
MOST_LOOKED_AT = 2000
_WORDS = 4000
_ASSERTED = {"DOI": Scheme.DOI, "PMID": Scheme.PMID, "PMCID": Scheme.PMCID}


class KnownAs(NamedTuple):
    """One identifier of a reference: its scheme, its value, how people write it, where it leads."""

    scheme: str
    value: str
    text: str
    href: str


class ReferenceView(NamedTuple):
    id: int
    status: str
    type: str
    title: str
    slug: str
    label: str
    container: str
    year: int | None
    csl: Mapping[str, Any]
    html: Markup
    source: str
    citation_count: int
    created_at: datetime
    resolved_at: datetime | None
    asked_at: datetime | None
    identifiers: Sequence[KnownAs]


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
    citation_count: int


_VIEW = select(*(getattr(Reference, name) for name in ReferenceView._fields[:-1])).where(
    Reference.id == bindparam("reference_id")
)
_IDENTIFIERS = select(ReferenceIdentifier.scheme, ReferenceIdentifier.value).where(
    ReferenceIdentifier.reference_id == bindparam("reference_id")
)
_ROW = (
    select(*(getattr(Reference, name) for name in ReferenceRow._fields))
    .where(Reference.citation_count > 0)
    .order_by(Reference.citation_count.desc(), Reference.id.desc())
)


def find_or_create(db: Session, identifiers: Sequence[Identifier]) -> dict[Identifier, int]:
    """For each identifier the id of its reference; one that nobody cited before is entered, not looked up."""
    known = _known(db, identifiers)
    # Sorted, so that two writers enter the same works in the same order and never wait for each other.
    for identifier in sorted(set(identifiers) - known.keys()):
        known[identifier] = _enter(db, identifier)
    return known


def pending(db: Session, ids: Sequence[int]) -> list[int]:
    """Those of the references that a registry should be asked about."""
    old = now() - NO_IS_GOOD_FOR
    worth_asking = or_(
        and_(Reference.status == Status.PENDING, Reference.asked_at.is_(None)),
        and_(Reference.status == Status.NOT_FOUND, Reference.asked_at < old),
    )
    found = select(Reference.id).where(Reference.id.in_(ids), worth_asking).order_by(Reference.id)
    return list(db.scalars(found))


def record(
    db: Session,
    reference_id: int,
    csl: Mapping[str, Any],
    source: str,
    status: Status = Status.RESOLVED,
) -> None:
    """The reference says what the record `csl` says, which came from `source`."""
    db.flush()
    _assert_identifiers(db, reference_id, csl)
    identifiers = identifiers_of(db, reference_id)
    title = csl.get("title") or _title_of(identifiers)
    values = {
        "status": status,
        "type": csl.get("type", "document")[:30],
        "title": title,
        "slug": slug(title),
        "label": formatting.label(csl),
        "container": csl.get("container-title", ""),
        "year": formatting.year(csl),
        "csl": dict(csl),
        "html": formatting.html(csl, identifiers, status),
        "words": _words(title, csl, identifiers),
        "source": source,
        "resolved_at": now(),
        "asked_at": now(),
    }
    db.execute(update(Reference).where(Reference.id == reference_id).values(values))


def asked(db: Session, reference_id: int, status: Status) -> None:
    """The registries were asked just now, and there is no record: `status` says whether there will be one."""
    text = formatting.html({}, identifiers_of(db, reference_id), status)
    values = {"status": status, "asked_at": now(), "html": text}
    db.execute(update(Reference).where(Reference.id == reference_id).values(values))


def read(db: Session, reference_id: int) -> ReferenceView | None:
    """All that the reference's page shows of the reference itself."""
    found = row(db, _VIEW, reference_id=reference_id)
    if found is None:
        return None
    identifiers = [_known_as(each) for each in identifiers_of(db, reference_id)]
    view = ReferenceView._make([*found, identifiers])
    return view._replace(html=Markup(view.html))  # noqa: S704 - made by formatting.html


def listing(db: Session, query: str, after: str | None, limit: int) -> Page[ReferenceRow]:
    """References that readers can see cited, and that contain every word of `query`; the most cited first."""
    statement = _ROW.limit(limit + 1)
    statement = statement.where(*_containing(query))
    if cursor := Cursor.decode(after, int, int):
        place = tuple_(Reference.citation_count, Reference.id)
        statement = statement.where(place < tuple_(*cursor))
    items = [_shown(each) for each in rows(db, statement)]
    return Page.of(items, limit, lambda item: (item.citation_count, item.id))


def matching(db: Session, query: str, limit: int) -> list[ReferenceRow]:
    """The reference with the identifier that `query` is; else those of the most cited with all its words."""
    if identifier := recognise(query).identifier:
        found = rows(db, _ROW.where(Reference.id.in_(list(_known(db, [identifier]).values()))))
    else:
        most_cited = select(Reference.id).where(Reference.citation_count > 0)
        most_cited = most_cited.order_by(Reference.citation_count.desc(), Reference.id.desc())
        within = Reference.id.in_(most_cited.limit(MOST_LOOKED_AT))
        found = rows(db, _ROW.where(within, *_containing(query)).limit(limit))
    return [_shown(each) for each in found]


def identifier_of(db: Session, reference_id: int) -> Identifier | None:
    """The reference's most lasting identifier."""
    return next(iter(identifiers_of(db, reference_id)), None)


def identifiers_of(db: Session, reference_id: int) -> list[Identifier]:
    """All identifiers of the reference, the most lasting first."""
    found = rows(db, _IDENTIFIERS, reference_id=reference_id)
    return formatting.best_first(Identifier(Scheme(scheme), value) for scheme, value in found)


def status_of(db: Session, reference_id: int) -> Status | None:
    """What is known of the reference; None if there is no such reference."""
    found = row(db, select(Reference.status).where(Reference.id == bindparam("id")), id=reference_id)
    return Status(found.status) if found else None


def _known(db: Session, identifiers: Sequence[Identifier]) -> dict[Identifier, int]:
    if not identifiers:
        return {}
    table = ReferenceIdentifier
    wanted = tuple_(table.scheme, table.value).in_([tuple(identifier) for identifier in identifiers])
    db.flush()
    found = rows(db, select(table.scheme, table.value, table.reference_id).where(wanted))
    return {Identifier(Scheme(scheme), value): reference_id for scheme, value, reference_id in found}


def _enter(db: Session, identifier: Identifier) -> int:
    """A new reference, or the one that another writer entered under the same identifier meanwhile."""
    title = formatting.named(identifier)
    reference = Reference(
        status=Status.PENDING,
        title=title,
        slug=slug(title),
        label=title[: formatting.LABEL],
        csl={},
        html=formatting.html({}, [identifier]),
        words=_words(title, {}, [identifier]),
        created_at=now(),
    )
    try:
        with db.begin_nested():
            db.add(reference)
            db.flush()
            db.add(_identifier_row(reference.id, identifier))
    except IntegrityError:
        return _known(db, [identifier])[identifier]
    return reference.id


def _assert_identifiers(db: Session, reference_id: int, csl: Mapping[str, Any]) -> None:
    """The identifiers in the record are the reference's too, unless another reference has them."""
    for key, scheme in _ASSERTED.items():
        try:
            identifier = parse(scheme, str(csl[key])) if csl.get(key) else None
        except NotAnIdentifier:
            continue
        if identifier is None or _known(db, [identifier]):
            continue
        _assert_identifier(db, reference_id, identifier)


def _assert_identifier(db: Session, reference_id: int, identifier: Identifier) -> None:
    try:
        with db.begin_nested():
            db.add(_identifier_row(reference_id, identifier))
    except IntegrityError:
        # Another writer was faster: then it is taken, and stays where it is.
        return


def _identifier_row(reference_id: int, identifier: Identifier) -> ReferenceIdentifier:
    return ReferenceIdentifier(reference_id=reference_id, scheme=identifier.scheme, value=identifier.value)


def _title_of(identifiers: Sequence[Identifier]) -> str:
    return formatting.named(identifiers[0]) if identifiers else "A source without a title"


def _words(title: str, csl: Mapping[str, Any], identifiers: Sequence[Identifier]) -> str:
    people = [*csl.get("author", ()), *csl.get("editor", ())][:50]
    names = [person.get(part, "") for person in people for part in ("given", "family", "literal")]
    year = str(formatting.year(csl) or "")
    containers = (csl.get("container-title", ""), csl.get("container-title-short", ""))
    values = (identifier.value for identifier in identifiers)
    pieces = (title, csl.get("title-short", ""), *containers, year, csl.get("publisher", ""), *values, *names)
    return fold(" ".join(piece for piece in pieces if piece))[:_WORDS]


def _known_as(identifier: Identifier) -> KnownAs:
    return KnownAs(identifier.scheme, identifier.value, formatting.named(identifier), link(identifier))


def _containing(query: str) -> list[ColumnElement[bool]]:
    """The conditions that a reference contains each word."""
    words = fold(query).replace("\0", " ").split()[:SEARCHED_WORDS]
    return [Reference.words.contains(_storable(word), autoescape=True) for word in words]


def _shown(found: Any) -> ReferenceRow:
    view = ReferenceRow(*found)
    return view._replace(html=Markup(view.html))  # noqa: S704 - made by formatting.html


def _storable(word: str) -> str:
    return word.encode("utf-8", "ignore").decode()
