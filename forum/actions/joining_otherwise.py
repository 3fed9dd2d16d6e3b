"""Joining without a password: with a passkey alone, or with an account at the identity provider."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from forum.accounts import (
    ceremonies,
    history,
    names,
    passkeys,
    people,
    provider_accounts,
    sessions,
    steps,
)
from forum.accounts.ceremonies import NotProven
from forum.accounts.oidc import Identity
from forum.accounts.steps import Kind
from forum.accounts.tables import Actor
from forum.actions import joining, keying, providing, readdressing
from forum.actions.keying import Asked, Begun, Purpose
from forum.config import Settings
from forum.errors import Invalid
from forum.languages.words import _


def begin_with_passkey(db: Session, _actor: Actor | None, settings: Settings, name: str) -> Begun:
    """A browser is asked to make a passkey for an account of this name. Invalid if there can be none."""
    name = names.normal(name)
    if problem := people.name_problem(db, name):
        raise Invalid({"name": problem})
    challenge, handle = ceremonies.challenge(), passkeys.new_handle()
    token = steps.begin(
        db, Kind.PASSKEY, challenge=challenge, purpose=Purpose.JOIN, handle=bytes_to_base64url(handle)
    )
    return Begun(token, ceremonies.to_make(settings, challenge, name, handle, ()))


def with_passkey(
    db: Session,
    _actor: Actor | None,
    settings: Settings,
    asked: Asked | None,
    credential: Mapping[str, Any] | None,
    name: str,
    email: str,
    *,
    invitation: int | None,
    answer: str,
    device: str,
) -> str:
    """The person has an account that opens with this passkey, and is signed in: answers the token.

    Invalid says what is wrong with the form, or with the passkey. With an address, a mail is on its way that
    asks to confirm it: until then the account has none.
    """
    account = joining.enter(
        db, name, None, None, method="passkey", invitation=invitation, answer=answer, device=device
    )
    if credential is None or asked is None or asked.purpose is not Purpose.JOIN:
        raise Invalid({"": _(keying.TOO_LATE)})
    try:
        made = ceremonies.made(settings, asked.challenge, credential)
    except NotProven:
        raise Invalid({"": _(keying.NOT_PROVEN)}) from None
    account.handle = base64url_to_bytes(asked.handle)
    passkeys.add(db, account.id, made, device)
    history.note(db, account.id, "passkey-added", device=device, detail=device)
    if email.strip():
        readdressing.ask_for_address(db, people.acting(db, account.id), email, device)
    return sessions.start(db, account.id, "passkey", device)


def with_provider(
    db: Session,
    _actor: Actor | None,
    step_token: str | None,
    name: str,
    *,
    invitation: int | None,
    answer: str,
    device: str,
) -> str:
    """The person whom the provider has named has an account, and is signed in: answers the token.

    Invalid says what is wrong with the form; then it can be sent again.
    """
    identity = providing.newcomer(db, step_token)
    if identity is None or step_token is None:
        raise Invalid({"": _(keying.TOO_LATE)})
    _is_new(db, identity)
    account = joining.enter(
        db, name, identity.email, None, method="provider", invitation=invitation, answer=answer,
        device=device,
    )  # fmt: skip
    provider_accounts.add(db, account.id, identity)
    steps.end(db, step_token)
    return sessions.start(db, account.id, "provider", device)


def _is_new(db: Session, identity: Identity) -> None:
    """Nobody has joined with this identity, or with its address, since the form was shown."""
    if provider_accounts.owner(db, identity) is not None:
        raise Invalid({"": _(provider_accounts.TAKEN)})
    if identity.email and people.owner_of_address(db, identity.email) is not None:
        raise Invalid({"": _(providing.ADD_IT)})
