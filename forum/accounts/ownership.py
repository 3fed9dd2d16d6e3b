"""The one-time code with which the owner of an empty forum becomes its first admin."""

import hmac
import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum.accounts import directory
from forum.accounts.tables import SetupCode
from forum.accounts.tokens import hashed
from forum.clock import now
from forum.errors import NotFound


def issue(db: Session) -> str | None:
    """A new code, in place of any older one; None when the forum has an admin already."""
    if directory.has_admin(db):
        return None
    code = secrets.token_urlsafe(24)
    db.execute(delete(SetupCode))
    db.add(SetupCode(code_hash=hashed(code), created_at=now()))
    return code


def is_valid(db: Session, code: str) -> bool:
    """Whether this is the code that was issued last, and nobody became admin since."""
    wanted = hashed(code)
    issued = db.scalars(select(SetupCode.code_hash)).all()
    # All are compared, so that the time says nothing.
    return sum(hmac.compare_digest(found, wanted) for found in issued) == 1 and not directory.has_admin(db)


def spend(db: Session, code: str) -> None:
    """The code is valid no more; NotFound if it was not valid either, so that only one admin comes of it."""
    spent = db.execute(delete(SetupCode).where(SetupCode.code_hash == hashed(code)).returning(SetupCode.id))
    if spent.first() is None or directory.has_admin(db):
        raise NotFound
