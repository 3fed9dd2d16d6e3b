"""Another mail address: asked for, confirmed by the new one, and taken back by the old one.

Nothing changes until the link that was mailed to the new address is used. The old address gets a link too,
with which its owner keeps it, before the change and for a week: whoever holds the mailbox of old is believed
more than whoever holds the session.
"""

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import addresses, history, late_factors, mail_tokens, passwords, people, sessions
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account, Actor
from forum.actions import joining
from forum.clock import now
from forum.errors import Invalid, NotFound
from forum.inbox import building, messages
from forum.inbox.letters import compose
from forum.inbox.tables import Message
from forum.languages.words import N_, _
from forum.policy import Permit

SAME_ADDRESS = N_("This is your address already.")
DEAD = N_("This link is worth nothing any more. It may be too old, or was used already.")
TAKEN = N_("Another account uses this address by now. Nothing was changed.")
KNOWN = "second_address"
TOLD_AGAIN = timedelta(days=1)
#: Passkeys, codes and providers added within this time before a change was asked for, or made, and
#: everything added after it, may be somebody else's.
LATE = mail_tokens.LIFETIME[Kind.KEEP_EMAIL]


def ask_for_address(db: Session, actor: Actor, email: str, device: str = "") -> None:
    """A mail with a link is on its way to the new address, and one to the old. Invalid for no good address.

    The same follows, as far as the actor can see, for an address that another account has: only its owner
    reads there what happened.
    """
    policy.require(Permit.OWN_ACCOUNT, actor)
    account = db.get_one(Account, actor.id)
    wanted = addresses.normal(email) or ""
    if problem := _problem(db, account, email):
        raise Invalid({"email": problem})
    owner_id = people.owner_of_address(db, wanted)
    # One asked for before is wanted no more, whoever has this address.
    mail_tokens.end_all(db, account.id, Kind.CHANGE_EMAIL)
    if owner_id is None:
        mail_tokens.issue(db, Kind.CHANGE_EMAIL, wanted, account.id)
    else:
        _tell_owner(db, owner_id)
    if account.email:
        mail_tokens.issue(db, Kind.KEEP_EMAIL, account.email, account.id, new_email=wanted, is_changed=False)
    history.note(db, account.id, "email-change-asked", device=device)


def confirm_address(
    db: Session, _actor: Actor | None, token: str, session_id: int | None = None, device: str = ""
) -> int:
    """The address to which the token was mailed is the account's; answers whose. NotFound for a dead token.

    All sessions but `session_id` are over, links to choose a new password are dead, both addresses are told.
    """
    spent = mail_tokens.spend(db, Kind.CHANGE_EMAIL, token)
    if spent is None or spent.account_id is None:
        raise NotFound(_(DEAD))
    if people.owner_of_address(db, spent.email) not in (None, spent.account_id):
        raise NotFound(_(TAKEN))
    account = db.get_one(Account, spent.account_id)
    old, account.email, account.email_key = account.email, spent.email, spent.email_key
    sessions.end_others(db, account.id, session_id)
    mail_tokens.end_all(db, account.id, Kind.RESET_PASSWORD)
    if old:
        mail_tokens.issue(db, Kind.KEEP_EMAIL, old, account.id, new_email=spent.email, is_changed=True)
    history.note(db, account.id, "email-changed", device=device)
    letter = compose("address_changed", known_as=account.name, email=spent.email, had_address=bool(old))
    messages.send(db, account.id, "address_changed", letter, "/account/history")
    return account.id


def keep_address(db: Session, _actor: Actor | None, token: str, device: str = "") -> None:
    """The address to which the token was mailed is the account's, as before; the change is off.

    Nobody is signed in any more, the old password opens nothing, nor does what was added since a week before
    the change; a link to choose a new password is on its way. NotFound for a dead token.
    """
    spent = mail_tokens.spend(db, Kind.KEEP_EMAIL, token)
    if spent is None or spent.account_id is None:
        raise NotFound(_(DEAD))
    account = db.get_one(Account, spent.account_id)
    is_free = people.owner_of_address(db, spent.email) in (None, account.id)
    account.email, account.email_key = (spent.email, spent.email_key) if is_free else (None, None)
    if account.password_hash:
        account.password_hash = passwords.unmatched()
    sessions.end_others(db, account.id)
    mail_tokens.end_all(db, account.id, Kind.CHANGE_EMAIL, Kind.RESET_PASSWORD)
    # Who took the address afterwards, and left it for another one, cannot take the account back.
    mail_tokens.end_later(db, spent)
    late_factors.drop_since(db, account.id, spent.created_at - LATE)
    mail_tokens.issue(db, Kind.RESET_PASSWORD, spent.email, account.id)
    history.note(db, account.id, "email-kept", device=device)
    letter = compose("address_kept", known_as=account.name)
    messages.send(db, account.id, "address_kept", letter, "/account/factors")


def _problem(db: Session, account: Account, email: str) -> str:
    if problem := addresses.problem(email):
        return problem
    if addresses.key(email) == account.email_key:
        return _(SAME_ADDRESS)
    if not building.can_reach(addresses.normal(email) or ""):
        return _(joining.NO_MAIL)
    # As for who joins: what the community does not take at the door is not brought in afterwards.
    at = joining.terms(db)
    return addresses.domain_problem(email, at.blocked, refuses_throw_away=at.refuses_throw_away)


def _tell_owner(db: Session, account_id: int) -> None:
    """At most once a day, or a stranger could fill the owner's mailbox."""
    lately = exists().where(
        Message.account_id == account_id, Message.kind == KNOWN, Message.created_at > now() - TOLD_AGAIN
    )
    if not db.scalar(select(lately)):
        letter = compose(KNOWN, known_as=people.name_of(db, account_id))
        messages.send(db, account_id, KNOWN, letter, "/account")
