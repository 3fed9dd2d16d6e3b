"""Claims: a moderator's hold on an item, for twenty minutes from the last work on it, or until a decision."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row
from forum.errors import Conflict, NotFound
from forum.languages.words import N_, _
from forum.moderation.tables import ReviewItem

LASTS = timedelta(minutes=20)


class Claimed(Conflict):
    """Somebody else holds the item: `holder`, `until`."""

    code = "claimed"
    title = N_("Somebody else is working on this")

    def __init__(self, holder: str, until: datetime) -> None:
        self.holder, self.until = holder, until
        super().__init__(
            _(
                "{holder} holds this item until {until:%H:%M} UTC. Nothing was changed. "
                "Take another item, or come back when the time has run out."
            ).format(holder=holder, until=until)
        )


def unheld() -> ColumnElement[bool]:
    """In SQL: nobody holds the item now."""
    return or_(ReviewItem.claimed_by_id.is_(None), ReviewItem.claimed_until <= now())


def free_for(moderator_id: int) -> ColumnElement[bool]:
    """In SQL: nobody else holds the item now."""
    return or_(unheld(), ReviewItem.claimed_by_id == moderator_id)


def claim(db: Session, item_id: int, moderator_id: int) -> None:
    """The moderator holds the item for twenty minutes from now; claiming again is how work extends a claim.

    A decided item can be claimed too: a reversal is work like any other. Claimed if somebody else holds it.
    """
    wanted = (ReviewItem.id == item_id, free_for(moderator_id))
    if not _update(db, wanted, {"claimed_by_id": moderator_id, "claimed_until": now() + LASTS}):
        check(db, item_id, moderator_id)


def extend(db: Session, item_id: int, moderator_id: int) -> bool:
    """Whoever holds the item holds it for twenty minutes from now; answers whether the moderator does."""
    wanted = (ReviewItem.id == item_id, ReviewItem.claimed_by_id == moderator_id)
    return _update(db, (*wanted, ReviewItem.claimed_until > now()), {"claimed_until": now() + LASTS})


def take_over(db: Session, item_id: int, moderator_id: int, holder_id: int) -> bool:
    """The moderator holds the item instead of `holder_id`; answers whether something was taken from them.

    Claimed if a third one holds it meanwhile: the word was not for them.
    """
    theirs = (ReviewItem.id == item_id, ReviewItem.claimed_by_id == holder_id)
    values: dict[str, object] = {"claimed_by_id": moderator_id, "claimed_until": now() + LASTS}
    if holder_id != moderator_id and _update(db, (*theirs, ReviewItem.claimed_until > now()), values):
        return True
    claim(db, item_id, moderator_id)
    return False


def release(db: Session, item_id: int, moderator_id: int) -> None:
    """The moderator does not hold the item (any longer)."""
    wanted = (ReviewItem.id == item_id, ReviewItem.claimed_by_id == moderator_id)
    _update(db, wanted, {"claimed_by_id": None, "claimed_until": None})


def check(db: Session, item_id: int, moderator_id: int) -> None:
    """Claimed if somebody else holds the item now; NotFound if there is no such item."""
    holder = (
        select(Account.name, ReviewItem.claimed_until, free_for(moderator_id).label("free"))
        .select_from(ReviewItem)
        .outerjoin(Account, Account.id == ReviewItem.claimed_by_id)
        .where(ReviewItem.id == item_id)
    )
    found = row(db, holder)
    if found is None:
        raise NotFound
    if not found.free:
        raise Claimed(found.name, found.claimed_until)


def _update(db: Session, wanted: tuple[ColumnElement[bool], ...], values: dict[str, object]) -> bool:
    done = db.execute(
        update(ReviewItem).where(*wanted).values(values), execution_options={"synchronize_session": False}
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
