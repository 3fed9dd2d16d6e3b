"""What an item waits for: the one place that says whether it is open, why, and how pressing it is."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import rows
from forum.discussion import anonymity
from forum.discussion.tables import Post
from forum.inbox.tables import Message
from forum.languages.words import N_
from forum.moderation import results, scoring, subjects
from forum.moderation.reversals import is_reversed
from forum.moderation.rules import SORTS, TAKEN_DOWN, Urgency
from forum.moderation.scoring import Raised
from forum.moderation.subjects import Subject, SubjectKind
from forum.moderation.tables import (
    Appeal,
    AppealState,
    CaseKind,
    CaseState,
    Decision,
    Flag,
    FlagReason,
    FlagState,
    Happening,
    ItemKind,
    ItemState,
    ReferenceCase,
    Report,
    ReportState,
    ReviewItem,
)

_KINDS = {
    SubjectKind.ACCOUNT: ItemKind.ACCOUNT,
    SubjectKind.REFERENCE: ItemKind.REFERENCE,
    SubjectKind.MESSAGE: ItemKind.MESSAGE,
    SubjectKind.APPEAL: ItemKind.APPEAL,
    SubjectKind.REPORT: ItemKind.REPORT,
}
#: What waits of itself, without a flag.
HELD_WAITS = (N_("Waits for review"), Urgency.IN_TURN)
APPEAL_WAITS = (N_("An appeal"), Urgency.SOON)
REPORT_WAITS = (N_("Reported as illegal"), Urgency.AT_ONCE)


def take(db: Session, subject: Subject) -> ReviewItem:
    """The subject's item, made if there was none, and nobody else's until the transaction ends."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    moment = now()
    new = insert(ReviewItem).values(
        **{subject.column().key: subject.id},
        kind=_KINDS.get(subject.kind, ItemKind.FLAGGED),
        state=ItemState.DECIDED,
        urgency=Urgency.WHEN_QUIET,
        flag_count=0,
        held_because="",
        parts=[],
        points=0,
        is_escalated=False,
        version=0,
        happened=Happening.HELD,
        happened_at=moment,
        opened_at=moment,
        due_at=moment,
    )
    db.execute(new.on_conflict_do_nothing(index_elements=[subject.column()]))
    item = existing(db, subject)
    assert item is not None, "just inserted"
    return item


def existing(db: Session, subject: Subject) -> ReviewItem | None:
    """The subject's item; None if nothing was ever to review."""
    wanted = select(ReviewItem).where(subject.column() == subject.id)
    return db.scalars(wanted, execution_options={"populate_existing": True}).first()


def refresh(db: Session, item: ReviewItem, happened: Happening, moderator_id: int | None = None) -> None:
    """The item is open or not, as pressing as what it waits for, and one version older."""
    db.flush()
    subject, flags = subjects.of(item), _flags(db, item.id)
    waits = _waits(db, item, subject)
    was_open, is_open = item.state == ItemState.OPEN, bool(flags or waits)
    urgencies = [*(flag.urgency for flag in flags), *(urgency for _, urgency in waits)]
    item.flag_count, item.urgency = len(flags), min(urgencies, default=Urgency.WHEN_QUIET)
    item.kind = _kind(item, subject)
    item.version += 1
    item.happened, item.happened_at, item.happened_by_id = happened, now(), moderator_id
    item.state = ItemState.OPEN if is_open else ItemState.DECIDED
    if is_open and not was_open:
        item.opened_at = now()
    if was_open and not is_open:
        item.claimed_by_id = item.claimed_until = None
        item.decided_at = now()
    item.is_escalated = item.is_escalated and is_open
    with db.no_autoflush:
        _score(db, item, subject, flags, waits)
    db.flush()


def _kind(item: ReviewItem, subject: Subject) -> ItemKind:
    return _KINDS.get(subject.kind) or (ItemKind.HELD if item.held_because else ItemKind.FLAGGED)


def _score(
    db: Session,
    item: ReviewItem,
    subject: Subject,
    flags: Sequence[Raised],
    waits: Sequence[tuple[str, int]],
) -> None:
    author_id = author_of(db, subject)
    before = 0
    # What others wrote without a name says nothing of this post.
    if author_id not in (None, anonymity.ACCOUNT_ID):
        taken = (
            Decision.author_id == author_id,
            Decision.verdict.in_(TAKEN_DOWN),
            ~is_reversed(Decision),
        )
        before = db.scalar(select(func.count()).where(*taken, Decision.item_id != item.id)) or 0
    parts = scoring.pressing(flags, waits, before, item.is_escalated)
    parts += results.pressing(db, subject.id) if subject.kind == SubjectKind.POST else []
    item.parts = [list(part) if part.values else list(part[:2]) for part in parts]
    item.points = sum(part.points for part in parts)
    item.due_at = scoring.due(item.opened_at, item.points, item.urgency)


def author_of(db: Session, subject: Subject) -> int | None:
    """Whom a decision about the subject concerns; None for a reference or a report."""
    if subject.kind == SubjectKind.ACCOUNT:
        return subject.id
    of: dict[SubjectKind, Any] = {
        SubjectKind.POST: select(Post.author_id).where(Post.id == subject.id),
        SubjectKind.MESSAGE: select(Message.author_id).where(Message.id == subject.id),
        SubjectKind.APPEAL: select(Appeal.account_id).where(Appeal.id == subject.id),
    }
    found: int | None = db.scalar(of[subject.kind]) if subject.kind in of else None
    return found


def _flags(db: Session, item_id: int) -> Sequence[Raised]:
    found = rows(
        db,
        select(FlagReason.label, FlagReason.urgency, Account.flags_upheld, Account.flags_declined)
        .select_from(Flag)
        .join(FlagReason, FlagReason.key == Flag.reason)
        .join(Account, Account.id == Flag.account_id)
        .where(Flag.item_id == item_id, Flag.state == FlagState.OPEN)
        .order_by(Flag.id),
    )
    return [Raised(*flag) for flag in found]


def _waits(db: Session, item: ReviewItem, subject: Subject) -> Sequence[tuple[str, int]]:
    """Labels and urgencies of what waits there beside flags."""
    if item.held_because:
        return [HELD_WAITS]
    if subject.kind == SubjectKind.REFERENCE:
        wanted = select(ReferenceCase.kind).where(
            ReferenceCase.item_id == item.id, ReferenceCase.state == CaseState.OPEN
        )
        sorts = [SORTS[CaseKind(kind)] for kind in db.scalars(wanted.order_by(ReferenceCase.id))]
        return [(sort.label, sort.urgency) for sort in sorts]
    if subject.kind == SubjectKind.APPEAL:
        return [APPEAL_WAITS] if db.get_one(Appeal, subject.id).state == AppealState.OPEN else []
    if subject.kind == SubjectKind.REPORT:
        return [REPORT_WAITS] if db.get_one(Report, subject.id).state == ReportState.OPEN else []
    return []
