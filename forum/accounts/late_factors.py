"""Takes away what somebody else may have added to an account to get into it again."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from forum.accounts.door_tables import Step
from forum.accounts.factor_tables import OneTimeCode, Passkey, ProviderAccount, RecoveryCode


def drop_since(db: Session, account_id: int, moment: datetime) -> None:
    """No passkey, one-time code or provider account added since `moment` opens the account any more.

    Half-done sign-ins end. Without one-time codes the recovery codes go too: they are worth nothing alone.
    """
    for table in (Passkey, ProviderAccount):
        db.execute(delete(table).where(table.account_id == account_id, table.created_at >= moment))
    late = OneTimeCode.account_id == account_id, OneTimeCode.created_at >= moment
    if db.execute(delete(OneTimeCode).where(*late).returning(OneTimeCode.account_id)).first():
        db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    db.execute(delete(Step).where(Step.account_id == account_id))
