"""What a person flagged, and what became of it."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.db import row, rows
from forum.discussion.naming import called
from forum.discussion.tables import Post, Thread
from forum.inbox.tables import Message
from forum.moderation import flags
from forum.moderation.subjects import Subject
from forum.moderation.tables import Decision, Flag, FlagReason, ReviewItem
from forum.paging import Cursor, Page
from forum.references.tables import Reference


class OwnFlag(NamedTuple):
    """A flag as who raised it sees it.

    `what` was flagged: "answer", "account", "source", "message" …; `title` says which one and `path` leads
    there, both "" if readers do not see it. `form` is where the flag can be changed. `decided_at` is None
    until then.
    """

    id: int
    reason: str
    words: str
    state: str
    at: datetime
    decided_at: datetime | None
    what: str
    title: str
    path: str

    @property
    def form(self) -> str:
        """The address where it can be changed; "" if it cannot."""
        return f"{self.path}/flag" if self.path else ""


class OpenFlag(NamedTuple):
    """A flag that nobody has decided about yet, as its form shows it again."""

    id: int
    reason: str
    words: str
    original_id: int | None


class Record(NamedTuple):
    """What became of all flags that somebody raised, as far as they are decided."""

    upheld: int
    declined: int

    @property
    def decided(self) -> int:
        return self.upheld + self.declined


_Flagged = aliased(Account)
_MINE = (
    select(
        Flag.id,
        FlagReason.label,
        Flag.words,
        Flag.state,
        Flag.created_at,
        Decision.at,
        Post.id.label("post_id"),
        Post.kind,
        Post.visible,
        Thread.kind.label("thread_kind"),
        Thread.title,
        Thread.shown,
        _Flagged.name,
        Reference.id.label("reference_id"),
        Reference.title.label("reference_title"),
        Reference.citation_count,
        Message.id.label("message_id"),
        Message.subject,
    )
    .select_from(Flag)
    .join(FlagReason, FlagReason.key == Flag.reason)
    .join(ReviewItem, ReviewItem.id == Flag.item_id)
    .outerjoin(Decision, Decision.id == Flag.decision_id)
    .outerjoin(Post, Post.id == ReviewItem.post_id)
    .outerjoin(Thread, Thread.id == Post.thread_id)
    .outerjoin(_Flagged, _Flagged.id == ReviewItem.account_id)
    .outerjoin(Reference, Reference.id == ReviewItem.reference_id)
    .outerjoin(Message, Message.id == ReviewItem.message_id)
    .order_by(Flag.id.desc())
)


def listing(db: Session, account_id: int, after: str | None, limit: int) -> Page[OwnFlag]:
    """The person's flags, newest first."""
    statement = _MINE.where(Flag.account_id == account_id).limit(limit + 1)
    cursor = Cursor.decode(after, int)
    if cursor:
        statement = statement.where(Flag.id < cursor[0])
    found = [_view(flag) for flag in rows(db, statement)]
    return Page.of(found, limit, lambda flag: (flag.id,))


def open_on(db: Session, subject: Subject, account_id: int) -> OpenFlag | None:
    """The person's flag on it that nobody has decided about yet."""
    flag = flags.open_flag(db, subject, account_id)
    return OpenFlag(flag.id, flag.reason, flag.words, flag.original_id) if flag else None


def record(db: Session, account_id: int) -> Record:
    """What became of the person's flags."""
    found = row(db, select(Account.flags_upheld, Account.flags_declined).where(Account.id == account_id))
    return Record(*found) if found else Record(0, 0)


def _view(flag: Any) -> OwnFlag:
    what, title, path = _subject(flag)
    return OwnFlag(
        flag.id, flag.label, flag.words, flag.state, flag.created_at, flag.at, what, title, path
    )  # fmt: skip


def _subject(flag: Any) -> tuple[str, str, str]:
    """What was flagged, which one, and its path; nothing of what its flagger no longer sees."""
    if flag.post_id is not None:
        path = f"/p/{flag.post_id}" if flag.visible else ""
        return called(flag.kind, flag.thread_kind), flag.title if flag.shown else "", path
    if flag.name is not None:
        return "account", flag.name, f"/people/{flag.name}"
    if flag.reference_id is not None:
        if not flag.citation_count:
            return "source", "", ""
        return "source", flag.reference_title, f"/references/{flag.reference_id}"
    return "message", flag.subject, f"/inbox/{flag.message_id}"
