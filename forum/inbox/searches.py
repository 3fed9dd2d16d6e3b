"""Searches that people keep, and what has been found by them since.

Every ten minutes the searches that somebody watches are looked through for threads begun since the last time,
a few at a time, by a job that puts itself again for the next ones. A thread that waited for review while
later ones were looked at is looked for by itself when readers see it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts.tables import Account
from forum.clock import now
from forum.config import Settings
from forum.db import Database, rows
from forum.discussion import anonymity
from forum.discussion.tables import Post, PostKind, Thread
from forum.errors import TooMuch
from forum.inbox import following, messages
from forum.inbox.following import Kind, Level
from forum.inbox.letters import compose
from forum.inbox.subscriptions import SEARCHES
from forum.inbox.tables import Follow, Message, SavedSearch
from forum.patience import within
from forum.search import find, meaning
from forum.search.language import parse

JOB = SEARCHES
#: So many one person can keep.
MOST = 20
#: So many are looked through before the job is put again, each for so many seconds at most.
BATCH, SECONDS = 20, 1.0
#: Of more threads that one search finds at once, the newest are told.
TOLD = 5


class Saved(NamedTuple):
    """A search that somebody keeps; `level` is how much they hear of it."""

    id: int
    name: str
    query: str
    level: Level | None
    created_at: datetime


def save(db: Session, account_id: int, name: str, query: str) -> SavedSearch:
    """The person keeps the search; threads count as new to it that are begun from now on."""
    search = SavedSearch(account_id=account_id, name=name, query=query, seen_id=_newest(db), created_at=now())
    db.add(search)
    db.flush()
    return search


def of_account(db: Session, account_id: int) -> list[Saved]:
    """What the person keeps, by name."""
    mine = (Follow.account_id == account_id, Follow.kind == Kind.SEARCH, Follow.target_id == SavedSearch.id)
    wanted = select(
        SavedSearch.id, SavedSearch.name, SavedSearch.query, Follow.level, SavedSearch.created_at
    ).outerjoin(Follow, mine[0] & mine[1] & mine[2])
    found = rows(db, wanted.where(SavedSearch.account_id == account_id).order_by(SavedSearch.name))
    return [Saved(*each)._replace(level=Level(each.level) if each.level else None) for each in found]


def own(db: Session, account_id: int, search_id: int) -> SavedSearch | None:
    """The search, if this person keeps it."""
    search = db.get(SavedSearch, search_id)
    return search if search is not None and search.account_id == account_id else None


def forget(db: Session, search: SavedSearch) -> None:
    """Nobody keeps the search any more, or hears of it."""
    db.execute(delete(Follow).where(Follow.kind == Kind.SEARCH, Follow.target_id == search.id))
    db.delete(search)
    db.flush()


def forget_all(db: Session, account_id: int) -> None:
    """The account keeps no searches."""
    db.execute(delete(SavedSearch).where(SavedSearch.account_id == account_id))


def look(database: Database, _settings: Settings, after: int = 0, thread_id: int = 0) -> None:
    """What the next watched searches find that is new was told. The job `inbox.search`, of the timetable.

    With `thread_id`, that thread alone is looked for. Done twice, it finds nothing new the second time.
    """
    with database.reading() as db:
        newest = _newest(db)
        wanted = _watched(db, after)
    for search_id in wanted:
        if thread_id:
            _look_late(database, search_id, thread_id)
        else:
            _look(database, search_id, newest)
    if len(wanted) == BATCH:
        with database.writing() as db:
            key = f"{JOB}:{wanted[-1]}:{thread_id}"
            jobs.put(db, JOB, key=key, after=wanted[-1], thread_id=thread_id)


def found_by(db: Session, search_id: int, newest: int) -> Sequence[tuple[int, int, str]] | None:
    """What is `new` of the search; None if it was looked through up to `newest`, or is kept no more."""
    search = db.get(SavedSearch, search_id)
    return None if search is None or search.seen_id >= newest else new(db, search)


def found_late(db: Session, search_id: int, thread_id: int) -> Sequence[tuple[int, int, str]] | None:
    """What is `new` of the search in a thread that readers see only now.

    None if the search was kept later than that, or is kept no more.
    """
    search = db.get(SavedSearch, search_id)
    opening = (Post.thread_id == thread_id, Post.kind == PostKind.OPENING)
    shown_at = db.scalar(select(Post.shown_at).where(*opening))
    if search is None or shown_at is None or search.created_at > shown_at:
        return None
    # Also if it is not past it: it may be looked through just now, by who does not see the thread yet.
    return new(db, search, thread_id)


def tell(db: Session, search_id: int, newest: int, found: Sequence[tuple[int, int, str]]) -> None:
    """Whoever watches the search is told of what was `found_by` it, unless somebody else was faster."""
    search = db.get(SavedSearch, search_id)
    if search is not None and search.seen_id < newest:
        search.seen_id = newest
        tell_of(db, search, found)


def tell_of(db: Session, search: SavedSearch, found: Sequence[tuple[int, int, str]]) -> None:
    """Whoever watches the search is told of these, unless they were since these were found."""
    about = Message.post_id.in_([post_id for _, post_id, _ in found])
    heard = set(db.scalars(select(Message.post_id).where(Message.account_id == search.account_id, about)))
    for thread_id, post_id, title in [each for each in found[:TOLD] if each[1] not in heard]:
        letter = compose("found", search=search.name, title=title)
        path = f"/p/{post_id}"
        messages.send(db, search.account_id, "found", letter, path, thread_id=thread_id, post_id=post_id)


def new(db: Session, search: SavedSearch, thread_id: int = 0) -> Sequence[tuple[int, int, str]]:
    """Thread, opening post and title of what the search has found since it was looked through, newest first.

    With `thread_id`, of that thread alone, whatever was looked through. Nothing if that takes too long;
    without what its keeper wrote, muted, or was told of before.
    """
    name = db.scalars(select(Account.name).where(Account.id == search.account_id)).one()
    try:
        with within(db, SECONDS):
            query = meaning.meant(db, parse(search.query), name)
            if thread_id:
                ids = find.within(db, query, thread_id)
            else:
                ids = find.newer(db, query, search.seen_id, 2 * TOLD)
    except TooMuch:
        return []
    told = select(Message.id).where(Message.account_id == search.account_id, Message.post_id == Post.id)
    wanted = select(Post.thread_id, Post.id, Thread.title, Thread.author_id)
    wanted = wanted.join(Thread, Thread.id == Post.thread_id).where(Post.thread_id.in_(ids), Post.visible)
    mine = anonymity.wrote(search.account_id)
    wanted = wanted.where(Post.kind == PostKind.OPENING, ~mine, ~told.exists())
    return [
        (each.thread_id, each.id, each.title)
        for each in rows(db, wanted.order_by(Post.thread_id.desc()))
        if not following.muting(db, [search.account_id], each.thread_id, each.author_id)
    ]


def _look(database: Database, search_id: int, newest: int) -> None:
    # Found before anything is written: nobody who writes waits for a search.
    with database.reading() as db:
        found = found_by(db, search_id, newest)
    if found is not None:
        with database.writing() as db:
            tell(db, search_id, newest, found)


def _look_late(database: Database, search_id: int, thread_id: int) -> None:
    with database.reading() as db:
        found = found_late(db, search_id, thread_id)
    if found:
        with database.writing() as db:
            search = db.get(SavedSearch, search_id)
            if search is not None:
                tell_of(db, search, found)


def _watched(db: Session, after: int) -> list[int]:
    """The next searches that somebody watches and that have something new to look through."""
    watched = select(Follow.target_id).join(SavedSearch, SavedSearch.id == Follow.target_id)
    watched = watched.where(Follow.kind == Kind.SEARCH, Follow.level == Level.WATCH)
    watched = watched.where(Follow.target_id > after, SavedSearch.account_id == Follow.account_id)
    return list(db.scalars(watched.order_by(Follow.target_id).limit(BATCH)))


def _newest(db: Session) -> int:
    return db.scalar(select(func.max(Thread.id))) or 0
