"""A new password for who has forgotten it, by a mailed link. The second factor stays as it is.

The page where a link is asked for says and costs the same whether an account has the address or not: what
follows is done by the worker.
"""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts import addresses, factors, history, mail_tokens
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account, Actor
from forum.actions import securing
from forum.config import Settings
from forum.db import Database
from forum.errors import Invalid, NotFound
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import N_, _

DEAD = N_("This link is worth nothing any more: it works once, for an hour, and only the newest one does.")


class Found(NamedTuple):
    """Whose password a link lets its reader choose, and whether signing in takes a second step."""

    account_id: int
    name: str
    has_second: bool


def ask(db: Session, _actor: Actor | None, email: str, device: str = "") -> None:
    """If an account has this address, a mail with a link is on its way. Invalid if it cannot be one."""
    problem = addresses.problem(email)
    if problem:
        raise Invalid({"email": problem})
    known = Account.email_key == addresses.key(email), Account.closed_at.is_(None), ~Account.is_sample
    account_id = db.scalar(select(Account.id).where(*known))
    # A job is put for an address that nobody has, too: the answer takes the same time.
    jobs.put(db, "accounts.recover", account_id=account_id, device=device)


def send_link(database: Database, _settings: Settings, account_id: int | None, device: str) -> None:
    """The account's mail is on its way; the links mailed before are dead. The job `accounts.recover`."""
    if account_id is None:
        return
    with database.writing() as db:
        account = db.get(Account, account_id)
        if account is None or account.email is None or account.closed_at is not None:
            return
        mail_tokens.issue(db, Kind.RESET_PASSWORD, account.email, account.id)
        history.note(db, account.id, "recovery-asked", device=device)


def find(db: Session, token: str) -> Found:
    """Whose password this link lets its reader choose; only reads. NotFound for a dead one."""
    token_row = mail_tokens.find(db, Kind.RESET_PASSWORD, token)
    account = token_row and token_row.account_id and db.get(Account, token_row.account_id)
    if not token_row or not account or account.closed_at or account.email_key != token_row.email_key:
        raise NotFound(_(DEAD))
    return Found(account.id, account.name, factors.of(db, account.id).has_second)


def recover(db: Session, _actor: Actor | None, token: str, prepared: str, device: str = "") -> Found:
    """The account has this password, nobody is signed in to it, and its owner is told; the link is spent.

    NotFound for a dead link.
    """
    found = find(db, token)
    if mail_tokens.spend(db, Kind.RESET_PASSWORD, token) is None:
        raise NotFound(_(DEAD))
    securing.put_password(db, found.account_id, prepared)
    history.note(db, found.account_id, "recovered", device=device)
    letter = compose("password_changed", known_as=found.name)
    messages.send(db, found.account_id, "password_changed", letter, "/account/history")
    return found
