"""What an account can be opened with: read at signing in, when identity is proved, and by its owner."""

from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, exists, func, select
from sqlalchemy.orm import Session

from forum.accounts.door_tables import Step
from forum.accounts.factor_tables import OneTimeCode, Passkey, ProviderAccount, RecoveryCode
from forum.accounts.tables import Account


class Factors(NamedTuple):
    """`passkeys`, `recovery_codes` (unused ones) and `providers` are counts."""

    has_password: bool
    has_email: bool
    has_codes: bool
    passkeys: int
    recovery_codes: int
    providers: int

    @property
    def has_second(self) -> bool:
        """Whether the password alone does not open the account."""
        return self.has_codes or self.passkeys > 0


_ID: BindParameter[int] = bindparam("account_id")
_codes = exists().where(OneTimeCode.account_id == _ID, OneTimeCode.confirmed_at.is_not(None))
_passkeys = select(func.count(Passkey.id)).where(Passkey.account_id == _ID)
_recovery = select(func.count(RecoveryCode.id)).where(
    RecoveryCode.account_id == _ID, RecoveryCode.used_at.is_(None)
)
_providers = select(func.count(ProviderAccount.id)).where(ProviderAccount.account_id == _ID)
_FACTORS = select(
    Account.password_hash.is_not(None),
    Account.email.is_not(None),
    _codes,
    _passkeys.scalar_subquery(),
    _recovery.scalar_subquery(),
    _providers.scalar_subquery(),
).where(Account.id == _ID)


def of(db: Session, account_id: int) -> Factors:
    """What opens this account; there must be one."""
    return Factors(*db.execute(_FACTORS, {"account_id": account_id}).one())


def end_all(db: Session, account_id: int) -> None:
    """The password alone opens the account, and no half-done sign-in does: all else is gone."""
    for table in (Passkey, OneTimeCode, RecoveryCode, ProviderAccount, Step):
        db.execute(delete(table).where(table.account_id == account_id))
