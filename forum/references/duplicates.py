"""Other references that may be the same work, though no registry says so: for people to decide."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import row, rows
from forum.references.sameness import is_possible_duplicate
from forum.references.tables import Reference, ReferenceIdentifier, ReferenceRelation

#: So many of those with the same key are compared, the first ones.
_COMPARED = 20


def possible(db: Session, reference_id: int) -> list[int]:
    """Ids of references that somebody should compare with this one; versions of a work are none."""
    db.flush()
    this = row(db, select(Reference.match_key, Reference.csl).where(Reference.id == reference_id))
    if this is None or not this.match_key:
        return []
    alike = (Reference.match_key == this.match_key, Reference.id != reference_id)
    found = select(Reference.id, Reference.csl).where(*alike, Reference.merged_into_id.is_(None))
    return [
        other.id
        for other in rows(db, found.order_by(Reference.id).limit(_COMPARED))
        if is_possible_duplicate(this.csl, other.csl) and not _related(db, reference_id, other.id)
    ]


def _related(db: Session, one_id: int, other_id: int) -> bool:
    """Whether a source says how the two stand to each other: a preprint and its paper are two works."""
    pair = (one_id, other_id)
    relation, identifier = ReferenceRelation, ReferenceIdentifier
    stated = select(relation.id).where(
        relation.reference_id.in_(pair),
        identifier.reference_id.in_(pair),
        identifier.reference_id != relation.reference_id,
        identifier.scheme == relation.scheme,
        identifier.value == relation.value,
    )
    return row(db, stated) is not None
