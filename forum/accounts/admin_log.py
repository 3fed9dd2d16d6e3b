"""The log of what admins did, and of what moderators looked at that is otherwise hidden; admins read it."""

from sqlalchemy.orm import Session

from forum.accounts.record_tables import AdminEntry
from forum.clock import now


def write(db: Session, actor_id: int, act: str, account_id: int | None = None, words: str = "") -> None:
    """The actor did this, to that account if it concerned one."""
    db.add(AdminEntry(at=now(), actor_id=actor_id, act=act, account_id=account_id, words=words))
