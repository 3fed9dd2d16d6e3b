"""The sample community's accounts, with which anybody may try the forum."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Role
from forum.db import row, rows

#: Everybody in the sample signs in with this. Accounts of real forums are never sample accounts.
PASSWORD = "citation-needed"  # noqa: S105 - printed on the start page

#: Sample accounts are made in an empty forum only, so they are among the first.
_FIRST = 200
#: A number below one is nobody's: see discussion/anonymity.py.
_OLDEST = select(Account.is_sample).where(Account.id > 0).order_by(Account.id).limit(1)
_SAMPLES = (
    select(Account.role, Account.name)
    .where(Account.id <= bindparam("most"), Account.is_sample, Account.password_hash.is_not(None))
    .order_by(Account.id)
)


class Sample(NamedTuple):
    """An account to try the forum with."""

    role: str
    name: str
    password: str


def are_here(db: Session) -> bool:
    """Whether anybody can sign in with the password that everybody knows."""
    sample = exists().where(Account.is_sample, Account.password_hash.is_not(None))
    return bool(db.scalar(select(sample)))


def to_try(db: Session) -> Sequence[Sample]:
    """One sample account of each role, member first; empty in a forum that is not a sample."""
    oldest = row(db, _OLDEST)
    if oldest is None or not oldest.is_sample:
        return ()
    found: dict[str, str] = {}
    for role, name in rows(db, _SAMPLES, most=_FIRST):
        found.setdefault(role, name)
    return [Sample(role, found[role], PASSWORD) for role in Role if role in found]
