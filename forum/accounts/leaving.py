"""An account that is closed for good: nothing is left by which anybody could sign in, or know who it was."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from forum.accounts import former_names
from forum.accounts.door_tables import Invitation, MailToken, Step
from forum.accounts.factor_tables import OneTimeCode, Passkey, ProviderAccount, RecoveryCode
from forum.accounts.record_tables import DataExport, SecurityEvent
from forum.accounts.tables import Account, Role, SignIn
from forum.clock import now

#: What belongs to an account alone, and goes with it.
OWN = (
    SignIn, MailToken, Step, Passkey, OneTimeCode, RecoveryCode, ProviderAccount, DataExport,
    SecurityEvent,
)  # fmt: skip


def called(account_id: int) -> str:
    """The name of a closed account; nobody can take it, because names have no spaces."""
    return f"former member {account_id}"


def close(db: Session, account_id: int) -> None:
    """The account is closed, and nothing of it is left but its number, its standing and its level.

    The level stays because what the account gave to others counts by it.
    """
    former_names.keep_unsaid(db, account_id)
    for table in OWN:
        db.execute(delete(table).where(table.account_id == account_id))
    invited = Invitation.invited_by_id == account_id
    db.execute(update(Invitation).where(invited).values(note=""))
    is_open = (Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
    db.execute(update(Invitation).where(invited, *is_open).values(revoked_at=now()))
    name = called(account_id)
    scrubbed = {
        "name": name, "name_key": name, "likeness": "", "email": None, "email_key": None,
        "password_hash": None, "about": "", "handle": None, "role": Role.MEMBER,
        "tends": "", "origin": None, "unread": 0, "closed_at": now(),
    }  # fmt: skip
    db.execute(
        update(Account).where(Account.id == account_id).values(scrubbed),
        execution_options={"synchronize_session": "fetch"},
    )
