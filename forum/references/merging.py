"""Two references that turned out to be one work: the loser's rows go to the winner, and can come back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import row, rows
from forum.errors import Invalid, NotFound
from forum.languages.words import _
from forum.references import moving, notices, records
from forum.references.tables import Reference, ReferenceMerge, ReferenceNotice


class MergeView(NamedTuple):
    """One merge that is in force; `title` is what the loser was called."""

    id: int
    loser_id: int
    title: str
    why: str
    at: datetime


def home(db: Session, reference_id: int) -> int:
    """The reference that this one is by now: itself, unless it was merged."""
    into = db.scalar(select(Reference.merged_into_id).where(Reference.id == reference_id))
    return reference_id if into is None else home(db, into)


def homes(db: Session, reference_ids: Sequence[int]) -> dict[int, int]:
    """For each of the references that exist the one that it is by now."""
    wanted = select(Reference.id, Reference.merged_into_id).where(Reference.id.in_(reference_ids))
    return {
        reference_id: reference_id if into is None else home(db, into)
        for reference_id, into in db.execute(wanted)
    }


def into(db: Session, reference_id: int) -> list[MergeView]:
    """The merges into the reference that are in force, the newest first."""
    columns = (
        ReferenceMerge.id,
        ReferenceMerge.loser_id,
        Reference.title,
        ReferenceMerge.why,
        ReferenceMerge.at,
    )
    found = select(*columns).join(Reference, Reference.id == ReferenceMerge.loser_id)
    found = found.where(ReferenceMerge.winner_id == reference_id, ReferenceMerge.undone_at.is_(None))
    return [MergeView(*each) for each in rows(db, found.order_by(ReferenceMerge.id.desc()))]


def was_undone(db: Session, one_id: int, other_id: int) -> bool:
    """Whether somebody took a merge of the two back: then the forum does not repeat it by itself."""
    pair = (one_id, other_id)
    undone = select(ReferenceMerge.id).where(
        ReferenceMerge.loser_id.in_(pair),
        ReferenceMerge.winner_id.in_(pair),
        ReferenceMerge.undone_at.is_not(None),
    )
    return row(db, undone) is not None


def merge(db: Session, loser_id: int, winner_id: int, why: str) -> ReferenceMerge:
    """From now on the loser is the winner, which gets what is known of it. Invalid if that cannot be.

    Citations are not touched: see `actions/merging.py`.
    """
    db.flush()
    loser, winner = _two(db, loser_id, home(db, winner_id))
    moved = moving.move(db, loser.id, winner.id)
    moved["status"] = winner.status
    moved["check_at"] = loser.check_at.isoformat() if loser.check_at else None
    made = ReferenceMerge(loser_id=loser.id, winner_id=winner.id, why=why, moved=moved, at=now())
    db.add(made)
    winner.check_at = min(filter(None, (winner.check_at, loser.check_at)), default=None)
    loser.merged_into_id, loser.check_at = winner.id, None
    db.flush()
    _remake(db, winner)
    return made


def undo(db: Session, merge_id: int) -> ReferenceMerge:
    """The loser is one of its own again, with all that it had. Invalid unless it is the last of a chain."""
    db.flush()
    made = _in_force(db, merge_id)
    loser, winner = db.get_one(Reference, made.loser_id), db.get_one(Reference, made.winner_id)
    moving.move_back(db, loser.id, winner.id, made.moved)
    made.undone_at = now()
    loser.merged_into_id = None
    loser.check_at = datetime.fromisoformat(due) if (due := made.moved["check_at"]) else None
    winner.status = made.moved["status"]
    db.flush()
    _remake(db, loser)
    _remake(db, winner)
    return made


def _two(db: Session, loser_id: int, winner_id: int) -> tuple[Reference, Reference]:
    loser, winner = db.get(Reference, loser_id), db.get(Reference, winner_id)
    if loser is None or winner is None:
        raise NotFound
    if loser is winner:
        raise Invalid({"": _("These two are one reference already.")})
    if loser.merged_into_id is not None:
        raise Invalid({"": _("This reference is part of another one already.")})
    return loser, winner


def _in_force(db: Session, merge_id: int) -> ReferenceMerge:
    made = db.get(ReferenceMerge, merge_id)
    if made is None:
        raise NotFound
    if made.undone_at is not None:
        raise Invalid({"": _("This merge was undone already.")})
    winner = db.get_one(Reference, made.winner_id)
    if winner.merged_into_id is not None:
        words = _("“{title}” was merged in its turn. Please undo that merge first.")
        raise Invalid({"": words.format(title=winner.title)})
    return made


def _remake(db: Session, reference: Reference) -> None:
    """The reference says what its records and notices say."""
    records.rebuild(db, reference.id)
    found = select(ReferenceNotice.type, ReferenceNotice.day).where(
        ReferenceNotice.reference_id == reference.id
    )
    told = [notices.Notice(notices.Type(type), _day(day), None, ()) for type, day in rows(db, found)]
    reference.notice_level = notices.level(told)
    db.flush()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
