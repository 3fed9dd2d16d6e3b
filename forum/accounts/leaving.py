"""An account that is closed for good: nothing is left by which anybody could sign in, or know who it was."""

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from forum.accounts.door_tables import Invitation, MailToken, Step
from forum.accounts.factor_tables import OneTimeCode, Passkey, ProviderAccount, RecoveryCode
from forum.accounts.record_tables import DataExport, FormerName, SecurityEvent
from forum.accounts.tables import Account, Level, Role, SignIn
from forum.clock import now

#: What belongs to an account alone, and goes with it.
OWN = (
    SignIn, MailToken, Step, Passkey, OneTimeCode, RecoveryCode, ProviderAccount, FormerName, DataExport,
    SecurityEvent,
)  # fmt: skip


def called(account_id: int) -> str:
    """The name of a closed account; nobody can take it, because names have no spaces."""
    return f"former member {account_id}"


def close(db: Session, account_id: int) -> None:
    """The account is closed, and nothing of it is left but its number and its standing."""
    for table in OWN:
        db.execute(delete(table).where(table.account_id == account_id))
    db.execute(update(Invitation).where(Invitation.invited_by_id == account_id).values(note=""))
    name = called(account_id)
    scrubbed = {
        "name": name, "name_key": name, "likeness": "", "email": None, "email_key": None,
        "password_hash": None, "about": "", "handle": None, "role": Role.MEMBER,
        "level": Level.NEWCOMER, "is_level_fixed": True, "tends": "", "origin": None,
        "unread": 0, "closed_at": now(),
    }  # fmt: skip
    db.execute(
        update(Account).where(Account.id == account_id).values(scrubbed),
        execution_options={"synchronize_session": "fetch"},
    )


def is_last_admin(db: Session, account_id: int) -> bool:
    """Whether nobody else could administer the forum any more."""
    admins = (Account.role == Role.ADMIN, Account.closed_at.is_(None))
    is_one = exists().where(Account.id == account_id, *admins)
    others = select(func.count()).select_from(Account).where(Account.id != account_id, *admins)
    return bool(db.scalar(select(is_one))) and not db.scalar(others)
