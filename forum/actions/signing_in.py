"""Coming in and going out of one browser: sign in with one step or two, sign out."""

from typing import NamedTuple

import structlog
from sqlalchemy.orm import Session

from forum.accounts import (
    factors,
    history,
    one_time_codes,
    passwords,
    people,
    recovery_codes,
    sessions,
    steps,
)
from forum.accounts.tables import Account, Actor
from forum.errors import NotFound
from forum.languages.words import N_, _

log = structlog.get_logger()

STEP_GONE = N_("Signing in took longer than ten minutes, or was done already. Please begin again.")


class Known(NamedTuple):
    """Who proved to be who they say: the password is that of `stored`, and of `new_hash`, a stronger one."""

    account_id: int
    stored: str
    new_hash: str


class Entry(NamedTuple):
    """How far a browser came: signed in with `session`, or with one more `step` to go; both are tokens."""

    session: str = ""
    step: str = ""


def recognise(db: Session, typed: str, password: str) -> Known | None:
    """Who this is, by name or mail address; None if the password is not right or there is no such account.

    Slow on purpose, and equally slow for a name that nobody has; only reads.
    """
    found = people.login(db, typed)
    stored = found and found.password_hash
    if not passwords.matches(stored, password) or found is None or stored is None:
        return None
    new_hash = passwords.make_hash(password) if passwords.is_outdated(stored) else stored
    return Known(found.id, stored, new_hash)


def refuse(db: Session, _actor: Actor | None, typed: str, device: str = "") -> None:
    """The owner of the account with this name can read that somebody tried a wrong password."""
    found = people.login(db, typed)
    if found is not None:
        history.note(db, found.id, "sign-in-failed", device=device)
    else:
        log.info("security", what="sign-in-failed", account_id=None)
        # A row that nobody can use is written too, or the time would tell which names there are.
        steps.begin(db, steps.Kind.FACTOR)


def sign_in(
    db: Session, _actor: Actor | None, known: Known, old_token: str | None = None, device: str = ""
) -> Entry:
    """Who gave the right password is signed in, or asked for the second factor if there is one.

    What the browser was signed in with before is worth nothing. NotFound if the password is another by now.
    """
    account = db.get_one(Account, known.account_id)
    if account.password_hash != known.stored:
        raise NotFound
    account.password_hash = known.new_hash
    if factors.of(db, known.account_id).has_second:
        return Entry(step=steps.begin(db, steps.Kind.FACTOR, known.account_id))
    return Entry(session=enter(db, known.account_id, "password", old_token, device))


def give_code(
    db: Session, _actor: Actor | None, step: str, code: str, old_token: str | None = None, device: str = ""
) -> str | None:
    """The token with which the browser is signed in; None if the code is not right. NotFound without a step.

    The code is one of the authenticator app, or a recovery code, which is worth nothing afterwards.
    """
    begun = steps.read(db, steps.Kind.FACTOR, step)
    if begun is None or begun.account_id is None:
        raise NotFound(_(STEP_GONE))
    account_id = begun.account_id
    if not take_code(db, account_id, code, device):
        history.note(db, account_id, "factor-failed", device=device)
        return None
    if steps.take(db, steps.Kind.FACTOR, step) is None:
        raise NotFound(_(STEP_GONE))
    return enter(db, account_id, "code", old_token, device)


def take_code(db: Session, account_id: int, code: str, device: str = "") -> bool:
    """Whether this is a code of the account that counts now; it never counts again."""
    if one_time_codes.take(db, account_id, code):
        return True
    if not recovery_codes.take(db, account_id, code):
        return False
    left = recovery_codes.left(db, account_id)
    history.note(db, account_id, "recovery-code-used", device=device, detail=f"{left} left")
    return True


def enter(db: Session, account_id: int, method: str, old_token: str | None = None, device: str = "") -> str:
    """The token with which the browser is signed in from now on, by this method (see SignIn.method)."""
    if old_token:
        sessions.end(db, old_token)
    history.note(db, account_id, "signed-in", device=device, detail=method)
    return sessions.start(db, account_id, method, device)


def sign_out(db: Session, actor: Actor | None, token: str) -> None:
    """Nobody is signed in with the token any more."""
    if actor is not None:
        history.note(db, actor.id, "signed-out")
    sessions.end(db, token)
