"""Messages: sent, taken back, counted. How they are read is in entries.py and marking.py."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.orm import Session

from forum import config
from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row
from forum.discussion.tables import Post
from forum.inbox import due, pushes, retelling
from forum.inbox.channel_tables import PushSubscription
from forum.inbox.letters import Letter
from forum.inbox.tables import Message
from forum.languages.speaking import speaking

_MINE = select(
    Message.id,
    Message.kind,
    Message.subject,
    Message.text,
    Message.path,
    Message.created_at,
    Message.read_at,
    Message.author_id,
)

_ONE_MORE = (
    update(Account)
    .where(Account.id == bindparam("account_id"), Account.closed_at.is_(None))
    .values(unread=Account.unread + 1)
    .returning(
        Account.email,
        Account.is_sample,
        Account.language,
        exists().where(PushSubscription.account_id == Account.id).label("has_push"),
    )
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
        stored = retelling.stored(letter)
    message = Message(
        account_id=account_id,
        author_id=author_id,
        kind=kind,
        **stored._asdict(),
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
        due.put(db, kind, {message.id: account_id}, delay)
    if person.has_push:
        pushes.put(db, kind, {message.id: account_id}, delay)
    return message


def read(db: Session, message_id: int) -> MessageView | None:
    """The message in the words in which it was sent, which moderators see if it is flagged.

    Whose it is, is for the caller to ask.
    """
    found = row(db, _MINE.where(Message.id == message_id))
    return None if found is None else MessageView(*found)


def take_back(db: Session, account_ids: Collection[int], path: str) -> None:
    """What these people were told of this path, and have not read, they were never told."""
    unread = (Message.account_id.in_(account_ids), Message.read_at.is_(None))
    gone = delete(Message).where(*unread, Message.path == path)
    db.execute(gone, execution_options={"synchronize_session": "fetch"})
    recount(db, account_ids)


def go_with_posts(db: Session, post_ids: Collection[int]) -> None:
    """What people were told of these posts, which went from thread to thread, belongs where they are now."""
    there = select(Post.thread_id).where(Post.id == Message.post_id).correlate(Message).scalar_subquery()
    db.execute(
        update(Message).where(Message.post_id.in_(post_ids)).values(thread_id=there),
        execution_options={"synchronize_session": False},
    )


def recount(db: Session, account_ids: Collection[int]) -> None:
    """The number of new messages of these accounts is what it is."""
    unread = (Message.account_id == Account.id, Message.read_at.is_(None))
    left = select(func.count()).select_from(Message).where(*unread).correlate(Account).scalar_subquery()
    db.execute(
        update(Account).where(Account.id.in_(account_ids)).values(unread=left),
        execution_options={"synchronize_session": "fetch"},
    )
