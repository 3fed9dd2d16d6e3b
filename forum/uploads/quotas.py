"""How much room for images an account has, by its level: one table, beside how often it may send one
(accounts/allowances.py). Moderators have no limits, and FORUM_LIMITS makes all of them wider or narrower.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Level
from forum.clock import now
from forum.config import settings
from forum.errors import Invalid, TooMany
from forum.languages.formats import number
from forum.languages.words import N_, _, ngettext
from forum.uploads import store
from forum.uploads.tables import Image

DAY = timedelta(days=1)
MB = 1024 * 1024


class Room(NamedTuple):
    """Bytes in a day, and bytes and images in all. Of images as they are kept, not as they were sent."""

    day: int
    whole: int
    images: int


TABLE: Mapping[Level, Room] = {
    Level.NEWCOMER: Room(5 * MB, 15 * MB, 50),
    Level.MEMBER: Room(20 * MB, 80 * MB, 500),
    Level.TRUSTED: Room(50 * MB, 200 * MB, 2000),
}
FULL = N_(
    "Your images take up all the room that you have: {room}. Throw away some that no post shows, and there"
    " is room for this one."
)


def of(level: Level) -> Room | None:
    """The room of an account of this level, as it holds in this forum; None: it has no limits."""
    factor = settings().limits
    return Room(*(max(1, round(number * factor)) for number in TABLE[level])) if factor else None


def check(db: Session, actor: Actor, weight: int) -> None:
    """Passes if the actor has room for so many bytes more.

    TooMany says when there is some again; Invalid (`file`) that first some image has to go.
    """
    room = None if actor.is_moderator else of(actor.level)
    if room is None:
        return
    has = store.held(db, actor.id)
    if has.weight + weight > room.whole or has.images >= room.images:
        raise Invalid({"file": _(FULL).format(room=in_words(room))})
    # One that is larger than a day's room never had any.
    today = store.held(db, actor.id, now() - DAY).weight
    if today and today + weight > room.day:
        raise TooMany(
            _("You have sent {count} MB of images within a day.").format(count=room.day // MB),
            _wait(db, actor.id),
        )


def has_room(db: Session, account_id: int, level: Level, weight: int) -> bool:
    """Whether there is room in all for so many bytes more."""
    room, has = of(level), store.held(db, account_id)
    return room is None or (has.weight + weight <= room.whole and has.images < room.images)


def in_words(room: Room) -> str:
    """What the account has room for in all, such as "15 MB, or 50 images"."""
    words = ngettext("{size} MB, or {count} image", "{size} MB, or {count} images", room.images)
    return words.format(size=max(1, room.whole // MB), count=number(room.images))


def _wait(db: Session, account_id: int) -> int:
    """Seconds until the oldest image of this day is a day old."""
    mine = (Image.account_id == account_id, Image.created_at > now() - DAY)
    oldest = db.scalar(select(Image.created_at).where(*mine).order_by(Image.created_at).limit(1))
    return max(1, int((oldest + DAY - now()).total_seconds())) if oldest else 1
