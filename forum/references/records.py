"""What each source says of a reference is kept apart; the reference itself is made from all of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import row, rows
from forum.folding import fold
from forum.references import formatting, known, precedence, sameness, wordindex
from forum.references.identifiers import Identifier
from forum.references.precedence import Kept
from forum.references.resolvers import Record, Related
from forum.references.tables import Reference, ReferenceRecord, ReferenceRelation, Status
from forum.slugs import slug

_WORDS = 4000
_KEPT = select(
    ReferenceRecord.source,
    ReferenceRecord.csl,
    ReferenceRecord.evidence,
    ReferenceRecord.about,
    ReferenceRecord.at,
).where(ReferenceRecord.reference_id == bindparam("reference_id"))


def store(
    db: Session, reference_id: int, source: str, record: Record, at: datetime | None = None
) -> list[int]:
    """The reference has this record of `source`'s, fetched `at` (now), in place of an older one.

    It is known by the identifiers and stands in the relations that the record states. Answers the other
    references that have one of those identifiers already: they keep it, but the source says that they are
    the same work. `rebuild` makes the reference say what the record says.
    """
    db.flush()
    about = dict(record.about) | ({"free_copy": record.free_copy} if record.free_copy else {})
    place = {"reference_id": reference_id, "source": source}
    said = {"csl": dict(record.csl), "evidence": record.evidence, "about": about, "at": at or now()}
    db.execute(delete(ReferenceRecord).filter_by(**place))
    db.execute(insert(ReferenceRecord).values(**place, **said))
    owners = {known.attach(db, reference_id, identifier, source) for identifier in record.identifiers}
    _relate(db, reference_id, source, record.relations)
    db.flush()
    return sorted(owners - {reference_id})


def kept(db: Session, reference_id: int) -> list[Kept]:
    """What all sources say of the reference."""
    db.flush()
    return [Kept(*found) for found in rows(db, _KEPT, reference_id=reference_id)]


def rebuild(db: Session, reference_id: int) -> None:
    """The reference says what its records say, each field from the source that is trusted most with it."""
    told = kept(db, reference_id)
    before = row(db, select(Reference.status).where(Reference.id == reference_id))
    if before is None:
        return
    csl, identifiers = precedence.merged(told), known.identifiers_of(db, reference_id)
    status = Status.RESOLVED if csl else _open(before.status)
    clearest = precedence.by_evidence(told)
    values = {
        **shown(csl, identifiers, status),
        "status": status,
        "csl": csl,
        "source": precedence.main_source(told),
        "evidence": clearest[0].evidence if clearest else "",
        "free_copy": precedence.free_copy_of(told),
        "match_key": sameness.block_key(csl),
        "resolved_at": max((each.at for each in told if each.csl), default=None),
    }
    db.execute(update(Reference).where(Reference.id == reference_id).values(values))
    wordindex.put(db, reference_id, values["words"])


def shown(csl: Mapping[str, Any], identifiers: Sequence[Identifier], status: Status) -> dict[str, Any]:
    """The columns that lists, pages and the search read, of a reference with this record; {}: none."""
    title = csl.get("title") or _named(identifiers)
    return {
        "type": csl.get("type", "document")[:30],
        "title": title,
        "slug": slug(title),
        "label": formatting.label(csl) if csl else title[: formatting.LABEL],
        "container": csl.get("container-title", ""),
        "year": formatting.year(csl),
        "html": formatting.html(csl, identifiers, status),
        "words": _words(title, csl, identifiers),
    }


def _open(status: str) -> Status:
    return Status.NOT_FOUND if status == Status.NOT_FOUND else Status.PENDING


def _named(identifiers: Sequence[Identifier]) -> str:
    return formatting.named(identifiers[0]) if identifiers else "A source without a title"


def _words(title: str, csl: Mapping[str, Any], identifiers: Sequence[Identifier]) -> str:
    people = [*csl.get("author", ()), *csl.get("editor", ())][:50]
    names = [person.get(part, "") for person in people for part in ("given", "family", "literal")]
    year = str(formatting.year(csl) or "")
    containers = (csl.get("container-title", ""), csl.get("container-title-short", ""))
    values = (identifier.value for identifier in identifiers)
    pieces = (title, csl.get("title-short", ""), *containers, year, csl.get("publisher", ""), *values, *names)
    return fold(" ".join(piece for piece in pieces if piece))[:_WORDS]


def _relate(db: Session, reference_id: int, source: str, relations: Sequence[Related]) -> None:
    """The source states these relations and no others."""
    table = ReferenceRelation
    found = rows(
        db,
        select(table.id, table.kind, table.scheme, table.value, table.asserted_by).where(
            table.reference_id == reference_id
        ),
    )
    wanted = {(each.kind, *each.identifier) for each in relations}
    there = {(kind, scheme, value) for _, kind, scheme, value, _ in found}
    gone = [found.id for found in found if found.asserted_by == source and tuple(found[1:4]) not in wanted]
    if gone:
        db.execute(delete(table).where(table.id.in_(gone)))
    for kind, scheme, value in sorted(wanted - there):
        db.add(table(reference_id=reference_id, kind=kind, scheme=scheme, value=value, asserted_by=source))
