"""What opens the own account: the password, one-time codes, recovery codes."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import (
    factors,
    history,
    mail_tokens,
    one_time_codes,
    passwords,
    people,
    recovery_codes,
    sessions,
    steps,
)
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account, Actor
from forum.errors import Conflict, Invalid, NotFound
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import N_, _
from forum.policy import Permit

NOT_RIGHT = N_("This code is not right. Codes change every 30 seconds: please type the newest one.")
NOTHING_ASKS = N_("Recovery codes stand in for a passkey or a one-time code. Set up one of these first.")


def prepare(db: Session, account_id: int, password: str) -> str:
    """The hash of a password that is good enough for this account; Invalid says why it is not.

    Slow on purpose; only reads.
    """
    who = db.execute(select(Account.name, Account.email).where(Account.id == account_id)).one()
    problem = passwords.problem(password, who.name, who.email or "")
    if problem:
        raise Invalid({"password": problem})
    return passwords.make_hash(password)


def change_password(
    db: Session, actor: Actor, prepared: str, session_id: int | None = None, device: str = ""
) -> None:
    """The account has this password; all its other sessions are over, and its owner is told."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    put_password(db, actor.id, prepared, but=session_id)
    history.note(db, actor.id, "password-changed", device=device)
    letter = compose("password_changed", known_as=actor.name)
    messages.send(db, actor.id, "password_changed", letter, "/account/history")


def put_password(db: Session, account_id: int, prepared: str, but: int | None = None) -> None:
    """The account has this password; sessions (all `but` this one), half-done sign-ins and links are over.

    A link that keeps the old mail address goes on working: it is for who was robbed of the account.
    """
    db.execute(update(Account).where(Account.id == account_id).values(password_hash=prepared))
    sessions.end_others(db, account_id, but)
    steps.end_all(db, account_id)
    mail_tokens.end_all(db, account_id, Kind.RESET_PASSWORD, Kind.CHANGE_EMAIL)


def begin_codes(db: Session, actor: Actor) -> None:
    """A new secret waits for the first code of the actor's app. Conflict if codes are on already."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    one_time_codes.begin(db, actor.id)


def switch_codes_on(db: Session, actor: Actor, session_id: int, code: str, device: str = "") -> Sequence[str]:
    """Signing in asks for a code from now on; answers the recovery codes. Invalid if the code is not right.

    The present session is as good as one with a code; the others are over, since they had none.
    """
    policy.require(Permit.OWN_ACCOUNT, actor)
    if one_time_codes.begun(db, actor.id) is None:
        raise NotFound
    if not one_time_codes.confirm(db, actor.id, code):
        raise Invalid({"code": _(NOT_RIGHT)})
    sessions.prove(db, session_id, method="code")
    sessions.end_others(db, actor.id, session_id)
    history.note(db, actor.id, "codes-on", device=device)
    _tell(db, actor.id, "on")
    return make_recovery_codes(db, actor, device)


def switch_codes_off(db: Session, actor: Actor, session_id: int, device: str = "") -> None:
    """Signing in asks for no code of an app any more; other sessions are over. Nothing, if it did not before.

    Recovery codes stay for who has a passkey.
    """
    policy.require(Permit.OWN_ACCOUNT, actor)
    if not one_time_codes.end(db, actor.id):
        return
    if not factors.of(db, actor.id).has_second:
        recovery_codes.end(db, actor.id)
    sessions.end_others(db, actor.id, session_id)
    history.note(db, actor.id, "codes-off", device=device)
    _tell(db, actor.id, "off")


def make_recovery_codes(db: Session, actor: Actor, device: str = "") -> Sequence[str]:
    """Ten new recovery codes; the older ones are worth nothing. Conflict if nothing would ask for them."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    if not factors.of(db, actor.id).has_second:
        raise Conflict(_(NOTHING_ASKS))
    history.note(db, actor.id, "recovery-codes-made", device=device)
    return recovery_codes.make(db, actor.id)


def reset_factors(db: Session, _actor: Actor | None, name: str) -> None:
    """For who has lost all else: the password alone opens the account of this name; nobody is signed in.

    NotFound if there is no such account; Conflict if nothing would open it then.
    """
    found = people.named(db, name)
    if found is None:
        raise NotFound(_("There is no account {name}.").format(name=name))
    have = factors.of(db, found.id)
    if not (have.has_password or have.has_email):
        words = _("{name} has no password and no mail address: nothing would open the account.")
        raise Conflict(words.format(name=found.name))
    factors.end_all(db, found.id)
    sessions.end_others(db, found.id)
    history.note(db, found.id, "reset-by-admin")
    _tell(db, found.id, "reset")


def _tell(db: Session, account_id: int, codes_are: str) -> None:
    letter = compose("codes_changed", known_as=people.name_of(db, account_id), codes_are=codes_are)
    messages.send(db, account_id, "codes_changed", letter, "/account/history")
