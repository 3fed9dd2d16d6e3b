"""The way to the identity provider and back: to sign in, to prove one's identity, to add and remove it.

An account here is found by issuer and subject alone. A mail address at the provider never opens an account:
who has one with that address signs in to it first, and adds the provider there.
"""

import hmac
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import factors, history, oidc, people, provider_accounts, sessions, steps
from forum.accounts.oidc import Identity, Request
from forum.accounts.steps import Kind
from forum.accounts.tables import Actor
from forum.actions import keying, signing_in, telling_owner
from forum.errors import Invalid
from forum.languages.words import N_, _
from forum.policy import Permit

ANOTHER = N_("That account at the provider does not open your account here.")
ADD_IT = N_(
    "An account here has the mail address of that account already. Sign in to it first, in the way you always"
    " do; then add the provider under “Your account”."
)
LAST = N_("This is the only way into your account. Add another one first: a password, or a passkey.")


class Purpose(StrEnum):
    """What a browser went to the provider for."""

    SIGN_IN = "sign_in"
    PROVE = "prove"
    ADD = "add"
    #: It came back, and chooses a name.
    JOIN = "join"


class Journey(NamedTuple):
    """A browser that went to the provider: what it asked for there, what for, and where it wanted to go."""

    request: Request
    purpose: Purpose
    account_id: int | None
    next_path: str


class Arrival(NamedTuple):
    """How far a browser came. `session` and `step` are tokens, "" for none; `is_new`: it can join."""

    purpose: Purpose
    session: str = ""
    step: str = ""
    is_new: bool = False


class Departure(NamedTuple):
    """What is asked of the provider, and the token by which the browser is known again."""

    token: str
    request: Request


def depart(db: Session, actor: Actor | None, purpose: Purpose, next_path: str) -> Departure:
    """A browser is on its way to the provider."""
    if purpose is not Purpose.SIGN_IN:
        policy.require(Permit.OWN_ACCOUNT, actor)
    request = oidc.new_request()
    account_id = actor.id if actor and purpose is not Purpose.SIGN_IN else None
    token = steps.begin(
        db, Kind.PROVIDER, account_id, **request._asdict(), purpose=purpose, next_path=next_path
    )
    return Departure(token, request)


def take(db: Session, _actor: Actor | None, step_token: str | None, state: str) -> Journey | None:
    """The journey from which this browser comes back; it is over. None if it is another's, or none."""
    begun = steps.read(db, Kind.PROVIDER, step_token) if step_token else None
    if begun is None or step_token is None or begun.facts["purpose"] == Purpose.JOIN:
        return None
    if not hmac.compare_digest(begun.facts["state"].encode(), state.encode()):
        return None
    taken = steps.take(db, Kind.PROVIDER, step_token)
    if taken is None:
        return None
    facts = taken.facts
    request = Request(facts["state"], facts["nonce"], facts["verifier"])
    return Journey(request, Purpose(facts["purpose"]), taken.account_id, facts["next_path"])


def arrive(
    db: Session,
    actor: Actor | None,
    journey: Journey,
    identity: Identity,
    session_id: int | None,
    old_token: str | None,
    device: str,
) -> Arrival:
    """What the browser went for is done. Invalid if the provider named somebody else, or nobody it may be."""
    if journey.purpose is Purpose.SIGN_IN:
        return _sign_in(db, identity, journey.next_path, old_token, device)
    if actor is None or session_id is None or actor.id != journey.account_id:
        raise Invalid({"": _(keying.TOO_LATE)})
    if journey.purpose is Purpose.PROVE:
        if provider_accounts.owner(db, identity) != actor.id:
            raise Invalid({"": _(ANOTHER)})
        sessions.prove(db, session_id)
    else:
        provider_accounts.add(db, actor.id, identity)
        history.note(db, actor.id, "provider-added", device=device)
        telling_owner.of_way(db, actor.id, is_added=True)
    return Arrival(journey.purpose)


def _sign_in(db: Session, identity: Identity, next_path: str, old_token: str | None, device: str) -> Arrival:
    account_id = provider_accounts.owner(db, identity)
    if account_id is None:
        if identity.email and people.owner_of_address(db, identity.email) is not None:
            raise Invalid({"": _(ADD_IT)})
        step = steps.begin(db, Kind.PROVIDER, purpose=Purpose.JOIN, next_path=next_path, **identity._asdict())
        return Arrival(Purpose.SIGN_IN, step=step, is_new=True)
    if factors.of(db, account_id).has_second:
        # Who has set up a second factor wants it asked for, whatever came first.
        return Arrival(Purpose.SIGN_IN, step=steps.begin(db, Kind.FACTOR, account_id))
    session = signing_in.enter(db, account_id, "provider", old_token, device)
    return Arrival(Purpose.SIGN_IN, session=session)


def newcomer(db: Session, step_token: str | None) -> Identity | None:
    """Whom the provider has named to this browser, who has no account yet; only reads."""
    begun = steps.read(db, Kind.PROVIDER, step_token) if step_token else None
    if begun is None or begun.facts["purpose"] != Purpose.JOIN:
        return None
    return Identity(*(begun.facts[field] for field in Identity._fields))


def remove(db: Session, actor: Actor, issuer: str, session_id: int, device: str) -> None:
    """Nobody comes in by the provider any more; who did is signed out, but for `session_id`.

    Invalid if it is the last way in.
    """
    policy.require(Permit.OWN_ACCOUNT, actor)
    if keying.count_ways(db, actor.id, issuer) < 2:
        raise Invalid({"": _(LAST)})
    if provider_accounts.remove(db, actor.id, issuer):
        sessions.end_others(db, actor.id, session_id)
        history.note(db, actor.id, "provider-removed", device=device)
        telling_owner.of_way(db, actor.id, is_added=False)
