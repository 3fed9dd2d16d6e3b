"""The shared table of sources: a work is found by any of its identifiers, or entered once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import row
from forum.references import evidence, formatting, known, merging, records, wordindex
from forum.references.finding import ReferenceRow, listing, matching
from forum.references.identifiers import Identifier, NotAnIdentifier, Scheme, link, parse
from forum.references.known import identifier_of, identifiers_of
from forum.references.resolvers import Record
from forum.references.tables import Reference, ReferenceIdentifier, Status

__all__ = [
    "KnownAs",
    "ReferenceRow",
    "ReferenceView",
    "asked",
    "find_or_create",
    "identifier_of",
    "identifiers_of",
    "listing",
    "matching",
    "pending",
    "read",
    "record",
    "status_of",
]

#: A registry's no is believed for so long; then a new citation asks again.
NO_IS_GOOD_FOR = timedelta(days=1)
_ASSERTED = {"DOI": Scheme.DOI, "PMID": Scheme.PMID, "PMCID": Scheme.PMCID}


class KnownAs(NamedTuple):
    """One identifier of a reference: its scheme, its value, how people write it, where it leads."""

    scheme: str
    value: str
    text: str
    href: str


class ReferenceView(NamedTuple):
    """One reference. `merged_into_id`: it is no longer one of its own, this is where it went in the end."""

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
    evidence: str
    notice_level: str
    checked_at: datetime | None
    free_copy: str
    link_state: str
    link_checked_at: datetime | None
    archived: str
    citation_count: int
    created_at: datetime
    resolved_at: datetime | None
    asked_at: datetime | None
    merged_into_id: int | None
    identifiers: Sequence[KnownAs]


_VIEW = select(*(getattr(Reference, name) for name in ReferenceView._fields[:-1])).where(
    Reference.id == bindparam("reference_id")
)


def find_or_create(db: Session, identifiers: Sequence[Identifier]) -> dict[Identifier, int]:
    """For each identifier the id of its reference; one that nobody cited before is entered, not looked up."""
    found = known.owners(db, identifiers)
    # Sorted, so that two writers enter the same works in the same order and never wait for each other.
    for identifier in sorted(set(identifiers) - found.keys()):
        found[identifier] = _enter(db, identifier)
    return found


def pending(db: Session, ids: Sequence[int]) -> list[int]:
    """Those of the references that a registry should be asked about."""
    if not ids:
        return []
    long_ago = or_(Reference.asked_at.is_(None), Reference.asked_at < now() - NO_IS_GOOD_FOR)
    worth_asking = (Reference.id.in_(ids), Reference.status != Status.RESOLVED, long_ago)
    found = select(Reference.id).where(*worth_asking).order_by(Reference.id)
    return list(db.scalars(found))


def record(db: Session, reference_id: int, csl: Mapping[str, Any], source: str) -> None:
    """The reference says what the record `csl` says, which came from `source`.

    It gets the identifiers in the record, but for those that another reference has.
    """
    kind = evidence.kind(csl.get("type", ""), csl.get("title", ""))
    told = Record(csl=csl, identifiers=_asserted(csl), evidence=kind)
    records.store(db, reference_id, source, told)
    records.rebuild(db, reference_id)
    asked(db, reference_id, Status.PENDING)


def asked(db: Session, reference_id: int, status: Status) -> None:
    """The registries were asked just now; `status` says what became of it if there is no record yet."""
    values: dict[str, Any] = {"asked_at": now()}
    if status_of(db, reference_id) != Status.RESOLVED:
        identifiers = identifiers_of(db, reference_id)
        values |= {"status": status, "html": formatting.html({}, identifiers, status)}
    db.execute(update(Reference).where(Reference.id == reference_id).values(values))


def read(db: Session, reference_id: int) -> ReferenceView | None:
    """All that the reference's page shows of the reference itself."""
    found = row(db, _VIEW, reference_id=reference_id)
    if found is None:
        return None
    identifiers = [_known_as(each) for each in identifiers_of(db, reference_id)]
    view = ReferenceView._make([*found, identifiers])
    if view.merged_into_id is not None:
        view = view._replace(merged_into_id=merging.home(db, view.merged_into_id))
    return view._replace(html=Markup(view.html))  # noqa: S704 - made by formatting.html


def status_of(db: Session, reference_id: int) -> Status | None:
    """What is known of the reference; None if there is no such reference."""
    found = row(db, select(Reference.status).where(Reference.id == bindparam("id")), id=reference_id)
    return Status(found.status) if found else None


def _enter(db: Session, identifier: Identifier) -> int:
    """A new reference, or the one that another writer entered under the same identifier meanwhile."""
    reference = Reference(
        **records.shown({}, [identifier], Status.PENDING), status=Status.PENDING, csl={}, created_at=now()
    )
    try:
        with db.begin_nested():
            db.add(reference)
            db.flush()
            wordindex.put(db, reference.id, reference.words)
            db.add(
                ReferenceIdentifier(
                    reference_id=reference.id,
                    scheme=identifier.scheme,
                    value=identifier.value,
                    asserted_by=known.MEMBER,
                )
            )
    except IntegrityError:
        return known.owners(db, [identifier])[identifier]
    return reference.id


def _asserted(csl: Mapping[str, Any]) -> tuple[Identifier, ...]:
    """The identifiers that stand in the record."""
    found = []
    for key, scheme in _ASSERTED.items():
        try:
            found += [parse(scheme, str(csl[key]))] if csl.get(key) else []
        except NotAnIdentifier:
            continue
    return tuple(found)


def _known_as(identifier: Identifier) -> KnownAs:
    return KnownAs(identifier.scheme, identifier.value, formatting.named(identifier), link(identifier))
