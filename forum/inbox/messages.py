"""The inbox: what a person was told, and how much of it is new."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from forum import config, jobs
from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row, rows
from forum.inbox.letters import Letter
from forum.inbox.tables import Message
from forum.languages.speaking import speaking
from forum.paging import Cursor, Page

_MINE = select(
    Message.id,
    Message.kind,
    Message.subject,
    Message.text,
    Message.path,
    Message.created_at,
    Message.read_at,
    Message.author_id,
).order_by(Message.id.desc())

_ONE_MORE = (
    update(Account)
    .where(Account.id == bindparam("account_id"), Account.closed_at.is_(None))
    .values(unread=Account.unread + 1)
    .returning(Account.email, Account.is_sample, Account.language)
)


class MessageView(NamedTuple):
    """`read_at` is None for a new one; `path` is what it is about, on this forum, or "".

    `author_id` is whose words it carries; None: only the forum's own.
    """

    id: int
    kind: str
    subject: str
    text: str
    path: str
    created_at: datetime
    read_at: datetime | None
    author_id: int | None


def send(
    db: Session,
    account_id: int,
    kind: str,
    letter: Letter,
    path: str,
    *,
    author_id: int | None = None,
    thread_id: int | None = None,
    post_id: int | None = None,
    delay: timedelta = timedelta(0),
) -> Message:
    """The person finds the letter in the inbox, in their language, and in the mail if there is an address.

    The mail leaves after `delay`, unless the message was taken back by then.

    `author_id` is whose words it carries, so that they can be flagged; `thread_id` is where it belongs, and
    `post_id` whose words or title it tells, so that it leaves only while readers see those. A sample account
    never gets mail: nobody reads it. Of what is for a closed account nothing is kept.
    """
    person = db.execute(
        _ONE_MORE, {"account_id": account_id}, execution_options={"synchronize_session": "fetch"}
    ).first()
    language = (person and person.language) or config.settings().language
    with speaking(language):
        written = letter.written()
    message = Message(
        account_id=account_id,
        author_id=author_id,
        kind=kind,
        subject=written.subject,
        text=written.text,
        path=path,
        thread_id=thread_id,
        post_id=post_id,
        created_at=now(),
    )
    if person is None:
        return message
    db.add(message)
    db.flush()
    if person.email and not person.is_sample:
        jobs.put(db, "mail.deliver", delay=delay, message_id=message.id)
    return message


def listing(db: Session, account_id: int, after: str | None, limit: int) -> Page[MessageView]:
    """The person's messages, newest first."""
    statement = _MINE.where(Message.account_id == account_id).limit(limit + 1)
    cursor = Cursor.decode(after, int)
    if cursor:
        statement = statement.where(Message.id < cursor[0])
    found = [MessageView(*message) for message in rows(db, statement)]
    return Page.of(found, limit, lambda message: (message.id,))


def read(db: Session, message_id: int) -> MessageView | None:
    """The message; whose it is, is for the caller to ask."""
    found = row(db, _MINE.where(Message.id == message_id))
    return None if found is None else MessageView(*found)


def mark_read(db: Session, account_id: int, upto: int) -> None:
    """The person has read the messages up to the one with this id; the number of new ones agrees."""
    _read(db, account_id, Message.id <= upto)


def mark_one_read(db: Session, account_id: int, message_id: int) -> None:
    """The person has read this message; the number of new ones agrees."""
    _read(db, account_id, Message.id == message_id)


def take_back(db: Session, account_ids: Collection[int], path: str) -> None:
    """What these people were told of this path, and have not read, they were never told."""
    unread = (Message.account_id.in_(account_ids), Message.read_at.is_(None))
    gone = delete(Message).where(*unread, Message.path == path)
    db.execute(gone, execution_options={"synchronize_session": "fetch"})
    _count(db, Account.id.in_(account_ids))


def _read(db: Session, account_id: int, which: ColumnElement[bool]) -> None:
    unread = (Message.account_id == account_id, Message.read_at.is_(None))
    db.execute(
        update(Message).where(*unread, which).values(read_at=now()),
        execution_options={"synchronize_session": "fetch"},
    )
    _count(db, Account.id == account_id)


def _count(db: Session, whose: ColumnElement[bool]) -> None:
    """The number of new messages of these accounts is what it is."""
    unread = (Message.account_id == Account.id, Message.read_at.is_(None))
    left = select(func.count()).select_from(Message).where(*unread).correlate(Account).scalar_subquery()
    db.execute(
        update(Account).where(whose).values(unread=left),
        execution_options={"synchronize_session": "fetch"},
    )
