"""What of an inbox is read: marked by opening it, by reading the thread, by hand; and all of that undone.

What is marked at one stroke carries the same moment, so that an undo finds exactly that. Every change leaves
the number of unread messages of the account as it is.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from forum.clock import now
from forum.inbox.filters import ALL, Filter
from forum.inbox.kinds import ALWAYS, kinds_of
from forum.inbox.messages import recount
from forum.inbox.tables import Message

#: A decision is not read because the thread is: it is opened, or marked by hand.
_TO_OPEN = tuple(kind for group in sorted(ALWAYS) for kind in kinds_of(group))


class Known(NamedTuple):
    """A message of one's own: where it leads, and the thread it belongs to."""

    path: str
    thread_id: int | None


def mark_read(db: Session, account_id: int, upto: int, shown: Filter = ALL) -> datetime:
    """The person has read that part of the inbox, up to the message with this id; the moment of it."""
    return _mark(db, account_id, Message.id <= upto, *shown.conditions())


def mark_one_read(db: Session, account_id: int, message_id: int) -> datetime:
    """The person has read this message; the moment of it."""
    return _mark(db, account_id, Message.id == message_id)


def mark_entry_read(db: Session, account_id: int, message_id: int) -> datetime:
    """The person has read this message and all older ones of its thread; the moment of it."""
    found = of(db, account_id, message_id)
    if found is None or found.thread_id is None:
        return mark_one_read(db, account_id, message_id)
    return _mark(db, account_id, Message.thread_id == found.thread_id, Message.id <= message_id)


def opened(db: Session, account_id: int, message_id: int) -> Known | None:
    """The person goes where the message leads: it counts as read, and so does what else the thread tells.

    None if it is not theirs.
    """
    found = of(db, account_id, message_id)
    if found is None:
        return None
    older = (Message.thread_id == found.thread_id, Message.id < message_id, Message.kind.not_in(_TO_OPEN))
    also = [] if found.thread_id is None else [and_(*older)]
    _mark(db, account_id, or_(Message.id == message_id, *also))
    return found


def thread_read(db: Session, account_id: int, thread_id: int, upto: int) -> None:
    """The person has read the thread up to this post, and so what they were told of these posts."""
    if waits(db, account_id, thread_id, upto):
        _mark(db, account_id, *_of_posts(thread_id, upto))


def waits(db: Session, account_id: int, thread_id: int, upto: int) -> bool:
    """Whether the person has unread messages of these posts of the thread."""
    mine = exists().where(*_unread(account_id), *_of_posts(thread_id, upto))
    return bool(db.scalar(select(mine)))


def mark_unread(db: Session, account_id: int, message_id: int) -> None:
    """The message, if it is the person's, is new again."""
    _unmark(db, account_id, Message.id == message_id)


def undo(db: Session, account_id: int, moment: datetime) -> None:
    """What the person marked as read at that moment is new again."""
    _unmark(db, account_id, Message.read_at == moment)


def marked_at(db: Session, account_id: int, moment: datetime) -> int:
    """How many messages the person marked as read at that moment, and not as unread again since."""
    mine = (Message.account_id == account_id, Message.read_at == moment)
    return db.scalar(select(func.count()).select_from(Message).where(*mine)) or 0


def of(db: Session, account_id: int, message_id: int) -> Known | None:
    """The person's message of that number."""
    mine = (Message.account_id == account_id, Message.id == message_id)
    found = db.execute(select(Message.path, Message.thread_id).where(*mine)).first()
    return found and Known(*found)


def _unread(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return Message.account_id == account_id, Message.read_at.is_(None)


def _of_posts(thread_id: int, upto: int) -> tuple[ColumnElement[bool], ...]:
    return Message.thread_id == thread_id, Message.post_id <= upto, Message.kind.not_in(_TO_OPEN)


def _mark(db: Session, account_id: int, *which: ColumnElement[bool]) -> datetime:
    moment = now()
    db.execute(
        update(Message).where(*_unread(account_id), *which).values(read_at=moment),
        execution_options={"synchronize_session": "fetch"},
    )
    recount(db, [account_id])
    return moment


def _unmark(db: Session, account_id: int, *which: ColumnElement[bool]) -> None:
    db.execute(
        update(Message).where(Message.account_id == account_id, *which).values(read_at=None),
        execution_options={"synchronize_session": "fetch"},
    )
    recount(db, [account_id])
