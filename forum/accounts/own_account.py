"""What an account's owner reads of it, and nobody else."""

from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.db import row
from forum.errors import NotFound


class Facts(NamedTuple):
    """`email` is None for an account that has no address; `is_sample`: one of the sample community."""

    name: str
    email: str | None
    about: str
    is_sample: bool


_FACTS = select(Account.name, Account.email, Account.about, Account.is_sample).where(
    Account.id == bindparam("account_id")
)


def facts(db: Session, account_id: int) -> Facts:
    """The account as its owner sees it; NotFound if there is none."""
    found = row(db, _FACTS, account_id=account_id)
    if found is None:
        raise NotFound
    return Facts(*found)
