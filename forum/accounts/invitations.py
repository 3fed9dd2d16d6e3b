"""Invitations: links with which one person each may join. The link is shown once; its hash is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from forum.accounts.door_tables import Invitation
from forum.accounts.tables import Account
from forum.accounts.tokens import drawn, hashed
from forum.clock import now
from forum.db import row, rows

LIFETIME = timedelta(days=14)
#: So many of one person's can be open at once.
MOST_OPEN = 10
LONGEST_NOTE = 120


class Invited(NamedTuple):
    """An open invitation: its id, and who invites."""

    id: int
    by: str


class Mine(NamedTuple):
    """One's own invitation. `state` is open, used, revoked or over; `joined` who came with it, or None."""

    id: int
    note: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    joined: str | None

    @property
    def state(self) -> str:
        if self.used_at is not None:
            return "used"
        if self.revoked_at is not None:
            return "revoked"
        return "open" if self.expires_at > now() else "over"


def make(db: Session, account_id: int, note: str) -> str:
    """The token of a new invitation; it is nowhere else."""
    token = drawn()
    moment = now()
    db.add(
        Invitation(
            token_hash=hashed(token),
            invited_by_id=account_id,
            note=note,
            created_at=moment,
            expires_at=moment + LIFETIME,
        )
    )
    db.flush()
    return token


def count_open(db: Session, account_id: int) -> int:
    """How many of the person's invitations somebody can still come with."""
    return db.scalars(select(func.count()).where(Invitation.invited_by_id == account_id, *_open())).one()


def find(db: Session, token: str) -> Invited | None:
    """The open invitation of this link; None if there is none, or no longer."""
    wanted = (
        select(Invitation.id, Account.name)
        .join(Account, Account.id == Invitation.invited_by_id)
        .where(Invitation.token_hash == hashed(token), *_open())
    )
    found = row(db, wanted)
    return None if found is None else Invited(*found)


def is_open(db: Session, invitation_id: int) -> bool:
    """Whether somebody can still come with it."""
    found = select(Invitation.id).where(Invitation.id == invitation_id, *_open())
    return db.scalar(found) is not None


def spend(db: Session, invitation_id: int, account_id: int) -> bool:
    """The account came with it, and nobody else can; False if somebody else was faster."""
    used = {"used_by_id": account_id, "used_at": now()}
    # One statement: of two that come at once, the second finds it used.
    spent = update(Invitation).where(Invitation.id == invitation_id, *_open()).values(**used)
    return db.execute(spent.returning(Invitation.id)).first() is not None


def revoke(db: Session, account_id: int, invitation_id: int) -> bool:
    """Nobody can come with the person's invitation any more; False if it was not theirs, or not open."""
    mine = (Invitation.id == invitation_id, Invitation.invited_by_id == account_id)
    revoked = update(Invitation).where(*mine, *_open()).values(revoked_at=now())
    return db.execute(revoked.returning(Invitation.id)).first() is not None


def latest(db: Session, account_id: int, most: int) -> Sequence[Mine]:
    """The person's newest invitations, newest first."""
    wanted = (
        select(
            Invitation.id, Invitation.note, Invitation.created_at, Invitation.expires_at, Invitation.used_at,
            Invitation.revoked_at, Account.name,
        )
        .join(Account, Account.id == Invitation.used_by_id, isouter=True)
        .where(Invitation.invited_by_id == account_id)
        .order_by(Invitation.id.desc())
        .limit(most)
    )  # fmt: skip
    return [Mine(*found) for found in rows(db, wanted)]


def _open() -> tuple[ColumnElement[bool], ...]:
    return Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > now()
