"""Copies of all data of an account: asked for by its owner, made by a job, kept for a week."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from forum.accounts.record_tables import DataExport
from forum.clock import now
from forum.db import row

KEPT = timedelta(days=7)


class Export(NamedTuple):
    """The account's copy; until it is made, `made_at` is None and `size`, in bytes, 0."""

    id: int
    asked_at: datetime
    made_at: datetime | None
    size: int

    @property
    def gone_at(self) -> datetime:
        """When it is thrown away."""
        return self.asked_at + KEPT


def latest(db: Session, account_id: int) -> Export | None:
    """The copy that was asked for last, if it is not outworn."""
    size = func.coalesce(func.length(DataExport.content), 0)
    wanted = select(DataExport.id, DataExport.asked_at, DataExport.made_at, size).where(
        DataExport.account_id == account_id, DataExport.asked_at > now() - KEPT
    )
    found = row(db, wanted.order_by(DataExport.id.desc()).limit(1))
    return None if found is None else Export(*found)


def begin(db: Session, account_id: int) -> int:
    """A new copy is asked for, in place of the older ones; answers its id."""
    db.execute(delete(DataExport).where(DataExport.account_id == account_id))
    export = DataExport(account_id=account_id, asked_at=now())
    db.add(export)
    db.flush()
    return export.id


def owner(db: Session, export_id: int) -> int | None:
    """Whose copy that is, as long as it waits to be made."""
    waits = DataExport.made_at.is_(None)
    return db.scalar(select(DataExport.account_id).where(DataExport.id == export_id, waits))


def finish(db: Session, export_id: int, content: bytes) -> bool:
    """The copy is there; False if nobody waits for it any more."""
    waits = (DataExport.id == export_id, DataExport.made_at.is_(None))
    made = update(DataExport).where(*waits).values(content=content, made_at=now())
    return db.execute(made.returning(DataExport.id)).first() is not None


def content(db: Session, account_id: int) -> bytes | None:
    """The account's copy as a ZIP file; None if there is none, or no longer."""
    current = (DataExport.account_id == account_id, DataExport.asked_at > now() - KEPT)
    return db.scalar(select(DataExport.content).where(*current).order_by(DataExport.id.desc()).limit(1))


def clear_outworn(db: Session) -> None:
    """Nothing is kept for longer than promised."""
    db.execute(delete(DataExport).where(DataExport.asked_at <= now() - KEPT))
