"""What a mailed link lets its reader do, once: to come in, to choose a new password, to take another address.

The token is drawn when the mail is written, by the worker, and kept as its hash: it stands in no job, no log
and no backup. A newer one of a kind ends the older ones of that kind for the same address.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts import addresses
from forum.accounts.door_tables import MailToken
from forum.accounts.tokens import drawn, hashed
from forum.clock import now
from forum.languages.speaking import spoken


class Kind(StrEnum):
    """What it lets its reader do; each has a letter in templates/mail/link_<kind>.txt."""

    SIGN_UP = "sign_up"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a name
    CHANGE_EMAIL = "change_email"
    #: For the old address: takes the change back.
    KEEP_EMAIL = "keep_email"
    #: Makes the account that an admin has prepared.
    MADE = "made"


LIFETIME: Mapping[Kind, timedelta] = {
    Kind.SIGN_UP: timedelta(days=1),
    Kind.RESET_PASSWORD: timedelta(hours=1),
    Kind.CHANGE_EMAIL: timedelta(hours=1),
    Kind.KEEP_EMAIL: timedelta(days=7),
    Kind.MADE: timedelta(days=7),
}


def issue(db: Session, kind: Kind, email: str, account_id: int | None = None, **wanted: Any) -> MailToken:
    """A mail with such a link is on its way; older ones for the address, or of the account, are dead.

    Older addresses can still be kept: of these links, the last one for each address works.
    """
    key = addresses.key(email)
    older = [MailToken.account_id == account_id] if account_id is not None else [MailToken.email_key == key]
    if kind is Kind.KEEP_EMAIL:
        older.append(MailToken.email_key == key)
    db.execute(delete(MailToken).where(MailToken.kind == kind, *older))
    moment = now()
    token = MailToken(
        kind=kind, account_id=account_id, email=email, email_key=key, wanted=wanted, created_at=moment,
        expires_at=moment + LIFETIME[kind],
    )  # fmt: skip
    db.add(token)
    db.flush()
    jobs.put(db, "mail.link", token_id=token.id, language=spoken(), mark=secrets.token_hex(8))
    return token


def draw(db: Session, token_id: int) -> tuple[MailToken, str] | None:
    """The row and the token to write into its mail, in place of any drawn before; None if it is dead."""
    found = db.get(MailToken, token_id)
    if found is None or found.expires_at <= now():
        return None
    token = drawn()
    found.token_hash = hashed(token)
    return found, token


def find(db: Session, kind: Kind, token: str) -> MailToken | None:
    """The living row of this token; reads only, so that a page can show what it is for."""
    wanted = select(MailToken).where(
        MailToken.token_hash == hashed(token), MailToken.kind == kind, MailToken.expires_at > now()
    )
    return db.scalars(wanted).first()


def spend(db: Session, kind: Kind, token: str) -> MailToken | None:
    """As `find`, and the token is worth nothing from now on."""
    found = find(db, kind, token)
    if found is not None:
        # The row is locked or deleted by one transaction only: of two that come at once one finds it gone.
        gone = db.execute(delete(MailToken).where(MailToken.id == found.id).returning(MailToken.id)).first()
        db.expunge(found)
        return found if gone is not None else None
    return None


def end_all(db: Session, account_id: int, *kinds: Kind) -> None:
    """No link of these kinds (all, if none is named) that was mailed for this account works any more."""
    which = [MailToken.kind.in_(kinds)] if kinds else []
    db.execute(delete(MailToken).where(MailToken.account_id == account_id, *which))


def end_later(db: Session, spent: MailToken) -> None:
    """No link of this kind that was mailed for this account after `spent` works any more."""
    later = MailToken.kind == spent.kind, MailToken.account_id == spent.account_id, MailToken.id > spent.id
    db.execute(delete(MailToken).where(*later))


def clear_outworn(db: Session) -> None:
    """Nothing is kept of links that are too old."""
    db.execute(delete(MailToken).where(MailToken.expires_at <= now()))
