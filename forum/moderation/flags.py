"""Flags: how something gathers them, how they are taken back, and how a decision settles them."""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.moderation import waiting
from forum.moderation.subjects import Subject
from forum.moderation.tables import Decision, Flag, FlagState, Happening, ReviewItem

#: Where an account counts what became of the flags that it raised.
COUNTERS: dict[str, InstrumentedAttribute[int]] = {
    FlagState.UPHELD: Account.flags_upheld,
    FlagState.DECLINED: Account.flags_declined,
}


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
    flag = open_flag(db, subject, account_id)
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


def withdraw(db: Session, flag: Flag) -> ReviewItem:
    """The open flag no longer counts; its item is decided if nothing else waits there."""
    flag.state = FlagState.WITHDRAWN
    item = db.get_one(ReviewItem, flag.item_id, populate_existing=True)
    waiting.refresh(db, item, Happening.UNFLAGGED)
    return item


def open_flag(db: Session, subject: Subject, account_id: int) -> Flag | None:
    """The person's flag on it that nobody has decided about yet."""
    return db.scalars(_by(subject, account_id).where(Flag.state == FlagState.OPEN)).first()


def has_flagged(db: Session, subject: Subject, account_id: int, reason: str) -> bool:
    """Whether the person has an open flag on it, or ever flagged it for this reason."""
    known = or_(Flag.state == FlagState.OPEN, Flag.reason == reason)
    return db.scalars(_by(subject, account_id).where(known)).first() is not None


def _by(subject: Subject, account_id: int) -> Select[Flag]:
    of_subject = select(Flag).join(ReviewItem, ReviewItem.id == Flag.item_id)
    return of_subject.where(subject.column() == subject.id, Flag.account_id == account_id)


def settle(db: Session, decision: Decision, outcome: FlagState, reverses: int | None) -> Sequence[Flag]:
    """The item's open flags have this outcome; so have those that the decision `reverses` had settled.

    Answers the flags whose outcome is news.
    """
    if reverses is not None:
        return settle_anew(db, decision, outcome, reverses)
    waiting_there = select(Flag).where(Flag.item_id == decision.item_id, Flag.state == FlagState.OPEN)
    return _put(db, db.scalars(waiting_there.order_by(Flag.id)).all(), outcome, decision.id)


def settle_anew(db: Session, decision: Decision, outcome: FlagState, reverses: int) -> Sequence[Flag]:
    """The flags that the decision `reverses` had settled have this outcome, by `decision`, from now on.

    The two need not be about the same item: the one may be about an appeal against the other. Answers the
    flags whose outcome is news.
    """
    return _put(db, _settled_by(db, reverses), outcome, decision.id)


def reopen(db: Session, decision_id: int) -> None:
    """The flags that the decision had settled wait again, as if it had not been; refreshing the item follows.

    A person with a newer open flag on the item keeps that one alone.
    """
    settled = _settled_by(db, decision_id)
    items = {flag.item_id for flag in settled}
    newer = select(Flag.account_id).where(Flag.item_id.in_(items), Flag.state == FlagState.OPEN)
    again = set(db.scalars(newer))
    _put(db, [flag for flag in settled if flag.account_id in again], FlagState.WITHDRAWN, None)
    _put(db, [flag for flag in settled if flag.account_id not in again], FlagState.OPEN, None)


def _settled_by(db: Session, decision_id: int) -> Sequence[Flag]:
    # By the item, because that is what the index is over.
    item_id = select(Decision.item_id).where(Decision.id == decision_id).scalar_subquery()
    settled = select(Flag).where(Flag.item_id == item_id, Flag.decision_id == decision_id)
    return db.scalars(settled.order_by(Flag.id)).all()


def _put(db: Session, flags: Sequence[Flag], state: FlagState, decision_id: int | None) -> list[Flag]:
    """The flags are in this state and their flaggers' counters agree; answers those that were in another."""
    news = [flag for flag in flags if flag.state != state]
    for before in COUNTERS:
        _count(db, before, [flag.account_id for flag in news if flag.state == before], -1)
    _count(db, state, [flag.account_id for flag in news], +1)
    for flag in flags:
        flag.state, flag.decision_id = state, decision_id
    db.flush()
    return news


def _count(db: Session, state: str, account_ids: Sequence[int], step: int) -> None:
    """Each of the accounts, which are different ones, has one flag more or less in this state."""
    if (counter := COUNTERS.get(state)) is not None and account_ids:
        db.execute(
            update(Account).where(Account.id.in_(account_ids)).values({counter: counter + step}),
            execution_options={"synchronize_session": "fetch"},
        )
