"""References as the files need them in which people take them away."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.references.export import Entry
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import Reference, ReferenceIdentifier

#: One file holds at most so many.
MOST = 1000


def entries(db: Session, reference_ids: Sequence[int], base_url: str) -> list[Entry]:
    """Those of the references that exist, in the order given, each once. Two queries."""
    wanted = list(dict.fromkeys(reference_ids))[:MOST]
    if not wanted:
        return []
    columns = select(Reference.id, Reference.csl, Reference.slug).where(Reference.id.in_(wanted))
    found: dict[int, Any] = {each.id: each for each in rows(db, columns)}
    known = _identifiers(db, wanted)
    return [
        Entry(number, found[number].csl, known.get(number, ()), _page(base_url, number, found[number].slug))
        for number in wanted
        if number in found
    ]


def _identifiers(db: Session, reference_ids: Sequence[int]) -> dict[int, list[Identifier]]:
    table = ReferenceIdentifier
    columns = select(table.reference_id, table.scheme, table.value)
    known: dict[int, list[Identifier]] = {}
    for number, scheme, value in rows(db, columns.where(table.reference_id.in_(reference_ids))):
        known.setdefault(number, []).append(Identifier(Scheme(scheme), value))
    return known


def _page(base_url: str, reference_id: int, slug: str) -> str:
    return f"{base_url}/references/{reference_id}/{slug}"
