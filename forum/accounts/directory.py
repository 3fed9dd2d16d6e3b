"""Accounts as admins see them: found by name, former name or mail address, and each with its facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from forum.accounts import addresses, names, standing
from forum.accounts.factor_tables import OneTimeCode, Passkey, ProviderAccount, RecoveryCode
from forum.accounts.record_tables import FormerName
from forum.accounts.tables import HAS_ROLE, IS_ADMIN, Account, Level, Role, SignIn, Standing
from forum.clock import now
from forum.db import row, rows
from forum.paging import Cursor, Page

#: Comes after every letter.
_LAST = "\U0010ffff"
#: Who looks for a former name means one of these.
_MOST_FORMER = 50
#: What `role` and `standing` may ask for beside the roles and the standings.
SOME_TAGS, CLOSED = "tags", "closed"


class Filters(NamedTuple):
    """Which accounts: `q` begins a name, a former name or (with an @) a mail address; "" leaves none out.

    `role` is a Role or SOME_TAGS, `level` a Level, `standing` a Standing or CLOSED.
    """

    q: str = ""
    role: str = ""
    level: str = ""
    standing: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """The filters in an address; what is none is left away."""
        role, level, stands = (query.get(name, "") for name in ("role", "level", "standing"))
        return cls(
            query.get("q", "").strip()[: addresses.LONGEST],
            role if role in (*Role, SOME_TAGS) else "",
            level if level in tuple(Level) else "",
            stands if stands in (*Standing, CLOSED) else "",
        )

    @property
    def query(self) -> str:
        """The filters as a part of an address."""
        return urlencode({name: value for name, value in self._asdict().items() if value})


class Line(NamedTuple):
    """One account of the list."""

    id: int
    name: str
    name_key: str
    role: str
    level: str
    tends: str
    standing: Standing
    shown_posts: int
    created_at: datetime
    is_closed: bool


class Sheet(NamedTuple):
    """What admins know of one account; nothing in it lets anybody sign in."""

    id: int
    name: str
    email: str | None
    role: str
    level: str
    is_level_fixed: bool
    tends: frozenset[int]
    standing: Standing
    shown_posts: int
    created_at: datetime
    closed_at: datetime | None
    is_sample: bool
    has_password: bool
    sessions: int
    used_at: datetime | None
    passkeys: int
    has_codes: bool
    recovery_codes: int
    providers: int


_LINE = (
    Account.id, Account.name, Account.name_key, Account.role, Account.level, Account.tends, Account.standing,
    Account.standing_until, Account.shown_posts, Account.created_at, Account.closed_at,
)  # fmt: skip


def listing(db: Session, after: str | None, limit: int, filters: Filters) -> Page[Line]:
    """The accounts that the filters leave: by name if one was typed, else the newest first; one query."""
    wanted = select(*_LINE).where(*_conditions(filters)).limit(limit + 1)
    if filters.q:
        by_name = Cursor.decode(after, str)
        place = [Account.name_key > by_name[0]] if by_name else []
        found = rows(db, wanted.where(_named(filters.q), *place).order_by(Account.name_key))
        return Page.of([_line(each) for each in found], limit, lambda line: (line.name_key,))
    newest = Cursor.decode(after, int)
    place = [Account.id < newest[0]] if newest else []
    found = rows(db, wanted.where(*place).order_by(Account.id.desc()))
    return Page.of([_line(each) for each in found], limit, lambda line: (line.id,))


def read(db: Session, account_id: int) -> Sheet | None:
    """The account, with what it can sign in with; one query."""
    found = row(db, _SHEET.where(Account.id == account_id), moment=now())
    if found is None:
        return None
    facts = dict(found._mapping)
    stands = standing.present(facts.pop("standing"), facts.pop("standing_until"))
    tends = frozenset(map(int, facts.pop("tends").split()))
    return Sheet(**facts, standing=stands, tends=tends)


#: Who is an admin and has a way to sign in.
_ADMINS = (
    *IS_ADMIN,
    Account.closed_at.is_(None),
    or_(
        Account.password_hash.is_not(None),
        exists().where(Passkey.account_id == Account.id),
        exists().where(ProviderAccount.account_id == Account.id),
    ),
)


def has_admin(db: Session) -> bool:
    """Whether somebody can sign in as an admin; one who is suspended is one again later."""
    return bool(db.scalar(select(exists().where(*_ADMINS))))


def has_other_admin(db: Session, but: int) -> bool:
    """Whether somebody beside that account can sign in as an admin."""
    shut_out = and_(
        Account.standing == Standing.SUSPENDED,
        or_(Account.standing_until.is_(None), Account.standing_until > now()),
    )
    return bool(db.scalar(select(exists().where(*_ADMINS, Account.id != but, ~shut_out))))


def _count(table: Any, *where: ColumnElement[bool]) -> Any:
    wanted = select(func.count()).select_from(table).where(table.account_id == Account.id, *where)
    return wanted.correlate(Account).scalar_subquery()


_LIVE = SignIn.expires_at > bindparam("moment")
_SHEET = select(
    Account.id,
    Account.name,
    Account.email,
    Account.role,
    Account.level,
    Account.is_level_fixed,
    Account.tends,
    Account.standing,
    Account.standing_until,
    Account.shown_posts,
    Account.created_at,
    Account.closed_at,
    Account.is_sample,
    Account.password_hash.is_not(None).label("has_password"),
    _count(SignIn, _LIVE).label("sessions"),
    select(func.max(SignIn.used_at))
    .where(SignIn.account_id == Account.id, _LIVE)
    .correlate(Account)
    .scalar_subquery()
    .label("used_at"),
    _count(Passkey).label("passkeys"),
    exists()
    .where(OneTimeCode.account_id == Account.id, OneTimeCode.confirmed_at.is_not(None))
    .correlate(Account)
    .label("has_codes"),
    _count(RecoveryCode, RecoveryCode.used_at.is_(None)).label("recovery_codes"),
    _count(ProviderAccount).label("providers"),
)


def _line(found: Any) -> Line:
    facts = dict(found._mapping)
    stands = standing.present(facts.pop("standing"), facts.pop("standing_until"))
    is_closed = facts.pop("closed_at") is not None
    return Line(**facts, standing=stands, is_closed=is_closed)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    # What has no positive number is nobody’s: such as the author of all that has no name.
    found: list[ColumnElement[bool]] = [Account.id > 0]
    if filters.role == SOME_TAGS:
        # A handful, found before anything is put in order: else all accounts are looked at in their order.
        some = aliased(Account)
        found.append(Account.id.in_(select(some.id).where(some.tends != "")))
    elif filters.role:
        found += [Account.role == filters.role, *((HAS_ROLE,) if filters.role != Role.MEMBER else ())]
    if filters.level:
        found.append(Account.level == filters.level)
    if filters.standing == CLOSED:
        found.append(Account.closed_at.is_not(None))
    elif filters.standing:
        found.append(_stands(Standing(filters.standing)))
    return found


def _stands(wanted: Standing) -> ColumnElement[bool]:
    """In SQL: what `standing.present` says, is this."""
    is_over = and_(Account.standing_until.is_not(None), Account.standing_until <= now())
    if wanted is Standing.ACTIVE:
        return or_(Account.standing == wanted, is_over)
    # As the index of those that are not active has it.
    return and_(Account.standing == wanted, Account.standing != Standing.ACTIVE, ~is_over)


def _named(typed: str) -> ColumnElement[bool]:
    """In SQL: the name, a former name or the mail address begins so; read from an index."""
    if "@" in typed:
        key = typed.casefold()
        return and_(Account.email_key >= key, Account.email_key < key + _LAST)
    key = names.key(typed)
    begins = FormerName.name_key >= key, FormerName.name_key < key + _LAST
    former = select(FormerName.account_id).where(*begins).limit(_MOST_FORMER)
    return or_(and_(Account.name_key >= key, Account.name_key < key + _LAST), Account.id.in_(former))
