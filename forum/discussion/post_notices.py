"""Moderators' remarks that readers see above a post: citation needed, outdated, disputed, medical caution."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal, literal_column, select, update
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import AnySelect, rows
from forum.discussion.tables import Post, PostNotice
from forum.errors import NotFound
from forum.languages.words import N_

WORDS_LENGTH = 300
#: The forum's own, on a post that opened a thread before that was merged: its words are the former title.
MERGED = "merged"
#: Between the kind and the words of one notice, and between two notices: no words hold these.
UNIT, RECORD = "\x1f", "\x1e"
#: RECORD as SQL: as a value, SQLAlchemy would write it into the statement anew each time.
BETWEEN: Any = literal_column(f"'{RECORD}'")


class NoticeKind(NamedTuple):
    """What readers see before the words, and what a moderator reads beside it."""

    label: str
    help: str


#: In the order in which they stand above a post; MERGED is not for moderators to choose.
KINDS: Mapping[str, NoticeKind] = {
    "medical": NoticeKind(
        N_("Medical caution"), N_("Following it could harm somebody. Say who, or what to do instead.")
    ),
    "outdated": NoticeKind(
        N_("Outdated"), N_("It was right once. Say what changed, with a source if you can.")
    ),
    "disputed": NoticeKind(
        N_("Disputed"), N_("Sources disagree about it. Say where to read the other side.")
    ),
    "citation": NoticeKind(N_("Citation needed"), N_("It leans on something that it does not name.")),
    MERGED: NoticeKind(N_("Was a thread of its own"), ""),
}
OFFERED = tuple(kind for kind in KINDS if kind != MERGED)


class Notice(NamedTuple):
    """One notice as readers see it."""

    kind: str
    label: str
    words: str


class NoticeRow(NamedTuple):
    """One notice as moderators see it; `ended_by` and `ended_at` are None while it stands."""

    id: int
    kind: str
    words: str
    by: str
    at: datetime
    ended_by: str | None
    ended_at: datetime | None


_ended = aliased(Account)
_OF_POST: AnySelect = (
    select(
        PostNotice.id,
        PostNotice.kind,
        PostNotice.words,
        Account.name,
        PostNotice.at,
        _ended.name,
        PostNotice.ended_at,
    )
    .join(Account, Account.id == PostNotice.actor_id)
    .outerjoin(_ended, _ended.id == PostNotice.ended_by_id)
    .where(PostNotice.post_id == bindparam("post_id"))
    .order_by(PostNotice.id.desc())
    .limit(50)
)
#: The notices of a post in one column of the query that reads posts; `parse` takes them apart.
OF_POST_COLUMN = (
    select(func.aggregate_strings(PostNotice.kind + literal(UNIT) + PostNotice.words, BETWEEN))
    .where(PostNotice.post_id == Post.id, PostNotice.ended_at.is_(None))
    .correlate(Post)
    .scalar_subquery()
)


def parse(column: str | None) -> tuple[Notice, ...]:
    """The notices in a value of OF_POST_COLUMN, in the order of KINDS."""
    if not column:
        return ()
    found = dict(notice.split(UNIT, 1) for notice in column.split(RECORD))
    return tuple(Notice(kind, about.label, found[kind]) for kind, about in KINDS.items() if kind in found)


def put(db: Session, post_id: int, kind: str, words: str, actor_id: int) -> PostNotice:
    """The notice stands above the post; an earlier one of the same kind ends."""
    standing = (PostNotice.post_id == post_id, PostNotice.kind == kind, PostNotice.ended_at.is_(None))
    db.execute(update(PostNotice).where(*standing).values(ended_at=now(), ended_by_id=actor_id))
    notice = PostNotice(post_id=post_id, kind=kind, words=words, actor_id=actor_id, at=now())
    db.add(notice)
    db.flush()
    return notice


def find(db: Session, post_id: int, notice_id: int) -> PostNotice:
    """The notice, which stands above the post; NotFound if it does not."""
    notice = db.get(PostNotice, notice_id, populate_existing=True)
    if notice is None or notice.post_id != post_id or notice.ended_at is not None:
        raise NotFound
    return notice


def end(db: Session, notice: PostNotice, actor_id: int) -> None:
    """The notice no longer stands above the post."""
    notice.ended_at, notice.ended_by_id = now(), actor_id
    db.flush()


def end_kind(db: Session, post_ids: Sequence[int], kind: str, actor_id: int) -> None:
    """No notice of the kind stands above any of the posts."""
    standing = (PostNotice.post_id.in_(post_ids), PostNotice.kind == kind, PostNotice.ended_at.is_(None))
    db.execute(update(PostNotice).where(*standing).values(ended_at=now(), ended_by_id=actor_id))


def of_post(db: Session, post_id: int) -> Sequence[NoticeRow]:
    """The notices that ever stood above the post, the newest first."""
    return [NoticeRow(*notice) for notice in rows(db, _OF_POST, post_id=post_id)]
