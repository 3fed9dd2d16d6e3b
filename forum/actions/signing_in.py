"""Coming in and going out of one browser: sign in, sign out."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from forum.accounts import passwords, people, sessions
from forum.accounts.tables import Account, Actor


class Known(NamedTuple):
    """Who proved to be who they say, and a stronger hash of the password if the stored one is outworn."""

    account_id: int
    new_hash: str | None


def recognise(db: Session, typed: str, password: str) -> Known | None:
    """Who this is, by name or mail address; None if the password is not right or there is no such account.

    Slow on purpose, and equally slow for a name that nobody has; only reads.
    """
    found = people.login(db, typed)
    stored = found and found.password_hash
    if not passwords.matches(stored, password) or found is None or stored is None:
        return None
    outdated = passwords.is_outdated(stored)
    return Known(found.id, passwords.make_hash(password) if outdated else None)


def sign_in(db: Session, _actor: Actor | None, known: Known, old_token: str | None = None) -> str:
    """The token with which the browser is signed in; what it was signed in with before is worth nothing."""
    if old_token:
        sessions.end(db, old_token)
    if known.new_hash is not None:
        db.get_one(Account, known.account_id).password_hash = known.new_hash
    return sessions.start(db, known.account_id)


def sign_out(db: Session, _actor: Actor | None, token: str) -> None:
    """Nobody is signed in with the token any more."""
    sessions.end(db, token)
