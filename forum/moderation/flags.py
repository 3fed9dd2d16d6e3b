"""Flags: how something gathers them, and how a decision settles them."""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.moderation import waiting
from forum.moderation.subjects import Subject
from forum.moderation.tables import Decision, Flag, FlagState, Happening, ReviewItem


def add(
    db: Session,
    subject: Subject,
    account_id: int,
    reason: str,
    words: str,
    original_id: int | None = None,
) -> ReviewItem:
    """The subject is flagged, and its review item is open (again).

    Each person has one open flag at a time: a second one changes the first.
    """
    item = waiting.take(db, subject)
    flag = _open_flag(db, subject, account_id)
    if flag is None:
        flag = Flag(
            item_id=item.id,
            account_id=account_id,
            reason=reason,
            words=words,
            original_id=original_id,
            created_at=now(),
        )
        db.add(flag)
    elif (flag.reason, flag.words, flag.original_id) == (reason, words, original_id):
        return item
    else:
        flag.reason, flag.words, flag.original_id = reason, words, original_id
    waiting.refresh(db, item, Happening.FLAGGED)
    return item


def is_flagged_by(db: Session, subject: Subject, account_id: int) -> bool:
    """Whether the person has an open flag on it."""
    return _open_flag(db, subject, account_id) is not None


def has_flagged(db: Session, subject: Subject, account_id: int, reason: str) -> bool:
    """Whether the person has an open flag on it, or ever flagged it for this reason."""
    known = or_(Flag.state == FlagState.OPEN, Flag.reason == reason)
    return db.scalars(_by(subject, account_id).where(known)).first() is not None


def _open_flag(db: Session, subject: Subject, account_id: int) -> Flag | None:
    return db.scalars(_by(subject, account_id).where(Flag.state == FlagState.OPEN)).first()


def _by(subject: Subject, account_id: int) -> Select[Flag]:
    of_subject = select(Flag).join(ReviewItem, ReviewItem.id == Flag.item_id)
    return of_subject.where(subject.column() == subject.id, Flag.account_id == account_id)


def settle(db: Session, decision: Decision, outcome: FlagState, reverses: int | None) -> Sequence[Flag]:
    """The item's open flags have this outcome; so have those that the decision `reverses` had settled.

    Answers the flags whose outcome is news.
    """
    of_item = Flag.item_id == decision.item_id
    which = Flag.state == FlagState.OPEN if reverses is None else Flag.decision_id == reverses
    settled = db.scalars(select(Flag).where(of_item, which).order_by(Flag.id)).all()
    news = [flag for flag in settled if flag.state != outcome]
    for flag in settled:
        flag.state, flag.decision_id = outcome, decision.id
    db.flush()
    return news
