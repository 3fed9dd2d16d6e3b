"""The steps of signing in that come before the session, each bound to its browser by a short-lived cookie."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum.accounts.door_tables import Step
from forum.accounts.tokens import drawn, hashed
from forum.clock import now

LIFETIME = timedelta(minutes=10)


class Kind(StrEnum):
    #: The password was right; a second factor is asked for.
    FACTOR = "factor"
    #: The challenge for a passkey.
    PASSKEY = "passkey"
    #: On the way to an identity provider, or back.
    PROVIDER = "provider"


def begin(db: Session, kind: Kind, account_id: int | None = None, **facts: Any) -> str:
    """The token for the cookie of the browser that goes this step."""
    token = drawn()
    db.add(
        Step(
            token_hash=hashed(token),
            kind=kind,
            account_id=account_id,
            facts=facts,
            expires_at=now() + LIFETIME,
        )
    )
    return token


def read(db: Session, kind: Kind, token: str) -> Step | None:
    """The step that this browser has begun; None if it has not, or too long ago."""
    wanted = select(Step).where(Step.token_hash == hashed(token), Step.kind == kind, Step.expires_at > now())
    return db.scalars(wanted).first()


def take(db: Session, kind: Kind, token: str) -> Step | None:
    """As `read`, and the step is gone: of two that come at once one finds nothing."""
    found = read(db, kind, token)
    if found is None:
        return None
    gone = db.execute(delete(Step).where(Step.id == found.id).returning(Step.id)).first()
    db.expunge(found)
    return found if gone is not None else None


def end(db: Session, token: str) -> None:
    """The step was gone, or given up: it cannot be gone again."""
    db.execute(delete(Step).where(Step.token_hash == hashed(token)))


def end_all(db: Session, account_id: int) -> None:
    """No browser goes on with a step that was begun for this account."""
    db.execute(delete(Step).where(Step.account_id == account_id))


def clear_outworn(db: Session) -> None:
    """Nothing is kept of steps that came to nothing."""
    db.execute(delete(Step).where(Step.expires_at <= now()))
