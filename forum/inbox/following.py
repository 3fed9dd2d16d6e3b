"""What people follow, how much they want to hear of it, and who follows something.

| | watch | follow | mute |
|---|---|---|---|
| thread | every answer and comment is told | answers are told | nothing there is told |
| tag | every new question is told | its threads are "for me" | its threads are not "for me" |
| person | what they write under their name is told | their threads are "for me" | nothing of theirs is told |
| reference | notices and posts that cite it are told | notices are told | as without a level |
| search | new threads that it finds are told | they are in digests | as without a level |
"""

from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, literal, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.clock import now
from forum.inbox.channel_tables import InboxChoice
from forum.inbox.tables import Follow


class Kind(StrEnum):
    """What can be followed."""

    REFERENCE = "reference"
    THREAD = "thread"
    TAG = "tag"
    PERSON = "person"
    SEARCH = "search"


class Level(StrEnum):
    """How much somebody wants to hear of it; no level: nothing was chosen."""

    WATCH = "watch"
    FOLLOW = "follow"
    MUTE = "mute"


class Standing(NamedTuple):
    """How many people follow it, muting apart, and the level that this one chose."""

    followers: int
    level: Level | None


def set(db: Session, account_id: int, kind: Kind, target_id: int, level: Level | None) -> None:
    """The person hears so much of it from now on; None: as if nothing had ever been chosen."""
    if level is None:
        return unfollow(db, account_id, kind, target_id)
    values = {"account_id": account_id, "kind": kind, "target_id": target_id, "level": level, "at": now()}
    there = _insert(db)(Follow).values(values)
    db.execute(there.on_conflict_do_update(index_elements=_KEY, set_={"level": level}))
    return None


def follow(db: Session, account_id: int, kind: Kind, target_id: int, level: Level = Level.FOLLOW) -> None:
    """The person hears of what happens to it, at the level chosen before if there is one."""
    values = {"account_id": account_id, "kind": kind, "target_id": target_id, "level": level, "at": now()}
    db.execute(_insert(db)(Follow).values(values).on_conflict_do_nothing())


def unfollow(db: Session, account_id: int, kind: Kind, target_id: int) -> None:
    """The person has chosen nothing for it."""
    db.execute(delete(Follow).where(*_mine(account_id, kind, target_id)))


def begin(db: Session, account_id: int, thread_id: int) -> None:
    """Who writes in a thread follows it as they chose for that, unless they chose a level for this one."""
    chosen = select(InboxChoice.own_threads).where(InboxChoice.account_id == account_id).scalar_subquery()
    level = func.coalesce(chosen, Level.FOLLOW)
    moment = literal(now(), Follow.at.type)
    row = select(literal(account_id), literal(Kind.THREAD.value), literal(thread_id), level, moment)
    made = _insert(db)(Follow).from_select(_COLUMNS, row.where(level != "none"))
    db.execute(made.on_conflict_do_nothing())


def level_of(db: Session, account_id: int, kind: Kind, target_id: int) -> Level | None:
    """What the person chose for it."""
    found = db.scalar(select(Follow.level).where(*_mine(account_id, kind, target_id)))
    return None if found is None else Level(found)


def followers(db: Session, kind: Kind, target_id: int, least: Level = Level.FOLLOW) -> list[int]:
    """Ids of the accounts that chose at least this level for it, in order; from MUTE on, any."""
    wanted = select(Follow.account_id).where(Follow.kind == kind, Follow.target_id == target_id)
    return list(db.scalars(wanted.where(is_at_least(least)).order_by(Follow.account_id)))


def followed(db: Session, account_id: int, kind: Kind) -> list[int]:
    """What the person follows or watches of this kind, the latest first; five hundred at most."""
    wanted = select(Follow.target_id).where(Follow.account_id == account_id, Follow.kind == kind)
    wanted = wanted.where(is_at_least(Level.FOLLOW))
    return list(db.scalars(wanted.order_by(Follow.at.desc(), Follow.target_id).limit(500)))


def count(db: Session, kind: Kind, target_id: int) -> int:
    """How many people follow or watch it."""
    return standing(db, kind, target_id, None).followers


def follows(db: Session, account_id: int, kind: Kind, target_id: int) -> bool:
    """Whether the person follows or watches it."""
    return level_of(db, account_id, kind, target_id) in (Level.FOLLOW, Level.WATCH)


def standing(db: Session, kind: Kind, target_id: int, account_id: int | None) -> Standing:
    """The number on a page and its reader's own part in it, in one query; None: somebody not signed in."""
    own = func.max(Follow.level).filter(Follow.account_id == (account_id or 0))
    number = func.count().filter(is_at_least(Level.FOLLOW))
    found = select(number, own).where(Follow.kind == kind, Follow.target_id == target_id)
    there, level = db.execute(found).one()
    return Standing(there, None if level is None else Level(level))


def muting(db: Session, account_ids: Collection[int], thread_id: int, author_id: int) -> frozenset[int]:
    """Who of these people wants to hear nothing of the thread, or of the author.

    `author_id` is whom everybody sees as the author, so that muting tells nothing of posts without a name.
    """
    of_thread = and_(Follow.kind == Kind.THREAD, Follow.target_id == thread_id)
    of_author = and_(Follow.kind == Kind.PERSON, Follow.target_id == author_id)
    wanted = select(Follow.account_id).where(Follow.account_id.in_(account_ids), Follow.level == Level.MUTE)
    return frozenset(db.scalars(wanted.where(or_(of_thread, of_author))))


def repoint(db: Session, kind: Kind, from_id: int, to_id: int) -> Sequence[int]:
    """What people chose for the one they have chosen for the other, if they had chosen nothing for that.

    Answers the accounts that moved.
    """
    moved = followers(db, kind, from_id, Level.MUTE)
    here = (Follow.kind == kind, Follow.target_id == from_id)
    rows = select(Follow.account_id, Follow.kind, literal(to_id), Follow.level, Follow.at).where(*here)
    made = _insert(db)(Follow).from_select(_COLUMNS, rows)
    db.execute(made.on_conflict_do_nothing())
    db.execute(delete(Follow).where(*here))
    return moved


def part(
    db: Session, kind: Kind, from_id: int, to_id: int, moved: Collection[int], shared: Collection[int]
) -> None:
    """Who moved from the one to the other follows it again, at the level that the other has by now.

    Whoever has stopped meanwhile has stopped; those `shared` had chosen a level for both.
    """
    for account_id in moved:
        level = level_of(db, account_id, kind, to_id)
        if level is not None:
            follow(db, account_id, kind, from_id, level)
            if account_id not in shared:
                unfollow(db, account_id, kind, to_id)


def is_at_least(least: Level) -> ColumnElement[bool]:
    """In SQL: a Follow has this level or more."""
    if least == Level.WATCH:
        return Follow.level == Level.WATCH
    return Follow.level != Level.MUTE if least == Level.FOLLOW else true()


_KEY = (Follow.account_id, Follow.kind, Follow.target_id)
_COLUMNS = ["account_id", "kind", "target_id", "level", "at"]


def _mine(account_id: int, kind: Kind, target_id: int) -> tuple[ColumnElement[bool], ...]:
    return Follow.account_id == account_id, Follow.kind == kind, Follow.target_id == target_id


def _insert(db: Session) -> Callable[[type[Follow]], sqlite.Insert | postgresql.Insert]:
    return sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
