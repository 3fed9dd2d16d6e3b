"""Whether the mail about a message leaves now: asked when its moment has come, of what is true then."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from forum import choices
from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row
from forum.discussion.tables import Post
from forum.inbox import channels, due, retelling, sent, shown
from forum.inbox.channels import Chosen
from forum.inbox.following import Kind, Level
from forum.inbox.kinds import ALWAYS, CHOOSABLE, Group, Mail, group_of, kinds_of
from forum.inbox.retelling import Stored
from forum.inbox.tables import Follow, Message

#: What admins choose: how many mails a day one person gets.
MOST = "mails_a_day"
#: The kinds of mails that are counted for that.
COUNTED = tuple(kind for group in CHOOSABLE for kind in kinds_of(group))
DAY = timedelta(days=1)


def muted(account_id: ColumnElement[int]) -> ColumnElement[bool]:
    """In SQL: the person has muted the thread of the message, or whose words it carries."""
    return exists().where(
        Follow.account_id == account_id,
        Follow.level == Level.MUTE,
        or_(
            and_(Follow.kind == Kind.THREAD, Follow.target_id == Message.thread_id),
            and_(Follow.kind == Kind.PERSON, Follow.target_id == Message.author_id),
        ),
    )


_MESSAGE = (
    select(
        Message.account_id,
        Message.kind,
        *retelling.COLUMNS,
        Message.path,
        Message.thread_id,
        Message.created_at,
        Message.read_at,
        Account.name,
        Account.email,
        Account.language.label("reader_language"),
        shown.to_readers().label("is_visible"),
        muted(Message.__table__.c.account_id).label("is_muted"),
    )
    .join(Account, Account.id == Message.account_id)
    .join(Post, Post.id == Message.post_id, isouter=True)
    .where(Account.email.is_not(None), ~Account.is_sample, Account.closed_at.is_(None))
)


class Outgoing(NamedTuple):
    """A message whose mail may leave: it tells what is `stored`, in the `language` of its reader by now.

    `until`: not before then; `is_too_much`: not by itself at all today.
    """

    account_id: int
    name: str
    email: str
    language: str
    kind: str
    stored: Stored
    path: str
    thread_id: int | None
    key: str
    until: datetime | None
    is_too_much: bool

    @property
    def group(self) -> Group:
        return group_of(self.kind)


def key_of(message_id: int, created_at: datetime) -> str:
    """The key of the mail about the message. The moment is in it, because SQLite gives an id again."""
    return f"message-{message_id}-{int(created_at.timestamp())}"


def message_of(key: str) -> int | None:
    """The message that the mail with this key is about; None for other mails."""
    kind, _, rest = key.partition("-")
    return int(rest.partition("-")[0]) if kind == "message" else None


def find(db: Session, message_id: int) -> Outgoing | None:
    """The message as it would be mailed now; None if no mail of it leaves at all.

    None leaves that its reader has seen meanwhile, or has muted, or that tells of a post that readers do not
    see any more, or that a digest has told; and none to an address that refused mail again and again. What is
    always mailed waits for nothing, and only such an address keeps it back.
    """
    found = row(db, _MESSAGE.where(Message.id == message_id))
    if found is None:
        return None
    chosen = channels.of(db, found.account_id)
    if chosen.paused_at is not None or not _is_wanted(found, chosen):
        return None
    is_always = group_of(found.kind) in ALWAYS
    return Outgoing(
        found.account_id,
        found.name,
        found.email,
        found.reader_language,
        found.kind,
        retelling.of(found),
        found.path,
        found.thread_id,
        key_of(message_id, found.created_at),
        None if is_always else due.quiet_until(chosen, now()),
        not is_always and _is_full(db, found.account_id),
    )


def _is_wanted(found: Any, chosen: Chosen) -> bool:
    group = group_of(found.kind)
    if group in ALWAYS:
        return True
    is_told = chosen.digested_at is not None and chosen.digested_at >= found.created_at
    is_news = found.read_at is None and found.is_visible and not found.is_muted and not is_told
    return is_news and chosen.mails[group] is Mail.ONCE


def _is_full(db: Session, account_id: int) -> bool:
    most = choices.number(db, MOST)
    return sent.count_since(db, account_id, COUNTED, now() - DAY) >= most
