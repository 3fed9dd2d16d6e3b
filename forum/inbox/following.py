"""What people follow, and who follows something."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.clock import now
from forum.inbox.tables import Follow


class Kind(StrEnum):
    """What can be followed."""

    REFERENCE = "reference"
    THREAD = "thread"
    TAG = "tag"


def follow(db: Session, account_id: int, kind: Kind, target_id: int) -> None:
    """The person hears of what happens to it from now on; twice is the same as once."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"account_id": account_id, "kind": kind, "target_id": target_id, "at": now()}
    db.execute(insert(Follow).values(values).on_conflict_do_nothing())


def unfollow(db: Session, account_id: int, kind: Kind, target_id: int) -> None:
    """The person hears no more of it."""
    mine = (Follow.account_id == account_id, Follow.kind == kind, Follow.target_id == target_id)
    db.execute(delete(Follow).where(*mine))


def followers(db: Session, kind: Kind, target_id: int) -> list[int]:
    """Ids of the accounts that follow it, in order."""
    wanted = select(Follow.account_id).where(Follow.kind == kind, Follow.target_id == target_id)
    return list(db.scalars(wanted.order_by(Follow.account_id)))


def followed(db: Session, account_id: int, kind: Kind) -> list[int]:
    """What the person follows of this kind, the latest first; five hundred at most."""
    wanted = select(Follow.target_id).where(Follow.account_id == account_id, Follow.kind == kind)
    return list(db.scalars(wanted.order_by(Follow.at.desc(), Follow.target_id).limit(500)))


def count(db: Session, kind: Kind, target_id: int) -> int:
    """How many people follow it."""
    wanted = select(func.count()).select_from(Follow)
    return db.scalar(wanted.where(Follow.kind == kind, Follow.target_id == target_id)) or 0


def follows(db: Session, account_id: int, kind: Kind, target_id: int) -> bool:
    """Whether the person follows it."""
    return db.get(Follow, (account_id, kind, target_id)) is not None


class Standing(NamedTuple):
    """How many people follow it, and whether this one does."""

    followers: int
    is_mine: bool


def standing(db: Session, kind: Kind, target_id: int, account_id: int | None) -> Standing:
    """The number on a page and its reader's own part in it, in one query; None: somebody not signed in."""
    mine = func.count().filter(Follow.account_id == (account_id or 0))
    found = select(func.count(), mine).where(Follow.kind == kind, Follow.target_id == target_id)
    number, own = db.execute(found).one()
    return Standing(number, bool(own))


def repoint(db: Session, kind: Kind, from_id: int, to_id: int) -> Sequence[int]:
    """Who followed the one follows the other; answers the accounts that moved."""
    moved = followers(db, kind, from_id)
    for account_id in moved:
        follow(db, account_id, kind, to_id)
    db.execute(delete(Follow).where(Follow.kind == kind, Follow.target_id == from_id))
    return moved
