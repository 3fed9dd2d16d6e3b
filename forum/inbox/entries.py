"""The inbox as it is read: what belongs to one thread is one entry, the latest entries first.

An entry stands where its newest message stands. So that none comes twice or never while new messages arrive,
the later pages show the inbox as it was when the first page was opened: their cursor holds the newest message
of that moment.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, true
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Actor
from forum.db import AnyRow, AnySelect, rows
from forum.discussion import anonymity, tended
from forum.discussion.tables import Post, PostKind, Thread
from forum.inbox import retelling, short
from forum.inbox.filters import Filter
from forum.inbox.kinds import Group, group_of
from forum.inbox.letters import Written
from forum.inbox.shown import to_readers
from forum.inbox.tables import Message
from forum.paging import Cursor, Page

#: So many messages of one thread are shown in its entry.
SHOWN = 3
#: Above the number of every message.
_ABOVE_ALL = 2**31 - 1

#: Of the others the subject says all: who wrote something, and where.
_SAY_MORE = frozenset({Group.REMINDERS, Group.SOURCES, Group.MODERATION, Group.ACCOUNT})

_newer = aliased(Message)


class Told(NamedTuple):
    """One message, in the language spoken now.

    Of one about a post that its reader no longer sees no words are there (not `is_there`).
    `path` is what it is about, on this forum, or "". `author_id` is whose words it carries; None: only the
    forum's own.
    """

    id: int
    kind: str
    subject: str
    text: str
    path: str
    created_at: datetime
    read_at: datetime | None
    author_id: int | None
    is_there: bool
    #: What it says under the title of its thread.
    line: str = ""

    @property
    def says_more(self) -> bool:
        """Whether its text says more than its subject does."""
        return group_of(self.kind) in _SAY_MORE


class Entry(NamedTuple):
    """The newest messages of one thread, the latest first, or one message that belongs to none.

    `title` is "" where there is no thread, or none that the reader sees. `more`: older messages of the thread
    that are not shown here; `unread` counts all of them.
    """

    thread_id: int | None
    title: str
    messages: Sequence[Told]
    more: int
    unread: int

    @property
    def head(self) -> Told:
        return self.messages[0]


class _Rest(NamedTuple):
    """What follows the newest message of a thread."""

    messages: list[Told]
    total: int
    unread: int


_Head = tuple[Told, int | None]


def listing(db: Session, viewer: Actor, shown: Filter, after: str | None, limit: int) -> Page[Entry]:
    """The person's inbox, or that part of it; at most three queries. In the part of one thread, each message
    is an entry of its own."""
    cursor = Cursor.decode(after, int, int)
    top, before = cursor or (_ABOVE_ALL, _ABOVE_ALL)
    heads = [_head(found) for found in rows(db, _heads(viewer, shown, top, before).limit(limit + 1))]
    if not cursor and heads:
        top = heads[0][0].id
    page = Page.of(heads, limit, lambda head: (top, head[0].id))
    threads = () if shown.thread_id else sorted({thread_id for _, thread_id in page.items if thread_id})
    rests = _rests(db, viewer, shown, top, threads)
    titles = _titles(db, viewer, threads or {shown.thread_id} - {None})
    entries = [_entry(told, thread_id, rests.get(thread_id or 0), titles) for told, thread_id in page.items]
    return Page(entries, page.next)


def unread(db: Session, account_id: int) -> Mapping[Group, int]:
    """How many unread messages the person has in each group that has any; one query."""
    new = (Message.account_id == account_id, Message.read_at.is_(None))
    counts: dict[Group, int] = {}
    for kind, number in rows(db, select(Message.kind, func.count()).where(*new).group_by(Message.kind)):
        counts[group_of(kind)] = counts.get(group_of(kind), 0) + number
    return counts


def _sees_post(viewer: Actor) -> ColumnElement[bool]:
    """Whether the viewer sees the Post of a message, which is outer-joined; yes if it is about none."""
    if viewer.is_moderator:
        return true()
    tends = and_(Post.id.is_not(None), tended.among(viewer.tended_tags, Post.thread_id))
    return or_(to_readers(), anonymity.wrote(viewer.id), tends)


def _columns(viewer: Actor) -> AnySelect:
    return select(
        Message.id,
        Message.kind,
        *retelling.COLUMNS,
        Message.path,
        Message.created_at,
        Message.read_at,
        Message.author_id,
        func.coalesce(_sees_post(viewer), literal(value=False)).label("is_there"),
        Message.thread_id,
    ).outerjoin(Post, Post.id == Message.post_id)


def _heads(viewer: Actor, shown: Filter, top: int, before: int) -> AnySelect:
    """The newest message of each entry."""
    mine = (Message.account_id == viewer.id, Message.id <= top, Message.id < before, *shown.conditions())
    wanted = _columns(viewer).where(*mine).order_by(Message.id.desc())
    if shown.thread_id is not None:
        return wanted
    newer = exists().where(
        _newer.account_id == viewer.id,
        _newer.thread_id == Message.thread_id,
        _newer.id > Message.id,
        _newer.id <= top,
        *shown.conditions(_newer),
    )
    return wanted.where(~newer)


def _rests(
    db: Session, viewer: Actor, shown: Filter, top: int, thread_ids: Collection[int]
) -> Mapping[int, _Rest]:
    """By thread: what its entry shows, and counts, beside its newest message."""
    if not thread_ids:
        return {}
    within: dict[str, Any] = {"partition_by": Message.thread_id}
    mine = (Message.account_id == viewer.id, Message.thread_id.in_(thread_ids), Message.id <= top)
    ranked = (
        select(
            Message.id,
            func.row_number().over(order_by=Message.id.desc(), **within).label("place"),
            func.count().over(**within).label("total"),
            func.count().filter(Message.read_at.is_(None)).over(**within).label("unread"),
        )
        .where(*mine, *shown.conditions())
        .subquery()
    )
    wanted = _columns(viewer).add_columns(ranked.c.total, ranked.c.unread)
    wanted = wanted.join(ranked, ranked.c.id == Message.id).where(ranked.c.place <= SHOWN)
    found: dict[int, _Rest] = {}
    for row in rows(db, wanted.order_by(Message.id.desc())):
        found.setdefault(row.thread_id, _Rest([], row.total, row.unread)).messages.append(_told(row))
    return found


def _titles(db: Session, viewer: Actor, thread_ids: Collection[int | None]) -> Mapping[int, str]:
    """The titles of those of these threads that the viewer sees."""
    if not thread_ids:
        return {}
    wanted = select(Thread.id, Thread.title).where(Thread.id.in_(thread_ids))
    if not viewer.is_moderator:
        asked = exists().where(
            Post.thread_id == Thread.id, Post.kind == PostKind.OPENING, anonymity.wrote(viewer.id)
        )
        wanted = wanted.where(or_(Thread.shown, asked, tended.among(viewer.tended_tags, Thread.id)))
    return {found.id: found.title for found in rows(db, wanted)}


def _entry(told: Told, thread_id: int | None, rest: _Rest | None, titles: Mapping[int, str]) -> Entry:
    title = titles.get(thread_id or 0, "")
    if rest is None:
        return Entry(thread_id, title, [told], 0, int(told.read_at is None))
    return Entry(thread_id, title, rest.messages, rest.total - len(rest.messages), rest.unread)


def _head(found: AnyRow) -> _Head:
    return _told(found), found.thread_id


def _told(found: AnyRow) -> Told:
    is_there = bool(found.is_there)
    words = retelling.told(found) if is_there else Written("", "")
    return Told(
        found.id,
        found.kind,
        words.subject,
        words.text,
        found.path if is_there else "",
        found.created_at,
        found.read_at,
        found.author_id if is_there else None,
        is_there,
        short.line(found.letter, found.facts, words.subject) if is_there else "",
    )
