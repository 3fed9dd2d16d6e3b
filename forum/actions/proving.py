"""Proving again who one is, before anything of the account itself is changed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import history, passwords, sessions
from forum.accounts.tables import Account, Actor
from forum.actions import signing_in


def is_right(db: Session, actor: Actor, password: str) -> bool:
    """Whether this is the actor's password. Slow on purpose; only reads."""
    stored = db.scalar(select(Account.password_hash).where(Account.id == actor.id))
    return passwords.matches(stored, password)


def prove(db: Session, _actor: Actor, session_id: int) -> None:
    """For ten minutes the actor may change the account in this session."""
    sessions.prove(db, session_id)


def prove_by_code(db: Session, actor: Actor, session_id: int, code: str, device: str = "") -> bool:
    """As `prove`, if this is a code of the app or a recovery code; answers whether it is."""
    if not signing_in.take_code(db, actor.id, code, device):
        history.note(db, actor.id, "factor-failed", device=device)
        return False
    sessions.prove(db, session_id, method="code")
    return True


def fail(db: Session, actor: Actor, device: str = "") -> None:
    """The actor can read that a wrong password was typed in one of their sessions."""
    history.note(db, actor.id, "sign-in-failed", device=device, detail="in a session that was signed in")
