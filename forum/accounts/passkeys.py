"""Passkeys: the public half of each, whose it is, what its owner calls it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forum.accounts.ceremonies import Made
from forum.accounts.factor_tables import Passkey
from forum.accounts.tables import Account
from forum.clock import now
from forum.db import rows
from forum.errors import Invalid, NotFound
from forum.languages.words import N_, _

HANDLE_BYTES = 32
LONGEST_NAME = 60
#: Nobody has more devices than that, and a list of them is still a page.
MOST = 20
TAKEN = N_("This passkey belongs to an account already.")
TOO_MANY = N_("An account has at most {most} passkeys. Please remove one that you no longer use.")


class Known(NamedTuple):
    """A passkey as its owner sees it; `used_at` is None as long as nobody signed in with it."""

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


def listing(db: Session, account_id: int) -> Sequence[Known]:
    """The account's passkeys, oldest first."""
    wanted = select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.used_at)
    mine = wanted.where(Passkey.account_id == account_id).order_by(Passkey.id)
    return [Known(*found) for found in rows(db, mine)]


def credentials(db: Session, account_id: int) -> Sequence[bytes]:
    """The ids by which browsers know the account's passkeys."""
    return db.scalars(select(Passkey.credential_id).where(Passkey.account_id == account_id)).all()


def new_handle() -> bytes:
    """By which a device knows an account: random, so that it says nothing about anybody."""
    return secrets.token_bytes(HANDLE_BYTES)


def handle_of(db: Session, account_id: int) -> bytes:
    """The handle of the account, drawn when it is first asked for."""
    account = db.get_one(Account, account_id)
    if account.handle is None:
        account.handle = new_handle()
        db.flush()
    return account.handle


def add(db: Session, account_id: int, made: Made, name: str) -> Passkey:
    """The account can be entered with this passkey. Invalid if it has too many, or somebody has this one."""
    counted = select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)
    if (db.scalar(counted) or 0) >= MOST:
        raise Invalid({"": _(TOO_MANY).format(most=MOST)})
    passkey = Passkey(
        account_id=account_id, credential_id=made.credential_id, public_key=made.public_key,
        sign_count=made.sign_count, name=name[:LONGEST_NAME], created_at=now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(passkey)
    except IntegrityError:
        raise Invalid({"": _(TAKEN)}) from None
    return passkey


def find(db: Session, credential_id: bytes, handle: bytes | None) -> Passkey | None:
    """The passkey with this id, if its account is the one that the device means.

    `handle` is None if the device did not say. None too for a closed account.
    """
    wanted = (
        select(Passkey)
        .join(Account, Account.id == Passkey.account_id)
        .where(Passkey.credential_id == credential_id, Account.closed_at.is_(None))
    )
    return db.scalars(wanted if handle is None else wanted.where(Account.handle == handle)).first()


def use(db: Session, passkey: Passkey, sign_count: int) -> None:
    """It was used just now, for so many times in all (0: a device that does not count)."""
    values = {"sign_count": sign_count, "used_at": now()}
    db.execute(update(Passkey).where(Passkey.id == passkey.id).values(values))


def own(db: Session, account_id: int, passkey_id: int) -> Passkey:
    """The passkey, if it is the account's; NotFound for everybody else's."""
    mine = select(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account_id)
    found = db.scalars(mine).first()
    if found is None:
        raise NotFound
    return found


def remove(db: Session, passkey: Passkey) -> None:
    """Nobody comes in with it any more."""
    db.execute(delete(Passkey).where(Passkey.id == passkey.id))
