"""Joining: sign up, and the first admin of an empty forum.

Nothing here tells a stranger whether a mail address has an account. A sign-up with a known address looks like
any other and sends a mail either way; only its owner reads there what happened.
"""

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from forum import freshness
from forum.accounts import addresses, names, ownership, passwords, people, sessions
from forum.accounts.tables import Account, Actor, Role
from forum.actions import sanctioning
from forum.clock import now
from forum.errors import Invalid
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.inbox.tables import Message
from forum.moderation import blocks

RESERVED = "This name is kept for the people who run the forum. Please choose another one."
BLOCKED = "It came with the mail address of an account that was removed for spam."
SECOND = "second_sign_up"
TOLD_AGAIN = timedelta(days=1)


def sign_up(db: Session, _actor: Actor | None, name: str, email: str, password: str) -> None:
    """The person has an account and can sign in; Invalid says what is wrong with the form.

    With the address of a removed spammer it waits for a moderator; nobody else can tell.
    If the address has an account already, none is made and its owner is told by mail.
    """
    name = names.normal(name)
    problems = _problems(name, email, password)
    if names.is_reserved(name):
        problems.setdefault("name", RESERVED)
    if problems:
        raise Invalid(problems)
    password_hash = passwords.make_hash(password)
    try:
        account = people.add(db, name, addresses.normal(email), password_hash)
    except Invalid as taken:
        # A taken name may be told to anybody; a taken address only to its owner.
        if "name" in taken.fields:
            raise Invalid({"name": taken.fields["name"]}) from None
        _tell_owner(db, email)
    else:
        if blocks.has_address(db, email):
            sanctioning.hold(db, account.id, BLOCKED)
        _welcome(db, account)


def create_first_admin(
    db: Session, _actor: Actor | None, code: str, name: str, email: str, password: str
) -> str:
    """The owner is the forum's first admin and signed in; the code is spent. NotFound if it is not valid."""
    name = names.normal(name)
    problems = _problems(name, email, password)
    # Slow, so before the first statement: from then on nobody else can write.
    password_hash = "" if problems else passwords.make_hash(password)
    ownership.spend(db, code)
    if problems:
        raise Invalid(problems)
    account = _enter(db, name, email, password_hash, Role.ADMIN)
    return sessions.start(db, account.id)


def create_account(
    db: Session, _actor: Actor | None, name: str, email: str | None, password: str, role: Role
) -> Account:
    """An account made by who runs the forum, of any role; Invalid says what is wrong."""
    name = names.normal(name)
    problems = _problems(name, email, password)
    if problems:
        raise Invalid(problems)
    return _enter(db, name, email, passwords.make_hash(password), role)


def _enter(db: Session, name: str, email: str | None, password_hash: str, role: Role) -> Account:
    account = people.add(db, name, addresses.normal(email) if email else None, password_hash, role)
    # An empty forum's start page tells how to become its admin, until there is one.
    freshness.touch(db, "threads")
    return account


def _problems(name: str, email: str | None, password: str) -> dict[str, str]:
    found = {
        "name": names.problem(name),
        "email": addresses.problem(email) if email is not None else "",
        "password": passwords.problem(password, name, email or ""),
    }
    return {field: problem for field, problem in found.items() if problem}


def _welcome(db: Session, account: Account) -> None:
    letter = compose("welcome", known_as=account.name)
    messages.send(db, account.id, "welcome", letter.subject, letter.text, "/sign-in")


def _tell_owner(db: Session, email: str) -> None:
    """At most once a day, or a stranger could fill the owner's mailbox."""
    account_id = people.owner_of_address(db, email)
    if account_id is None:
        raise LookupError("nobody has the address that is taken")
    lately = exists().where(
        Message.account_id == account_id, Message.kind == SECOND, Message.created_at > now() - TOLD_AGAIN
    )
    if not db.scalar(select(lately)):
        letter = compose("second_sign_up", known_as=people.name_of(db, account_id))
        messages.send(db, account_id, SECOND, letter.subject, letter.text, "/sign-in")
