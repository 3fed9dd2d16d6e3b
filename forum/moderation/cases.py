"""Cases: what there is to decide about a reference. Its one review item gathers them, like a post's flags."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.clock import now
from forum.errors import Conflict, NotFound
from forum.moderation import claims
from forum.moderation.rules import Urgency
from forum.moderation.tables import CaseKind, CaseState, Happening, ItemState, ReferenceCase, ReviewItem


class Sort(NamedTuple):
    """One kind of case: its name, how soon it should be looked at, and its two buttons ("" for none)."""

    label: str
    urgency: Urgency
    accept: str
    decline: str


SORTS: Mapping[CaseKind, Sort] = {
    CaseKind.RETRACTION: Sort("Posts rest on a retracted source", Urgency.SOON, "I have looked at them", ""),
    CaseKind.DUPLICATE: Sort(
        "Possible duplicate", Urgency.WHEN_QUIET, "They are one work: merge", "Two works"
    ),
    CaseKind.CORRECTION: Sort("Proposed correction", Urgency.IN_TURN, "Correct it", "Leave it as it is"),
    CaseKind.POLICY: Sort("Cited in spite of the source policy", Urgency.IN_TURN, "I have looked at it", ""),
}


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
    item = _take(db, reference_id)
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
    _refresh(db, item)
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
        raise Conflict("Somebody has settled this case meanwhile. Open the item again to see what was done.")
    return case


def item_of(db: Session, case_id: int) -> int | None:
    """The id of the item that the case belongs to; None if there is no such case."""
    return db.scalar(select(ReferenceCase.item_id).where(ReferenceCase.id == case_id))


def settle(db: Session, case: ReferenceCase, state: CaseState, moderator_id: int, answer: str) -> None:
    """The case is accepted or declined; the item is open as long as another one is."""
    case.state, case.answer = state, answer
    case.settled_by_id, case.settled_at = moderator_id, now()
    item = db.get_one(ReviewItem, case.item_id)
    _refresh(db, item, moderator_id)


def open_ones(db: Session, item_id: int) -> Sequence[ReferenceCase]:
    """What is still to decide, in the order in which it came."""
    wanted = select(ReferenceCase).where(ReferenceCase.item_id == item_id)
    return db.scalars(wanted.where(ReferenceCase.state == CaseState.OPEN).order_by(ReferenceCase.id)).all()


def _take(db: Session, reference_id: int) -> ReviewItem:
    """The reference's item, made if there was none."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    moment: datetime = now()
    new = insert(ReviewItem).values(
        reference_id=reference_id,
        state=ItemState.DECIDED,
        urgency=Urgency.WHEN_QUIET,
        flag_count=0,
        held_because="",
        version=0,
        happened=Happening.FLAGGED,
        happened_at=moment,
        opened_at=moment,
    )
    db.execute(new.on_conflict_do_nothing(index_elements=[ReviewItem.reference_id]))
    wanted = select(ReviewItem).where(ReviewItem.reference_id == reference_id)
    return db.scalars(wanted, execution_options={"populate_existing": True}).one()


def _refresh(db: Session, item: ReviewItem, moderator_id: int | None = None) -> None:
    """The item is open or not, and as urgent as the most urgent of its open cases."""
    db.flush()
    waiting = [SORTS[CaseKind(case.kind)].urgency for case in open_ones(db, item.id)]
    was_open, is_open = item.state == ItemState.OPEN, bool(waiting)
    item.urgency = min(waiting, default=Urgency.WHEN_QUIET)
    item.version += 1
    item.state = ItemState.OPEN if is_open else ItemState.DECIDED
    item.happened = Happening.FLAGGED if moderator_id is None else Happening.DECIDED
    item.happened_at, item.happened_by_id = now(), moderator_id
    if is_open and not was_open:
        item.opened_at = now()
    if was_open and not is_open:
        item.claimed_by_id = item.claimed_until = None
        item.decided_at = now()
    db.flush()
