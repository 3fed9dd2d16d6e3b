"""What references are known by: an identifier belongs to one reference, whoever says so."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forum.db import rows
from forum.references.formatting import best_first
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import ReferenceIdentifier

#: Who asserts what somebody typed.
MEMBER = "member"
_IDENTIFIERS = select(ReferenceIdentifier.scheme, ReferenceIdentifier.value).where(
    ReferenceIdentifier.reference_id == bindparam("reference_id")
)


def identifier_of(db: Session, reference_id: int) -> Identifier | None:
    """The reference's most lasting identifier."""
    return next(iter(identifiers_of(db, reference_id)), None)


def identifiers_of(db: Session, reference_id: int) -> list[Identifier]:
    """All identifiers of the reference, the most lasting first."""
    found = rows(db, _IDENTIFIERS, reference_id=reference_id)
    return best_first(Identifier(Scheme(scheme), value) for scheme, value in found)


def owners(db: Session, identifiers: Sequence[Identifier]) -> dict[Identifier, int]:
    """For each identifier that is known the id of its reference."""
    if not identifiers:
        return {}
    table = ReferenceIdentifier
    wanted = tuple_(table.scheme, table.value).in_([tuple(identifier) for identifier in identifiers])
    db.flush()
    found = rows(db, select(table.scheme, table.value, table.reference_id).where(wanted))
    return {Identifier(Scheme(scheme), value): reference_id for scheme, value, reference_id in found}


def attach(db: Session, reference_id: int, identifier: Identifier, asserted_by: str) -> int:
    """The reference has the identifier, unless another one has it; answers the id of its reference."""
    owner = owners(db, [identifier]).get(identifier)
    if owner is None:
        return _insert(db, reference_id, identifier, asserted_by)
    if owner == reference_id:
        _confirm(db, identifier, asserted_by)
    return owner


def _insert(db: Session, reference_id: int, identifier: Identifier, asserted_by: str) -> int:
    added = ReferenceIdentifier(
        reference_id=reference_id, scheme=identifier.scheme, value=identifier.value, asserted_by=asserted_by
    )
    try:
        with db.begin_nested():
            db.add(added)
    except IntegrityError:
        # Another writer was faster.
        return owners(db, [identifier])[identifier]
    return reference_id


def _confirm(db: Session, identifier: Identifier, asserted_by: str) -> None:
    """A source says what so far only somebody typed."""
    table = ReferenceIdentifier
    same = (table.scheme == identifier.scheme, table.value == identifier.value)
    typed = table.asserted_by.in_(("", MEMBER))
    db.execute(update(table).where(*same, typed).values(asserted_by=asserted_by))
