"""Accounts at the identity provider, each known by its issuer and subject alone, never by a mail address."""

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forum.accounts.factor_tables import ProviderAccount
from forum.accounts.oidc import Identity
from forum.accounts.tables import Account
from forum.clock import now
from forum.errors import Invalid
from forum.languages.words import N_, _

TAKEN = N_("That account at the provider opens another account here.")
HAS_ONE = N_("Your account has one of the provider’s already. Please remove that first.")


def owner(db: Session, identity: Identity) -> int | None:
    """The account here that this one at the provider opens; None if it opens none, or a closed one."""
    wanted = (
        select(ProviderAccount.account_id)
        .join(Account, Account.id == ProviderAccount.account_id)
        .where(ProviderAccount.issuer == identity.issuer, ProviderAccount.subject == identity.subject)
    )
    return db.scalar(wanted.where(Account.closed_at.is_(None)))


def is_of(db: Session, account_id: int, issuer: str) -> bool:
    """Whether the account can be entered with one of this provider's."""
    mine = ProviderAccount.account_id == account_id, ProviderAccount.issuer == issuer
    return bool(issuer) and db.scalar(select(ProviderAccount.id).where(*mine)) is not None


def add(db: Session, account_id: int, identity: Identity) -> None:
    """The account can be entered with this one at the provider. Invalid if that opens another one already."""
    if is_of(db, account_id, identity.issuer):
        raise Invalid({"": _(HAS_ONE)})
    mine = ProviderAccount(
        account_id=account_id, issuer=identity.issuer, subject=identity.subject, created_at=now()
    )
    try:
        with db.begin_nested():
            db.add(mine)
    except IntegrityError:
        raise Invalid({"": _(TAKEN)}) from None


def remove(db: Session, account_id: int, issuer: str) -> bool:
    """No account of this provider's opens the account any more; whether one did."""
    mine = ProviderAccount.account_id == account_id, ProviderAccount.issuer == issuer
    return bool(db.execute(delete(ProviderAccount).where(*mine).returning(ProviderAccount.id)).all())
