"""A queue of thousands costs what one of twenty costs: counted in the steps that the database takes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from moderation.acts import answer, flag, moderator
from sqlalchemy import insert
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.db import Database, Table
from forum.moderation import counts, onward, queue
from forum.moderation.filters import Filters
from forum.moderation.tables import Flag, ReviewItem

FEW, MANY = 20, 4000
VIEWER = Actor(1, "boss", Role.MODERATOR, 0, 0)
Look = Callable[[Session], Any]


def _queue(**filters: str) -> Look:
    return lambda db: queue.listing(db, VIEWER, None, 15, Filters(**filters))


def _neighbours(db: Session) -> object:
    item = queue.listing(db, VIEWER, None, 10).items[-1]
    return onward.neighbours(db, VIEWER, item.due_at, item.id)


LOOKS: dict[str, Look] = {
    "all": _queue(),
    "a kind": _queue(kind="flagged"),
    "mine": _queue(whose="mine"),
    "free": _queue(whose="free"),
    "a reason": _queue(reason="rude"),
    "a tag": _queue(tag="evidence"),
    "the first": lambda db: onward.first(db, VIEWER),
    "neighbours": _neighbours,
    "one": lambda db: queue.item(db, 5, VIEWER),
}


@pytest.fixture(scope="module")
def sizes(new_database: Any) -> tuple[Database, Database]:
    return _crowded(new_database("sqlite"), FEW), _crowded(new_database("sqlite"), MANY)


def _crowded(database: Database, many: int) -> Database:
    """A queue of so many flagged posts of one author."""
    with database.writing() as db:
        assert moderator(db, "boss").id == VIEWER.id
        post = answer(db)
        item = flag(db, post, reason="rude")
        ids = range(post.id + 1, post.id + many)
        _copies(db, post, [{"id": number} for number in ids])
        due = {number: item.due_at + timedelta(seconds=number) for number in ids}
        _copies(db, item, [{"id": number, "post_id": number, "due_at": due[number]} for number in ids])
        _copies(db, db.query(Flag).one(), [{"id": number, "item_id": number} for number in ids])
    with database.writing() as db:
        db.connection().exec_driver_sql("ANALYZE")
    return database


def _copies(db: Session, like: Table, which: list[dict[str, Any]]) -> None:
    values = {column.key: getattr(like, column.key) for column in like.__table__.c}
    unique = {name: None for name in ("submission", "origin") if name in values}
    db.execute(insert(type(like)), [values | unique | one for one in which])


def _steps(database: Database, look: Look) -> int:
    """How many times a thousand steps SQLite takes for it, in thousandths."""
    with database.reading() as db:
        look(db)
        raw = db.connection().connection.driver_connection
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        raw.set_progress_handler(count, 10)  # type: ignore[union-attr]
        look(db)
        raw.set_progress_handler(None, 0)  # type: ignore[union-attr]
    return steps * 10


@pytest.mark.parametrize("what", LOOKS)
def test_a_long_queue_is_no_more_work(sizes: tuple[Database, Database], what: str) -> None:
    few, many = (_steps(database, LOOKS[what]) for database in sizes)
    assert many <= 1.5 * few + 100


def test_counting_stops(sizes: tuple[Database, Database]) -> None:
    most = _steps(sizes[1], lambda db: counts.read(db, VIEWER))
    assert most < 20 * counts.MOST_COUNTED


def test_work_that_grows_would_be_seen(sizes: tuple[Database, Database]) -> None:
    few, many = (_steps(database, lambda db: db.query(ReviewItem.id).all()) for database in sizes)
    assert many > 50 * few
