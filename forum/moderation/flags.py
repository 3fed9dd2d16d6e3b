"""Flags: how a post gathers them, and how a decision settles them."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.discussion.tables import Post
from forum.moderation import queue
from forum.moderation.tables import Decision, Flag, FlagState, Happening, ReviewItem


def add(db: Session, post: Post, account_id: int, reason: str, words: str) -> ReviewItem:
    """The post is flagged, and its review item is open (again).

    Each person has one open flag at a time: a second one changes the first.
    """
    item = queue.take(db, post.id)
    flag = _open_flag(db, post.id, account_id)
    if flag is None:
        flag = Flag(
            item_id=item.id,
            post_id=post.id,
            account_id=account_id,
            reason=reason,
            words=words,
            created_at=now(),
        )
        db.add(flag)
    elif (flag.reason, flag.words) == (reason, words):
        return item
    else:
        flag.reason, flag.words = reason, words
    queue.refresh(db, item, Happening.FLAGGED)
    return item


def is_flagged_by(db: Session, post_id: int, account_id: int) -> bool:
    """Whether the person has an open flag on the post."""
    return _open_flag(db, post_id, account_id) is not None


def has_flagged(db: Session, post_id: int, account_id: int, reason: str) -> bool:
    """Whether the person has an open flag on the post, or ever flagged it for this reason."""
    mine = (Flag.post_id == post_id, Flag.account_id == account_id)
    known = or_(Flag.state == FlagState.OPEN, Flag.reason == reason)
    return db.scalars(select(Flag.id).where(*mine, known)).first() is not None


def _open_flag(db: Session, post_id: int, account_id: int) -> Flag | None:
    mine = (Flag.post_id == post_id, Flag.account_id == account_id, Flag.state == FlagState.OPEN)
    return db.scalars(select(Flag).where(*mine)).first()


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
