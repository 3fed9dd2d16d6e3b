"""The review queue: what puts a post into it and what takes it out again; waiting.py says what that means."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.moderation import subjects, waiting
from forum.moderation.casefile import item
from forum.moderation.items import listing, of_post
from forum.moderation.lately import decided
from forum.moderation.tables import Happening, ItemState, ReviewItem

__all__ = [
    "decided",
    "hold",
    "is_open",
    "item",
    "listing",
    "of_post",
    "open_count",
    "reworded",
    "withdraw",
]

_OPEN = select(func.count()).where(ReviewItem.state == ItemState.OPEN)


def hold(db: Session, post_id: int, because: str) -> ReviewItem:
    """The held post waits for review; its item is open (again). `because` is for moderators."""
    item = waiting.take(db, subjects.post(post_id))
    if because not in item.held_because:
        item.held_because = f"{item.held_because} {because}".strip()
    waiting.refresh(db, item, Happening.HELD)
    return item


def withdraw(db: Session, post_id: int) -> None:
    """The post no longer waits for review, because its author withdrew it; its flags stay to be decided."""
    item = waiting.existing(db, subjects.post(post_id))
    if item is not None:
        item.held_because = ""
        waiting.refresh(db, item, Happening.WITHDRAWN)


def reworded(db: Session, post_id: int) -> None:
    """The post says something else now: a decision about its former words would be stale."""
    item = waiting.existing(db, subjects.post(post_id))
    if item is not None:
        waiting.refresh(db, item, Happening.REWORDED)


def is_open(db: Session, post_id: int) -> bool:
    """Whether a moderator has something to decide about the post."""
    item = waiting.existing(db, subjects.post(post_id))
    return item is not None and item.state == ItemState.OPEN


def open_count(db: Session) -> int:
    """How many items are open."""
    return db.scalar(_OPEN) or 0
