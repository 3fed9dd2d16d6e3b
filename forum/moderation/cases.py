"""Cases: what there is to decide about a reference. Its one review item gathers them, like a post's flags."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.errors import Conflict, NotFound
from forum.languages.words import _
from forum.moderation import claims, subjects, waiting
from forum.moderation.tables import CaseKind, CaseState, Happening, ReferenceCase, ReviewItem


def open_case(
    db: Session,
    reference_id: int,
    kind: CaseKind,
    *,
    other_id: int | None = None,
    proposal: Mapping[str, Any] | None = None,
    words: str = "",
    account_id: int | None = None,
) -> ReferenceCase:
    """There is this to decide about the reference, and its item is open (again).

    The same by the same person (None: the forum itself) is one case as long as it is open.
    """
    item = waiting.take(db, subjects.reference(reference_id))
    same = select(ReferenceCase).where(
        ReferenceCase.item_id == item.id,
        ReferenceCase.kind == kind,
        ReferenceCase.state == CaseState.OPEN,
        ReferenceCase.other_id == other_id if other_id else ReferenceCase.other_id.is_(None),
        ReferenceCase.account_id == account_id if account_id else ReferenceCase.account_id.is_(None),
    )
    case = db.scalars(same).first()
    if case is None:
        case = ReferenceCase(
            item_id=item.id,
            reference_id=reference_id,
            kind=kind,
            other_id=other_id,
            account_id=account_id,
            created_at=now(),
        )
        db.add(case)
    elif (case.proposal, case.words) == (dict(proposal or {}), words):
        return case
    case.proposal, case.words = dict(proposal or {}), words
    waiting.refresh(db, item, Happening.FLAGGED)
    return case


def was_settled(db: Session, reference_id: int, kind: CaseKind, other_id: int) -> bool:
    """Whether somebody has decided already that the two are, or are not, one work; in either order."""
    pairs = ((reference_id, other_id), (other_id, reference_id))
    for one, two in pairs:
        wanted = select(ReferenceCase.id).where(
            ReferenceCase.reference_id == one,
            ReferenceCase.other_id == two,
            ReferenceCase.kind == kind,
            ReferenceCase.state != CaseState.OPEN,
        )
        if db.scalars(wanted.limit(1)).first() is not None:
            return True
    return False


def take(db: Session, case_id: int, moderator_id: int) -> ReferenceCase:
    """The open case, if nobody else holds its item. NotFound, Claimed, or Conflict if it is settled."""
    case = db.get(ReferenceCase, case_id)
    if case is None:
        raise NotFound
    claims.check(db, case.item_id, moderator_id)
    if case.state != CaseState.OPEN:
        raise Conflict(
            _("Somebody has settled this case meanwhile. Open the item again to see what was done.")
        )
    return case


def item_of(db: Session, case_id: int) -> int | None:
    """The id of the item that the case belongs to; None if there is no such case."""
    return db.scalar(select(ReferenceCase.item_id).where(ReferenceCase.id == case_id))


def settle(db: Session, case: ReferenceCase, state: CaseState, moderator_id: int, answer: str) -> None:
    """The case is accepted or declined; the item is open as long as another one is."""
    case.state, case.answer = state, answer
    case.settled_by_id, case.settled_at = moderator_id, now()
    item = db.get_one(ReviewItem, case.item_id)
    waiting.refresh(db, item, Happening.DECIDED, moderator_id)


def open_ones(db: Session, item_id: int) -> Sequence[ReferenceCase]:
    """What is still to decide, in the order in which it came."""
    wanted = select(ReferenceCase).where(ReferenceCase.item_id == item_id)
    return db.scalars(wanted.where(ReferenceCase.state == CaseState.OPEN).order_by(ReferenceCase.id)).all()
