"""What a digest tells: what was not read, and the best new threads.

Of messages it tells those that were to wait for it, and those that were more mails than a day has. Of threads
it tells those that readers could first see since the last digest: what follows of its reader brought, the
highest by `ranking.hot` (score damped by age), then the best of the community by score, of those begun within
a week. None that the reader has read or wrote, has muted, or whose tag or author is muted, and nothing that
lists do not show. What nobody found good is not recommended. Each digest takes the same number of queries,
whatever it holds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, bindparam, exists, func, literal_column, select, union
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.db import AnySelect, rows
from forum.discussion.private_tables import ThreadRead
from forum.discussion.tables import (
    AnonymousPost,
    Citation,
    Post,
    PostKind,
    Thread,
    ThreadState,
    ThreadTag,
)
from forum.inbox import retelling, shown
from forum.inbox.channel_tables import SentMail
from forum.inbox.channels import Chosen, Digest
from forum.inbox.following import Kind, Level
from forum.inbox.kinds import CHOOSABLE, Mail, kinds_of
from forum.inbox.outgoing import key_of, muted
from forum.inbox.tables import Follow, Message

#: So many messages are told, and so many threads of each kind.
MESSAGES, FOLLOWED, BEST = 10, 6, 4
#: So many of the newest unread messages are looked at.
LOOKED_AT = 100
#: What is older is told by no digest, however long there was none.
OLDEST = timedelta(days=8)
#: Without a digest, it is of what was too much for one day, and may have waited for the end of quiet hours.
SPANS = {Digest.NONE: OLDEST, Digest.DAILY: timedelta(days=1), Digest.WEEKLY: timedelta(days=7)}

_ME = bindparam("me", type_=Integer)
_SINCE = bindparam("since", type_=Thread.created_at.type)
_UNTIL = bindparam("until", type_=Thread.created_at.type)


class Told(NamedTuple):
    """A message in one line, and where it leads."""

    subject: str
    path: str


class Found(NamedTuple):
    """A thread worth reading."""

    id: int
    kind: str
    title: str
    slug: str
    tag_names: str
    answer_count: int
    score: int
    author: str

    @property
    def path(self) -> str:
        return f"/t/{self.id}/{self.slug}"


class Contents(NamedTuple):
    """What one digest tells. `more`: further messages that wait in the inbox."""

    messages: Sequence[Told]
    more: int
    followed: Sequence[Found]
    best: Sequence[Found]

    def __bool__(self) -> bool:
        return bool(self.messages or self.followed or self.best)


def contents(
    db: Session, account_id: int, chosen: Chosen, moment: datetime, due: datetime | None = None
) -> Contents:
    """What the digest of this person tells at this moment, in the language spoken now.

    Who has chosen none gets only messages. `due` is when it should have left, if that was earlier.
    """
    values = {"me": account_id, "since": since(chosen, due or moment, moment), "until": moment}
    messages = _messages(db, chosen, values)
    followed: list[Found] = []
    best: list[Found] = []
    if chosen.digest is not Digest.NONE:
        followed = [Found(*thread) for thread in rows(db, _FOLLOWED, **values)]
        best = [Found(*thread) for thread in rows(db, _BEST, **values)]
    known = {thread.id for thread in followed}
    others = [thread for thread in best if thread.id not in known]
    return Contents(messages[:MESSAGES], len(messages[MESSAGES:]), followed, others[:BEST])


def since(chosen: Chosen, due: datetime, moment: datetime) -> datetime:
    """From when on it tells; without an earlier one, a day or a week before it was due."""
    begin = chosen.digested_at or due - SPANS[chosen.digest]
    return max(begin, moment - OLDEST)


def _messages(db: Session, chosen: Chosen, values: dict[str, Any]) -> list[Told]:
    ways = {Mail.ONCE} if chosen.digest is Digest.NONE else {Mail.ONCE, Mail.DIGEST}
    kinds = [kind for group in CHOOSABLE if chosen.mails[group] in ways for kind in kinds_of(group)]
    unread = rows(db, _UNREAD, kinds=kinds, **values)
    keys = {key_of(message.id, message.created_at) for message in unread}
    mailed = {found.key for found in rows(db, _MAILED, keys=tuple(keys))}
    return [
        Told(retelling.told(message).subject, message.path)
        for message in unread
        if key_of(message.id, message.created_at) not in mailed
    ]


_UNREAD: AnySelect = (
    select(Message.id, *retelling.COLUMNS, Message.path, Message.created_at)
    .join(Post, Post.id == Message.post_id, isouter=True)
    .where(
        Message.account_id == _ME,
        Message.read_at.is_(None),
        Message.created_at > _SINCE,
        Message.created_at <= _UNTIL,
        Message.kind.in_(bindparam("kinds", expanding=True)),
        shown.to_readers(),
        ~muted(_ME),
    )
    .order_by(Message.id.desc())
    .limit(LOOKED_AT)
)
_MAILED = select(SentMail.key).where(SentMail.key.in_(bindparam("keys", expanding=True)))


def _mine(kind: Kind, target: ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    return Follow.account_id == _ME, Follow.kind == kind, Follow.target_id == target


def _is_muted(kind: Kind, target: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(*_mine(kind, target), Follow.level == Level.MUTE).correlate(Thread)


_Carried, _Opening = aliased(ThreadTag), aliased(Post)
#: The opening posts that its reader wrote without a name.
_OWN_UNNAMED = (
    select(Post.thread_id)
    .join(AnonymousPost, AnonymousPost.post_id == Post.id)
    .where(AnonymousPost.account_id == _ME)
)
_MUTED_TAG = (
    select(_Carried.thread_id)
    .join(Follow, Follow.target_id == _Carried.tag_id)
    .where(
        _Carried.thread_id == Thread.id,
        Follow.account_id == _ME,
        Follow.kind == Kind.TAG,
        Follow.level == Level.MUTE,
    )
    .correlate(Thread)
    .exists()
)
_IS_READ = exists().where(ThreadRead.account_id == _ME, ThreadRead.thread_id == Thread.id).correlate(Thread)
#: When readers could first see a thread: it may have waited for review for days.
_SEEN_FIRST = (
    _Opening.thread_id == Thread.id,
    # As a word of the statement: else the index of opening posts is of no use.
    _Opening.kind == literal_column(f"'{PostKind.OPENING}'"),
    _Opening.shown_at > _SINCE,
    _Opening.shown_at <= _UNTIL,
)
_IS_NEW = exists().where(*_SEEN_FIRST).correlate(Thread)
_FITS: AnySelect = (
    select(
        Thread.id,
        Thread.kind,
        Thread.title,
        Thread.slug,
        Thread.tag_names,
        Thread.answer_count,
        Thread.score,
        Account.name,
    )
    .join(Account, Account.id == Thread.author_id)
    .where(
        Thread.state == ThreadState.OPEN,
        Thread.score >= 0,
        _IS_NEW,
        Thread.author_id != _ME,
        Thread.id.not_in(_OWN_UNNAMED),
        ~_IS_READ,
        ~_is_muted(Kind.THREAD, Thread.__table__.c.id),
        ~_is_muted(Kind.PERSON, Thread.__table__.c.author_id),
        ~_MUTED_TAG,
    )
)


def _followed() -> AnySelect:
    """New threads with a tag, by a person, or with a post citing a reference that its reader follows."""
    followed = (Follow.account_id == _ME, Follow.level != Level.MUTE)
    tagged = (
        select(ThreadTag.thread_id)
        .join(Follow, Follow.target_id == ThreadTag.tag_id)
        .where(*followed, Follow.kind == Kind.TAG, ThreadTag.shown, ThreadTag.active_at > _SINCE)
    )
    begun = aliased(Thread)
    by_person = (
        select(begun.id)
        .join(Follow, Follow.target_id == begun.author_id)
        # A thread is active when it is seen at the earliest: the index of a person's threads has that.
        .where(*followed, Follow.kind == Kind.PERSON, begun.shown, begun.active_at > _SINCE)
    )
    citing = (
        select(Post.thread_id)
        .join(Citation, Citation.post_id == Post.id)
        .join(Follow, Follow.target_id == Citation.reference_id)
        .where(*followed, Follow.kind == Kind.REFERENCE, Post.visible, Post.shown_at > _SINCE)
    )
    found = union(tagged, by_person, citing).subquery()
    # Not asked as an index has it: else all threads would be looked at for the few that are wanted.
    chosen = _FITS.where(Thread.id.in_(select(found.c[0])), Thread.shown.is_not(False))
    return chosen.order_by(func.coalesce(Thread.hot, 0.0).desc(), Thread.id.desc()).limit(FOLLOWED)


def _best() -> AnySelect:
    """The best new threads of all; a few more, because some may be told as followed."""
    # Not compared by itself: an index of dates would be taken, and all threads of the week sorted.
    is_active = func.coalesce(Thread.active_at, _SINCE) > _SINCE
    falling = (Thread.score.desc(), Thread.answer_count.desc(), Thread.active_at.desc(), Thread.id.desc())
    return _FITS.where(Thread.shown, Thread.age == 0, is_active).order_by(*falling).limit(FOLLOWED + BEST)


_FOLLOWED, _BEST = _followed(), _best()
