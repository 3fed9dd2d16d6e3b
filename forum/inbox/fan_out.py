"""Telling the followers of a new post: a job, because they may be very many.

It takes five hundred accounts at a time, in the order of their ids, each batch in a transaction of its own
that also puts the job for the next one. Done again after a crash, a batch tells nobody twice. However many
follows of one person a post meets, it is told once, as what comes first in `_reasons`.

A question that gets another tag by a later edit is not told to those who watch that tag.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from forum import jobs
from forum.config import Settings
from forum.db import Database, rows
from forum.discussion import anonymity
from forum.discussion.naming import called
from forum.discussion.tables import Citation, Post, PostKind, Tag, Thread, ThreadTag
from forum.inbox import following, many
from forum.inbox.following import Kind, Level
from forum.inbox.letters import Letter, compose
from forum.inbox.subscriptions import FOLLOWERS, name_of
from forum.inbox.tables import Follow, Message
from forum.references.tables import Reference

BATCH = 500
#: Of a post that cites more sources the watchers of the first ones are told.
MOST_CITED = 50


class _Reason(NamedTuple):
    """Who chose at least this level for the target hears of the post by this kind of message."""

    kind: str
    what: Kind
    target_id: int
    least: Level
    letter: Letter


def announce(database: Database, _settings: Settings, post_id: int, after: int = 0) -> None:
    """The next followers have been told of the post, if readers see it. The job `inbox.announce`."""
    with database.writing() as db:
        last = tell(db, post_id, after)
        if last is not None:
            jobs.put(db, FOLLOWERS, key=f"announce:{post_id}:{last}", post_id=post_id, after=last)


def tell(db: Session, post_id: int, after: int = 0) -> int | None:
    """The next followers, those with ids above `after`, have been told of the post, if readers see it.

    Answers the last of them if there may be more.
    """
    post = db.get(Post, post_id)
    if post is None or not post.visible:
        return None
    thread = db.get_one(Thread, post.thread_id)
    reasons = _reasons(db, thread, post)
    found = _batch(db, reasons, after) if reasons else {}
    if found:
        _tell(db, thread, post, reasons, found)
    return max(found) if len(found) == BATCH else None


def _reasons(db: Session, thread: Thread, post: Post) -> list[_Reason]:
    """Why people hear of the post: what counts first for who has several reasons comes first."""
    facts = {
        "author": name_of(db, post.author_id),
        "what": called(post.kind, thread.kind),
        "title": thread.title,
    }
    reasons: list[_Reason] = []
    if post.kind == PostKind.ANSWER:
        letter = compose("followed", **facts)
        reasons.append(_Reason("followed", Kind.THREAD, thread.id, Level.FOLLOW, letter))
    elif post.kind == PostKind.COMMENT:
        letter = compose("followed_comment", **facts)
        reasons.append(_Reason("followed", Kind.THREAD, thread.id, Level.WATCH, letter))
    else:
        carried = select(Tag.id, Tag.name).join(ThreadTag, ThreadTag.tag_id == Tag.id)
        for tag_id, name in rows(db, carried.where(ThreadTag.thread_id == thread.id).order_by(Tag.name)):
            letter = compose("new_question", tag=name, **facts)
            reasons.append(_Reason("new_question", Kind.TAG, tag_id, Level.WATCH, letter))
    if post.author_id != anonymity.ACCOUNT_ID and post.kind != PostKind.COMMENT:
        letter = compose("new_post", **facts)
        reasons.append(_Reason("new_post", Kind.PERSON, post.author_id, Level.WATCH, letter))
    return [*reasons, *_cited(db, post, facts)]


def _cited(db: Session, post: Post, facts: Mapping[str, str]) -> list[_Reason]:
    cites = select(Reference.id, Reference.label, Reference.title, func.min(Citation.ordinal).label("first"))
    cites = cites.join(Citation, Citation.reference_id == Reference.id).where(Citation.post_id == post.id)
    found = rows(db, cites.group_by(Reference.id).order_by("first").limit(MOST_CITED))
    return [
        _Reason(
            "cited",
            Kind.REFERENCE,
            reference_id,
            Level.WATCH,
            compose("cited", source=label or title, **facts),
        )
        for reference_id, label, title, _ in found
    ]


def _batch(db: Session, reasons: Sequence[_Reason], after: int) -> dict[int, int]:
    """The next accounts, each with the place of its first reason.

    Of each reason a batch is read along the index, however many follow; the first of them all are the batch.
    """
    parts = []
    for place, reason in enumerate(reasons):
        here = (Follow.kind == reason.what, Follow.target_id == reason.target_id, Follow.account_id > after)
        part = select(Follow.account_id, literal(place).label("place"))
        part = part.where(*here, following.is_at_least(reason.least))
        each = part.order_by(Follow.account_id).limit(BATCH).subquery()
        parts.append(select(each.c.account_id, each.c.place))
    met = union_all(*parts).subquery()
    first = select(met.c.account_id, func.min(met.c.place)).group_by(met.c.account_id)
    return {found[0]: found[1] for found in rows(db, first.order_by(met.c.account_id).limit(BATCH))}


def _tell(
    db: Session, thread: Thread, post: Post, reasons: Sequence[_Reason], found: Mapping[int, int]
) -> None:
    readers = many.readers(db, found)
    wanted = sorted({account_id for account_id in found if account_id in readers})
    heard = select(Message.account_id).where(Message.post_id == post.id, Message.account_id.in_(wanted))
    left_out = {
        post.author_id,
        anonymity.writer_of(db, post),
        *following.muting(db, wanted, thread.id, post.author_id),
        *db.scalars(heard),
    }
    told = [
        many.Told(readers[account_id], reasons[found[account_id]].kind, reasons[found[account_id]].letter)
        for account_id in wanted
        if account_id not in left_out
    ]
    many.send(db, told, f"/p/{post.id}", thread_id=thread.id, post_id=post.id)
