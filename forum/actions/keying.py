"""Passkeys: to come in with one, to prove one's identity, to add, rename and remove them.

Each ceremony is two steps. The first draws a challenge for this browser, the second takes it, whatever comes
of it: no challenge is answered twice.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import (
    ceremonies,
    factors,
    history,
    passkeys,
    provider_accounts,
    recovery_codes,
    sessions,
    steps,
)
from forum.accounts.ceremonies import NotProven
from forum.accounts.factor_tables import Passkey
from forum.accounts.steps import Kind
from forum.accounts.tables import Actor
from forum.actions import signing_in, telling_owner
from forum.config import Settings
from forum.discussion.wording import one_line
from forum.errors import Invalid
from forum.languages.words import N_, _
from forum.policy import Permit

TOO_LATE = N_("That took too long, or was done before. Please try again.")
NOT_KNOWN = N_("This passkey opens no account here. It may have been removed.")
NOT_PROVEN = N_("The passkey could not be checked. Please try again.")
ANOTHER = N_("This passkey belongs to another account.")
LAST = N_("This is the only way into your account. Add another one first: a password, or a second passkey.")
NO_NAME = N_("Please give it a name by which you will know it, such as “Phone”.")


class Purpose(StrEnum):
    """What a challenge was drawn for; it counts for nothing else."""

    SIGN_IN = "sign_in"
    FACTOR = "factor"
    PROVE = "prove"
    ADD = "add"
    JOIN = "join"


class Asked(NamedTuple):
    """A challenge that this browser was given, and what for.

    `account_id`: whose passkey it has to be, None for anybody's. `handle`: of an account that is to be.
    """

    challenge: str
    purpose: Purpose
    account_id: int | None
    handle: str


class Begun(NamedTuple):
    """`options` for the browser's own dialog; `token` for its cookie, None if it has the right one."""

    token: str | None
    options: Mapping[str, Any]


def begin(db: Session, actor: Actor | None, settings: Settings, step_token: str | None) -> Begun:
    """A passkey is asked for: the actor's, that of the account whose password was right, or anybody's."""
    challenge = ceremonies.challenge()
    factor = steps.read(db, Kind.FACTOR, step_token) if step_token and actor is None else None
    if factor is not None and factor.account_id is not None:
        factor.facts = {**factor.facts, "challenge": challenge}
        have = passkeys.credentials(db, factor.account_id)
        return Begun(None, ceremonies.to_show(settings, challenge, have))
    purpose, account_id = (Purpose.PROVE, actor.id) if actor else (Purpose.SIGN_IN, None)
    have = passkeys.credentials(db, actor.id) if actor else ()
    token = steps.begin(db, Kind.PASSKEY, account_id, challenge=challenge, purpose=purpose)
    return Begun(token, ceremonies.to_show(settings, challenge, have))


def begin_adding(db: Session, actor: Actor, settings: Settings) -> Begun:
    """The actor's browser is asked to make a passkey."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    challenge = ceremonies.challenge()
    token = steps.begin(db, Kind.PASSKEY, actor.id, challenge=challenge, purpose=Purpose.ADD)
    handle, have = passkeys.handle_of(db, actor.id), passkeys.credentials(db, actor.id)
    return Begun(token, ceremonies.to_make(settings, challenge, actor.name, handle, have))


def take(db: Session, _actor: Actor | None, step_token: str | None) -> Asked | None:
    """The challenge that this browser was given; it is spent. None if there is none, or an old one."""
    if step_token is None:
        return None
    step = steps.take(db, Kind.PASSKEY, step_token)
    if step is not None:
        facts = step.facts
        return Asked(facts["challenge"], Purpose(facts["purpose"]), step.account_id, facts.get("handle", ""))
    factor = steps.read(db, Kind.FACTOR, step_token)
    if factor is None or "challenge" not in factor.facts:
        return None
    facts = dict(factor.facts)
    challenge = facts.pop("challenge")
    # The step itself stays: who has no passkey at hand can still type a code.
    factor.facts = facts
    return Asked(challenge, Purpose.FACTOR, factor.account_id, "")


def sign_in(
    db: Session,
    _actor: Actor | None,
    settings: Settings,
    asked: Asked | None,
    credential: Mapping[str, Any],
    step_token: str,
    old_token: str | None,
    device: str,
) -> str:
    """The token with which the passkey's owner is signed in; the old one is worth nothing.

    Invalid if it is not right, or not of the account whose password was right before.
    """
    if asked is None or asked.purpose not in (Purpose.SIGN_IN, Purpose.FACTOR):
        raise Invalid({"": _(TOO_LATE)})
    passkey = _checked(db, settings, asked, credential)
    # A password changed meanwhile has ended the step.
    if asked.purpose is Purpose.FACTOR and steps.take(db, Kind.FACTOR, step_token) is None:
        raise Invalid({"": _(TOO_LATE)})
    return signing_in.enter(db, passkey.account_id, "passkey", old_token, device)


def prove(
    db: Session,
    actor: Actor,
    settings: Settings,
    asked: Asked | None,
    credential: Mapping[str, Any],
    session_id: int,
) -> None:
    """For ten minutes the actor may change the account; the session is as one begun with a passkey."""
    if asked is None or asked.purpose is not Purpose.PROVE or asked.account_id != actor.id:
        raise Invalid({"": _(TOO_LATE)})
    _checked(db, settings, asked, credential)
    sessions.prove(db, session_id, "passkey")


def _checked(db: Session, settings: Settings, asked: Asked, credential: Mapping[str, Any]) -> Passkey:
    """The passkey that signed the challenge. Without a password before it, its device must say for whom."""
    try:
        shown = ceremonies.shown(credential)
        if shown.handle is None and asked.purpose is Purpose.SIGN_IN:
            raise Invalid({"": _(NOT_PROVEN)})
        passkey = passkeys.find(db, shown.credential_id, shown.handle)
        if passkey is None:
            raise Invalid({"": _(NOT_KNOWN)})
        if asked.account_id not in (None, passkey.account_id):
            raise Invalid({"": _(ANOTHER)})
        key, count = passkey.public_key, passkey.sign_count
        passkeys.use(db, passkey, ceremonies.proven(settings, asked.challenge, credential, key, count))
    except NotProven:
        raise Invalid({"": _(NOT_PROVEN)}) from None
    return passkey


def note_failure(db: Session, _actor: Actor | None, account_id: int, device: str) -> None:
    """The account's history says that its password was right, and what came after it was not."""
    history.note(db, account_id, "factor-failed", device=device, detail="passkey")


def add(
    db: Session, actor: Actor, settings: Settings, asked: Asked | None, credential: Mapping[str, Any],
    name: str, device: str,
) -> None:  # fmt: skip
    """The actor comes in with this passkey too, and is told by mail. Invalid if it is not right."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    if asked is None or asked.purpose is not Purpose.ADD or asked.account_id != actor.id:
        raise Invalid({"": _(TOO_LATE)})
    made = _made(settings, asked, credential)
    called = one_line(name)[: passkeys.LONGEST_NAME] or device
    passkeys.add(db, actor.id, made, called)
    history.note(db, actor.id, "passkey-added", device=device, detail=called)
    telling_owner.of_way(db, actor.id, passkey=called, is_added=True)


def _made(settings: Settings, asked: Asked, credential: Mapping[str, Any]) -> ceremonies.Made:
    try:
        return ceremonies.made(settings, asked.challenge, credential)
    except NotProven:
        raise Invalid({"": _(NOT_PROVEN)}) from None


def rename(db: Session, actor: Actor, passkey_id: int, name: str) -> None:
    """The actor's passkey is called this. NotFound for another's, Invalid for no name."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    passkey = passkeys.own(db, actor.id, passkey_id)
    called = one_line(name)[: passkeys.LONGEST_NAME]
    if not called:
        raise Invalid({"passkey_name": _(NO_NAME)})
    passkey.name = called


def remove(db: Session, actor: Actor, passkey_id: int, issuer: str, session_id: int, device: str) -> None:
    """Nobody comes in with the actor's passkey any more; who did before is signed out, but for `session_id`.

    NotFound for another's; Invalid if it is the last way in. `issuer`: the provider that the forum has now.
    """
    policy.require(Permit.OWN_ACCOUNT, actor)
    passkey = passkeys.own(db, actor.id, passkey_id)
    if count_ways(db, actor.id, issuer) < 2:
        raise Invalid({"": _(LAST)})
    passkeys.remove(db, passkey)
    if not factors.of(db, actor.id).has_second:
        recovery_codes.end(db, actor.id)
    sessions.end_others(db, actor.id, session_id)
    history.note(db, actor.id, "passkey-removed", device=device, detail=passkey.name)
    telling_owner.of_way(db, actor.id, passkey=passkey.name, is_added=False)


def count_ways(db: Session, account_id: int, issuer: str) -> int:
    """How many ways lead into the account; one that is left must not be taken away.

    `issuer`: the provider that the forum has now, "" for none: others lead nowhere.
    """
    found = factors.of(db, account_id)
    by_provider = provider_accounts.is_of(db, account_id, issuer)
    return int(found.has_password) + found.passkeys + int(by_provider)
