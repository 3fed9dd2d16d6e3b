"""Having read what one was told."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.inbox import messages
from forum.policy import Permit


def mark_read(db: Session, actor: Actor, upto: int) -> None:
    """The actor's messages up to the one with this id count as read."""
    policy.require(Permit.INBOX, actor)
    messages.mark_read(db, actor.id, upto)


def mark_one_read(db: Session, actor: Actor, message_id: int) -> None:
    """The actor's message counts as read; somebody else's stays as it is."""
    policy.require(Permit.INBOX, actor)
    messages.mark_one_read(db, actor.id, message_id)
