"""The rows that go from one reference to another when they are merged, and back.

What the winner has already (a record of the same source, the same notice) stays with the loser, where nobody
reads it until the merge is undone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from forum.db import rows
from forum.references import records
from forum.references.tables import (
    ReferenceIdentifier,
    ReferenceNotice,
    ReferenceRecord,
    ReferenceRelation,
)

Moved = dict[str, Any]
_Rows = type[ReferenceIdentifier] | type[ReferenceRelation] | type[ReferenceNotice]
_Key = tuple[InstrumentedAttribute[str], ...]
#: What one reference has once only, by these columns.
_TABLES: Mapping[str, tuple[_Rows, _Key]] = {
    "identifiers": (ReferenceIdentifier, (ReferenceIdentifier.scheme, ReferenceIdentifier.value)),
    "relations": (
        ReferenceRelation,
        (ReferenceRelation.kind, ReferenceRelation.scheme, ReferenceRelation.value),
    ),
    "notices": (ReferenceNotice, (ReferenceNotice.type, ReferenceNotice.value)),
}


def move(db: Session, loser_id: int, winner_id: int) -> Moved:
    """The loser's rows are the winner's; answers, fit for JSON, what `move_back` needs."""
    moved = {name: _move(db, name, loser_id, winner_id) for name in _TABLES}
    return {**moved, "records": _move_records(db, loser_id, winner_id)}


def move_back(db: Session, loser_id: int, winner_id: int, moved: Moved) -> None:
    """The loser has again what `move` took from it."""
    for name, (table, _) in _TABLES.items():
        back = (table.id.in_(moved[name]), table.reference_id == winner_id)
        db.execute(update(table).where(*back).values(reference_id=loser_id))
    _return_records(db, loser_id, winner_id, moved["records"])


def _move(db: Session, name: str, loser_id: int, winner_id: int) -> list[int]:
    table, key = _TABLES[name]
    taken = {tuple(found) for found in rows(db, select(*key).where(table.reference_id == winner_id))}
    own = rows(db, select(table.id, *key).where(table.reference_id == loser_id))
    moved = [row_id for row_id, *of in own if tuple(of) not in taken]
    db.execute(update(table).where(table.id.in_(moved)).values(reference_id=winner_id))
    return moved


def _move_records(db: Session, loser_id: int, winner_id: int) -> list[Moved]:
    """Answers them as they are, because the winner's may be replaced by newer ones."""
    taken = {record.source for record in records.kept(db, winner_id)}
    moved = [record for record in records.kept(db, loser_id) if record.source not in taken]
    sources = ReferenceRecord.source.in_([record.source for record in moved])
    own = (ReferenceRecord.reference_id == loser_id, sources)
    db.execute(update(ReferenceRecord).where(*own).values(reference_id=winner_id))
    return [{**record._asdict(), "at": record.at.isoformat()} for record in moved]


def _return_records(db: Session, loser_id: int, winner_id: int, moved: Sequence[Moved]) -> None:
    sources = ReferenceRecord.source.in_([record["source"] for record in moved])
    db.execute(delete(ReferenceRecord).where(ReferenceRecord.reference_id == winner_id, sources))
    for record in moved:
        values = {**record, "reference_id": loser_id, "at": datetime.fromisoformat(record["at"])}
        db.execute(insert(ReferenceRecord).values(values))
