"""What to work on next: the open items beside one in the queue that are free and not for others to decide."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.discussion import anonymity
from forum.discussion.tables import Post
from forum.inbox.tables import Message
from forum.moderation import claims
from forum.moderation.filters import Filters
from forum.moderation.items import WHOLE_QUEUE, appealed, whom, with_post
from forum.moderation.tables import ItemState, ReviewItem


class Neighbours(NamedTuple):
    """The open items before and after one in the queue that the viewer can work on; None: no more."""

    before: int | None
    after: int | None


def neighbours(
    db: Session, viewer: Actor, due_at: datetime, item_id: int, filters: Filters = WHOLE_QUEUE
) -> Neighbours:
    """What to work on next to this item; one query."""
    place = (ReviewItem.due_at, ReviewItem.id)
    here = tuple_(due_at, item_id, types=[column.type for column in place])
    one = _to_do(viewer, filters).limit(1)
    before = one.where(tuple_(*place) < here).order_by(*(column.desc() for column in place))
    after = one.where(tuple_(*place) > here).order_by(*place)
    return Neighbours(*db.execute(select(before.scalar_subquery(), after.scalar_subquery())).one())


def first(db: Session, viewer: Actor, filters: Filters = WHOLE_QUEUE) -> int | None:
    """The most pressing open item that the viewer can work on; None if nothing waits."""
    wanted = _to_do(viewer, filters)
    found: int | None = db.scalar(wanted.order_by(ReviewItem.due_at, ReviewItem.id).limit(1))
    return found


def _to_do(viewer: Actor, filters: Filters) -> Select[int]:
    """The ids of open items that nobody else holds and that are not for others to decide (see recusal.py).

    What concerns the viewer is passed over in any case: an admin without colleagues finds it in the queue.
    """
    there = with_post(select(ReviewItem.id)).outerjoin(Message, Message.id == ReviewItem.message_id)
    there = there.where(
        ReviewItem.state == ItemState.OPEN, claims.free_for(viewer.id), *filters.where(viewer)
    )
    there = there.where(func.coalesce(whom, 0) != viewer.id, ~anonymity.is_linked(Post.id, viewer.id))
    there = there.where(func.coalesce(appealed.moderator_id, 0) != viewer.id)
    return there if viewer.is_admin else there.where(ReviewItem.is_escalated.is_(False))


def due_at(db: Session, item_id: int) -> datetime | None:
    """Where the item stands, or stood, in the queue; None if there is no such item."""
    found: datetime | None = db.scalar(select(ReviewItem.due_at).where(ReviewItem.id == item_id))
    return found
