"""What others found good, or did not, in what people wrote: counted for trust, each query for many accounts.

Only what readers see counts. Nobody gives anything to themselves, and one person gives another no more than
trust.FROM_ONE points; newcomers, of whom anybody can make many, give none.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, Select, and_, case, exists, func, literal, select, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account, Level, Standing
from forum.accounts.trust import FROM_ONE, POINTS
from forum.clock import now
from forum.db import rows
from forum.discussion import anonymity
from forum.discussion.private_tables import ThreadRead
from forum.discussion.tables import (
    AnonymousPost,
    Post,
    PostKind,
    PostMove,
    PostState,
    Thread,
    Verification,
    Vote,
)
from forum.discussion.verifications import Verdict

_opening = aliased(Post)


def given(db: Session, account_ids: Collection[int]) -> Mapping[int, int]:
    """Points that others gave to each of these accounts; one query."""
    gifts = union_all(_votes(account_ids), _accepted(account_ids), _verified(account_ids)).subquery()
    worth = func.sum(gifts.c.worth)
    capped = case((worth < 0, 0), (worth > FROM_ONE, FROM_ONE), else_=worth)
    by_person = select(gifts.c.author_id, capped.label("worth")).group_by(gifts.c.author_id, gifts.c.giver_id)
    each = by_person.subquery()
    total = select(each.c.author_id, func.sum(each.c.worth)).group_by(each.c.author_id)
    return {author_id: int(worth) for author_id, worth in rows(db, total)}


def read(db: Session, account_ids: Collection[int]) -> Mapping[int, int]:
    """How many threads each of these accounts has read; one query."""
    counted = select(ThreadRead.account_id, func.count()).where(ThreadRead.account_id.in_(account_ids))
    return dict(map(tuple, rows(db, counted.group_by(ThreadRead.account_id))))


def removed(db: Session, account_ids: Collection[int], since: datetime) -> Mapping[int, int]:
    """How many posts of each of these accounts were removed since then, and still are; one query."""
    lately = exists().where(
        PostMove.post_id == Post.id, PostMove.to_state == PostState.REMOVED, PostMove.at >= since
    )
    gone = (Post.author_id.in_(account_ids), Post.visible.is_(False), Post.state == PostState.REMOVED)
    counted = select(Post.author_id, func.count()).where(*gone, lately).group_by(Post.author_id)
    return dict(map(tuple, rows(db, counted)))


def mark_read(db: Session, account_id: int, thread_id: int, upto: int = 0) -> None:
    """The account has read the thread, up to the post with this id at least."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    put = insert(ThreadRead).values(account_id=account_id, thread_id=thread_id, at=now(), post_id=upto)
    further = put.on_conflict_do_update(
        index_elements=[ThreadRead.account_id, ThreadRead.thread_id],
        set_={"post_id": put.excluded.post_id, "at": put.excluded.at},
        where=ThreadRead.post_id < put.excluded.post_id,
    )
    db.execute(further)


def read_upto(db: Session, account_id: int, thread_id: int) -> int | None:
    """The newest post that was there when the account read the thread, 0: not known; None: it has not."""
    mine = (ThreadRead.account_id == account_id, ThreadRead.thread_id == thread_id)
    return db.scalar(select(ThreadRead.post_id).where(*mine))


def newest(db: Session, thread_id: int) -> int:
    """The id of the newest post of the thread; 0 if it has none."""
    return db.scalar(select(func.max(Post.id)).where(Post.thread_id == thread_id)) or 0


def _votes(account_ids: Collection[int]) -> Select[*tuple[int, ...]]:
    """Votes on answers. Imported ones name no voter: those on one post count as one person's."""
    giver = func.coalesce(Vote.account_id, -Post.id)
    worth = Vote.value * POINTS["vote"]
    return (
        select(Post.author_id, giver.label("giver_id"), worth.label("worth"))
        .join(Vote, Vote.post_id == Post.id)
        .outerjoin(Account, Account.id == Vote.account_id)
        .where(*_seen(account_ids), Vote.account_id.is_(None) | _counts())
    )


def _accepted(account_ids: Collection[int]) -> Select[*tuple[int, ...]]:
    """Accepted answers. All who asked without a name are one giver: else whose answer it is could see, by
    points that come or do not, whether it was somebody who had given them something already.
    """
    giver, worth = Thread.author_id, literal(POINTS["accepted"], Integer)
    asker = func.coalesce(AnonymousPost.account_id, giver)
    return (
        select(Post.author_id, giver.label("giver_id"), worth.label("worth"))
        .join(Thread, Thread.id == Post.thread_id)
        .join(_opening, and_(_opening.thread_id == Thread.id, _opening.kind == PostKind.OPENING))
        .outerjoin(AnonymousPost, AnonymousPost.post_id == _opening.id)
        .join(Account, Account.id == giver)
        .where(*_seen(account_ids), Post.accepted_at.is_not(None), asker != Post.author_id)
        .where((giver == anonymity.ACCOUNT_ID) | _counts())
    )


def _verified(account_ids: Collection[int]) -> Select[*tuple[int, ...]]:
    """Sources of which readers say that they support the post."""
    worth = literal(POINTS["verified"], Integer)
    return (
        select(Post.author_id, Verification.account_id.label("giver_id"), worth.label("worth"))
        .join(Verification, Verification.post_id == Post.id)
        .join(Account, Account.id == Verification.account_id)
        .where(Post.author_id.in_(account_ids), Post.visible, Verification.verdict == Verdict.SUPPORTED)
        .where(Verification.account_id != Post.author_id, _counts())
    )


def _seen(account_ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    return Post.author_id.in_(account_ids), Post.visible.is_(True), Post.kind == PostKind.ANSWER


def _counts() -> ColumnElement[bool]:
    """Whether what the account gives counts."""
    return and_(Account.level != Level.NEWCOMER, Account.standing != Standing.SUSPENDED)
