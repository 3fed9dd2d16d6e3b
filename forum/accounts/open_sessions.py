"""The sessions of one account, as its owner sees and ends them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum.accounts.tables import SignIn
from forum.clock import now
from forum.db import rows

#: So many are shown, and nobody has as many browsers.
MOST = 200


class Open(NamedTuple):
    """A browser that is signed in. `used_at` is when it last changed something, to an hour."""

    id: int
    device: str
    method: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime


def listing(db: Session, account_id: int) -> Sequence[Open]:
    """Where the account is signed in, the session that was used last first."""
    mine = SignIn.account_id == account_id, SignIn.expires_at > now()
    wanted = select(*(getattr(SignIn, name) for name in Open._fields)).where(*mine)
    found = rows(db, wanted.order_by(SignIn.used_at.desc(), SignIn.id.desc()).limit(MOST))
    return [Open(*each) for each in found]


def goes_on(db: Session, account_id: int, session_id: int) -> bool:
    """Whether somebody is signed in to the account in this session."""
    mine = SignIn.account_id == account_id, SignIn.id == session_id, SignIn.expires_at > now()
    return db.scalar(select(SignIn.id).where(*mine)) is not None


def end(db: Session, account_id: int, session_id: int) -> str | None:
    """This session of the account is over; answers its device, or None if the account has none such."""
    mine = SignIn.account_id == account_id, SignIn.id == session_id
    return db.scalar(delete(SignIn).where(*mine).returning(SignIn.device))
