"""Having read what one was told, or not."""

from datetime import datetime

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.errors import NotFound
from forum.inbox import marking
from forum.inbox.filters import ALL, Filter
from forum.policy import Permit


def open_message(db: Session, actor: Actor, message_id: int) -> str:
    """The actor goes where the message leads, and has read it; answers the path there, or ""."""
    policy.require(Permit.INBOX, actor)
    found = marking.opened(db, actor.id, message_id)
    if found is None:
        raise NotFound
    return found.path


def mark_read(db: Session, actor: Actor, upto: int, shown: Filter = ALL) -> datetime:
    """That part of the actor's inbox counts as read, up to the message with this id; the moment undoes it."""
    policy.require(Permit.INBOX, actor)
    return marking.mark_read(db, actor.id, upto, shown)


def mark_one_read(db: Session, actor: Actor, message_id: int) -> datetime:
    """The actor's message counts as read; somebody else's stays as it is."""
    policy.require(Permit.INBOX, actor)
    return marking.mark_one_read(db, actor.id, message_id)


def mark_entry_read(db: Session, actor: Actor, message_id: int) -> datetime:
    """The actor's message and the older ones of its thread count as read; the moment undoes it."""
    policy.require(Permit.INBOX, actor)
    return marking.mark_entry_read(db, actor.id, message_id)


def mark_unread(db: Session, actor: Actor, message_id: int) -> None:
    """The actor's message is new again."""
    policy.require(Permit.INBOX, actor)
    marking.mark_unread(db, actor.id, message_id)


def undo(db: Session, actor: Actor, moment: datetime) -> None:
    """What the actor marked as read at that moment is new again."""
    policy.require(Permit.INBOX, actor)
    marking.undo(db, actor.id, moment)
