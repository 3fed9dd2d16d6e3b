"""What to work on next: the open items beside one in the queue that are free and not for others to decide."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.discussion.tables import Post
from forum.moderation import claims
from forum.moderation.filters import Filters
from forum.moderation.items import WHOLE_QUEUE, appealed, with_post
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
    one = with_post(select(ReviewItem.id)).where(*_to_do(viewer, filters)).limit(1)
    before = one.where(tuple_(*place) < here).order_by(*(column.desc() for column in place))
    after = one.where(tuple_(*place) > here).order_by(*place)
    return Neighbours(*db.execute(select(before.scalar_subquery(), after.scalar_subquery())).one())


def first(db: Session, viewer: Actor, filters: Filters = WHOLE_QUEUE) -> int | None:
    """The most pressing open item that the viewer can work on; None if nothing waits."""
    wanted = with_post(select(ReviewItem.id)).where(*_to_do(viewer, filters))
    found: int | None = db.scalar(wanted.order_by(ReviewItem.due_at, ReviewItem.id).limit(1))
    return found


def _to_do(viewer: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    """In SQL: the item is open, nobody else holds it, and it is not for others to decide (see recusal.py)."""
    found = [ReviewItem.state == ItemState.OPEN, claims.free_for(viewer.id), *filters.where(viewer)]
    if not viewer.is_admin:
        found.append(ReviewItem.is_escalated.is_(False))
        found.append(func.coalesce(Post.author_id, ReviewItem.account_id, 0) != viewer.id)
        found.append(func.coalesce(appealed.moderator_id, 0) != viewer.id)
    return found


def due_at(db: Session, item_id: int) -> datetime | None:
    """Where the item stands, or stood, in the queue; None if there is no such item."""
    found: datetime | None = db.scalar(select(ReviewItem.due_at).where(ReviewItem.id == item_id))
    return found
