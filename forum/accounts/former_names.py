"""Former names of accounts: an old name leads to its account, and nobody else can take it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, exists, or_, select
from sqlalchemy.orm import Session

from forum.accounts import names
from forum.accounts.likeness import skeleton
from forum.accounts.record_tables import FormerName
from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row, rows
from forum.sealing import digest

_HOLDER = (
    select(Account.id, Account.name)
    .join(FormerName, FormerName.account_id == Account.id)
    .where(FormerName.name_key == bindparam("name_key"))
)


class Former(NamedTuple):
    """A name that an account had until `at`."""

    name: str
    at: datetime


class Holder(NamedTuple):
    """Whose name it was, and what they are called now."""

    id: int
    name: str


def holder(db: Session, name: str) -> Holder | None:
    """Who once had this name, however its letters are cased; None if nobody had."""
    found = row(db, _HOLDER, name_key=names.key(name))
    return None if found is None else Holder(*found)


def holders(db: Session, keys: Iterable[str]) -> dict[str, int]:
    """For each of these keys of names that somebody once had, the id of their account."""
    wanted = select(FormerName.name_key, FormerName.account_id).where(FormerName.name_key.in_(sorted(keys)))
    return {found.name_key: found.account_id for found in rows(db, wanted)}


def is_kept(db: Session, name: str, but: int | None = None) -> bool:
    """Whether the name, or one that looks like it, was somebody's: nobody else can have it.

    That holds for names of closed accounts too. One's own (`but`) is free.
    """
    others = [FormerName.account_id != but] if but is not None else []
    keys = (names.key(name), _unsaid(names.key(name)))
    alike = or_(FormerName.name_key.in_(keys), FormerName.likeness == skeleton(name))
    return bool(db.scalar(select(exists().where(alike, *others))))


def move(db: Session, account_id: int, old: str, new: str) -> None:
    """The account's `old` name is a former one from now on, and `new` is none, if it was one of its own."""
    own = (FormerName.account_id == account_id, FormerName.name_key == names.key(new))
    db.execute(delete(FormerName).where(*own))
    if names.key(old) != names.key(new):
        former = FormerName(name_key=names.key(old), name=old, likeness=skeleton(old))
        former.account_id, former.at = account_id, now()
        db.add(former)
        db.flush()


def keep_unsaid(db: Session, account_id: int) -> None:
    """Nobody can take the names of the account that is being closed, and they stand nowhere any more."""
    present = select(Account.name_key).where(Account.id == account_id)
    former = select(FormerName.name_key).where(FormerName.account_id == account_id)
    keys = {*db.scalars(present), *db.scalars(former)}
    db.execute(delete(FormerName).where(FormerName.account_id == account_id))
    for key in sorted(keys):
        db.add(FormerName(name_key=_unsaid(key), name="", likeness="", account_id=account_id, at=now()))


def _unsaid(key: str) -> str:
    return f"closed:{digest('name', key).hex()}"


def of_account(db: Session, account_id: int) -> Sequence[Former]:
    """Its former names, the latest first."""
    wanted = select(FormerName.name, FormerName.at).where(FormerName.account_id == account_id)
    return [Former(*found) for found in rows(db, wanted.order_by(FormerName.at.desc(), FormerName.name_key))]
