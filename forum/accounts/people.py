"""Accounts: made, found by name or mail address, read for a page."""

from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import bindparam, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from forum.accounts import addresses, former_names, likeness, names
from forum.accounts.tables import Account, Actor, Level, Role
from forum.clock import now
from forum.db import row, rows
from forum.errors import Invalid
from forum.languages.words import N_, _

NAME_TAKEN = N_("This name is taken. Please choose another one.")
NAME_ALIKE = N_("This name looks like that of somebody who is here already. Please choose another one.")
NAME_RESERVED = N_("This name is kept for the people who run the forum. Please choose another one.")
NAME_MIXED = N_("Letters of different scripts stand in this name. Please use those of one script.")
ADDRESS_TAKEN = N_("Another account has this mail address.")


class Login(NamedTuple):
    """What signing in needs to know of an account."""

    id: int
    password_hash: str | None


class Person(NamedTuple):
    """What anybody may know of an account."""

    id: int
    name: str
    role: str
    about: str
    shown_posts: int
    created_at: datetime
    is_sample: bool
    is_claimed: bool
    level: str


_LOGIN = select(Account.id, Account.password_hash).where(
    or_(Account.name_key == bindparam("name_key"), Account.email_key == bindparam("email_key")),
    Account.closed_at.is_(None),
)
_NAMED = select(
    Account.id,
    Account.name,
    Account.role,
    Account.about,
    Account.shown_posts,
    Account.created_at,
    Account.is_sample,
    Account.password_hash.is_not(None).label("is_claimed"),
    Account.level,
).where(Account.name_key == bindparam("name_key"))

#: A closed account has no name that anybody could be taken for.
_WITHOUT_LIKENESS = (Account.likeness == "", Account.closed_at.is_(None))


def add(
    db: Session,
    name: str,
    email: str | None,
    password_hash: str | None,
    role: Role = Role.MEMBER,
    *,
    is_sample: bool = False,
) -> Account:
    """A new account; Invalid if the name or the mail address is taken."""
    account = Account(
        name=name,
        name_key=names.key(name),
        likeness=likeness.skeleton(name),
        email=email,
        email_key=addresses.key(email) if email else None,
        password_hash=password_hash,
        role=role,
        is_sample=is_sample,
        created_at=now(),
    )
    try:
        with db.begin_nested():
            db.add(account)
    except IntegrityError:
        raise Invalid(_taken(db, name, email)) from None
    return account


def _taken(db: Session, name: str, email: str | None) -> dict[str, str]:
    taken = {"name": _(NAME_TAKEN)} if is_name_taken(db, name) else {}
    if email and owner_of_address(db, email) is not None:
        taken["email"] = _(ADDRESS_TAKEN)
    return taken


def name_problem(db: Session, name: str, but: int | None = None) -> str:
    """Why nobody can be called this from now on, in one sentence; "" if somebody can. `name`: as in names.py.

    The account `but` may keep its own name in another spelling, and go back to one that it had.
    """
    if problem := names.problem(name):
        return problem
    if names.is_reserved(name) or likeness.skeleton(name) in _reserved():
        return _(NAME_RESERVED)
    if likeness.is_mixed(name):
        return _(NAME_MIXED)
    if _has(db, Account.name_key, names.key(name), but) or former_names.is_kept(db, name, but):
        return _(NAME_TAKEN)
    return _(NAME_ALIKE) if _has(db, Account.likeness, likeness.skeleton(name), but) else ""


def lacks_likeness(db: Session) -> bool:
    """Whether names can be taken that look like that of some account, because it is not known yet."""
    return bool(db.scalar(select(exists().where(*_WITHOUT_LIKENESS))))


def liken(db: Session, most: int) -> int:
    """So many accounts at most that had no likeness yet have theirs; answers how many."""
    found = rows(db, select(Account.id, Account.name).where(*_WITHOUT_LIKENESS).limit(most))
    if found:
        values = [{"id": each.id, "likeness": likeness.skeleton(each.name)} for each in found]
        db.execute(update(Account), values)
    return len(found)


@cache
def _reserved() -> frozenset[str]:
    return frozenset(likeness.skeleton(name) for name in names.RESERVED)


def _has(db: Session, column: InstrumentedAttribute[str], value: str, but: int | None) -> bool:
    """Whether somebody else than `but` has this value there."""
    others = [Account.id != but] if but is not None else []
    return bool(db.scalar(select(exists().where(column == value, *others))))


def is_name_taken(db: Session, name: str) -> bool:
    return bool(db.scalar(select(exists().where(Account.name_key == names.key(name)))))


def owner_of_address(db: Session, email: str) -> int | None:
    """The id of the account with this mail address."""
    return db.scalar(select(Account.id).where(Account.email_key == addresses.key(email)))


def name_of(db: Session, account_id: int) -> str:
    """How the account is called; there must be one."""
    return db.scalars(select(Account.name).where(Account.id == account_id)).one()


def acting(db: Session, account_id: int) -> Actor:
    """The account as one that acts, for what is done in its name when it is not there; there must be one."""
    found = db.get_one(Account, account_id)
    return Actor(
        found.id, found.name, Role(found.role), found.shown_posts, found.unread,
        level=Level(found.level), tends=frozenset(map(int, found.tends.split())),
    )  # fmt: skip


def login(db: Session, typed: str) -> Login | None:
    """The account that signs in with this name or mail address."""
    found = row(db, _LOGIN, name_key=names.key(typed), email_key=addresses.key(typed))
    return None if found is None else Login(*found)


def named(db: Session, name: str) -> Person | None:
    """The person with this name, or who once had it, however its letters are cased."""
    found = row(db, _NAMED, name_key=names.key(name))
    if found is None and (holder := former_names.holder(db, name)):
        found = row(db, _NAMED, name_key=names.key(holder.name))
    return None if found is None else Person(*found)
