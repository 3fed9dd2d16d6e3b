"""The review queue: what puts a post's one item into it and what takes the item out again.

An item is open exactly while its post is held or has open flags.
"""

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.clock import now
from forum.moderation.casefile import item
from forum.moderation.items import decided, is_about_reference, listing, of_post
from forum.moderation.rules import REASON, Urgency
from forum.moderation.tables import Flag, FlagState, Happening, ItemState, ReviewItem

__all__ = [
    "decided",
    "hold",
    "is_about_reference",
    "item",
    "listing",
    "of_post",
    "open_count",
    "refresh",
    "reworded",
    "take",
    "withdraw",
]

_OPEN = select(func.count()).where(ReviewItem.state == ItemState.OPEN)


def hold(db: Session, post_id: int, because: str) -> ReviewItem:
    """The held post waits for review; its item is open (again). `because` is for moderators."""
    item = take(db, post_id)
    if because not in item.held_because:
        item.held_because = f"{item.held_because} {because}".strip()
    refresh(db, item, Happening.HELD)
    return item


def withdraw(db: Session, post_id: int) -> None:
    """The post no longer waits for review, because its author withdrew it; its flags stay to be decided."""
    item = _existing(db, post_id)
    if item is not None:
        item.held_because = ""
        refresh(db, item, Happening.WITHDRAWN)


def reworded(db: Session, post_id: int) -> None:
    """The post says something else now: a decision about its former words would be stale."""
    item = _existing(db, post_id)
    if item is not None:
        refresh(db, item, Happening.REWORDED)


def open_count(db: Session) -> int:
    """How many items are open."""
    return db.scalar(_OPEN) or 0


def take(db: Session, post_id: int) -> ReviewItem:
    """The post's item, made if there was none, and nobody else's until the transaction ends."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    moment = now()
    new = insert(ReviewItem).values(
        post_id=post_id,
        state=ItemState.DECIDED,
        urgency=Urgency.WHEN_QUIET,
        flag_count=0,
        held_because="",
        version=0,
        happened=Happening.HELD,
        happened_at=moment,
        opened_at=moment,
    )
    db.execute(new.on_conflict_do_nothing(index_elements=[ReviewItem.post_id]))
    item = _existing(db, post_id)
    assert item is not None, "just inserted"
    return item


def refresh(db: Session, item: ReviewItem, happened: Happening) -> None:
    """The item is open or not, as urgent as its flags, and one version older: `happened` happened to it."""
    db.flush()
    open_flags = (Flag.item_id == item.id, Flag.state == FlagState.OPEN)
    reasons = db.scalars(select(Flag.reason).where(*open_flags)).all()
    waits = [Urgency.IN_TURN] if item.held_because else []
    was_open, is_open = item.state == ItemState.OPEN, bool(reasons or waits)
    item.flag_count = len(reasons)
    item.urgency = min([*waits, *(REASON[key].urgency for key in reasons)], default=Urgency.WHEN_QUIET)
    item.version += 1
    item.happened, item.happened_at, item.happened_by_id = happened, now(), None
    item.state = ItemState.OPEN if is_open else ItemState.DECIDED
    if is_open and not was_open:
        item.opened_at = now()
    if was_open and not is_open:
        item.claimed_by_id = item.claimed_until = None
        item.decided_at = now()
    db.flush()


def _existing(db: Session, post_id: int) -> ReviewItem | None:
    wanted = select(ReviewItem).where(ReviewItem.post_id == post_id)
    return db.scalars(wanted, execution_options={"populate_existing": True}).first()
