"""Bringing in what was written elsewhere, with its dates and under its authors' names.

Each function finds what an earlier run made (by `origin`) and then changes nothing, so an import can be
repeated. Nobody is told, nothing is held for review: these posts have been public for years.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from forum import freshness
from forum.accounts import likeness, names
from forum.accounts.tables import Account, Role
from forum.actions import depicting, effects
from forum.actions.posting import look_up
from forum.discussion import citations, posts, ranking, tags, threads, visibility
from forum.discussion.tables import Post, PostKind, PostState, Revision, Thread, ThreadKind, ThreadState, Vote
from forum.uploads import copies


class Wording(NamedTuple):
    """One revision of an imported post; title and tags for opening posts only."""

    number: int
    author_id: int
    at: datetime
    text: str
    title: str
    tag_names: str
    why: str


def person(db: Session, origin: str, name: str, joined_at: datetime) -> int:
    """The id of an unclaimed account: it owns its posts, and nobody can sign in to it."""
    found = db.scalar(select(Account.id).where(Account.origin == origin))
    if found is not None:
        return found
    account = Account(
        name=name, name_key=names.key(name), likeness=likeness.skeleton(name), role=Role.MEMBER,
        created_at=joined_at, origin=origin,
    )  # fmt: skip
    db.add(account)
    db.flush()
    return account.id


def thread(
    db: Session,
    origin: str,
    author_id: int,
    kind: ThreadKind,
    title: str,
    tag_names: Sequence[str],
    at: datetime,
) -> Thread:
    """The thread, still without posts when it is new."""
    found = db.scalars(select(Thread).where(Thread.origin == origin)).first()
    if found is not None:
        return found
    made = threads.begin(db, author_id, kind, title, at, origin=origin)
    tags.assign(db, made, tag_names)
    return made


def post(
    db: Session,
    origin: str,
    in_thread: Thread,
    kind: PostKind,
    parent_id: int | None,
    author_id: int,
    at: datetime,
    wordings: Sequence[Wording],
    accepted_at: datetime | None,
    votes: Sequence[tuple[int, datetime]],
) -> tuple[int, bool]:
    """The id of the shown post with all its wordings and votes, and whether it is new."""
    found = db.scalar(select(Post.id).where(Post.origin == origin))
    if found is not None:
        return found, False
    last = wordings[-1]
    page = copies.page_of(db, last.text)
    made = posts.add(
        db, in_thread.id, author_id, kind, page, PostState.SHOWN,
        parent_id=parent_id, at=at, origin=origin, revision=last.number, accepted_at=accepted_at,
        edited_at=last.at if last.number > 1 else None, score=sum(value for value, _ in votes),
    )  # fmt: skip
    _keep_wordings(db, made.id, wordings)
    depicting.keep(db, made, page)
    if votes:
        db.execute(
            insert(Vote), [{"post_id": made.id, "value": value, "at": voted} for value, voted in votes]
        )
    if kind == PostKind.OPENING:
        ranking.rescore(db, in_thread, made.score)
    look_up(db, citations.cite(db, made, page.citations))
    effects.publish(db, in_thread.id, visibility.settle(db, made))
    return made.id, True


def close(db: Session, of: Thread, state: ThreadState, reason: str, original: Thread | None) -> None:
    """The thread is closed or locked, as it was where it came from."""
    of.state, of.closed_reason = state, reason
    of.duplicate_of_id = original.id if original else None
    db.flush()
    freshness.touch(db, f"thread:{of.id}", "threads")


def _keep_wordings(db: Session, post_id: int, wordings: Sequence[Wording]) -> None:
    kept = [
        {
            "post_id": post_id,
            "number": wording.number,
            "author_id": wording.author_id,
            "title": wording.title,
            "tag_names": wording.tag_names,
            "text": wording.text,
            "why": wording.why[:300],
            "at": wording.at,
            "shown": True,
        }
        for wording in wordings
    ]
    db.execute(insert(Revision), kept)
