"""The threads for one reader: what is in, what is left out, in which order, and what that costs."""

from collections.abc import Callable

import pytest
from discussion.test_anonymity import ask
from discussion.test_list_plans import THREADS, _fill, asked_for, check
from makers import make_account, make_answer, make_thread
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor
from forum.actions import effects
from forum.clock import now
from forum.db import Database
from forum.discussion import posts, tags
from forum.discussion.tables import Citation, Post, PostState
from forum.inbox import following, for_me
from forum.inbox.following import Kind, Level
from forum.inbox.tables import Follow
from forum.references.tables import Reference


def titles(db: Session, actor: Actor, limit: int = 9) -> list[str]:
    """Of all pages of the list."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = for_me.threads(db, actor.id, after, limit)
        if page is None:
            return []
        found += [each.title for each in page.items]
        if page.next is None:
            return found
        after = page.next


def tag_id(db: Session, name: str) -> int:
    found = tags.named(db, name)
    assert found is not None
    return found.id


@pytest.fixture
def reader(db: Session) -> Actor:
    return make_account(db)


@pytest.mark.parametrize("level", [Level.FOLLOW, Level.WATCH])
def test_threads_of_all_that_is_followed_each_once_the_latest_first(
    db: Session, reader: Actor, frozen, level: Level
) -> None:
    writer = make_account(db)
    made = []
    wanted = (
        {"title": "By a tag, it is", "tags": "lsd"},
        {"title": "By a person, it is"},
        {"title": "By itself, it is"},
    )
    for each, author in zip(wanted, (None, writer, None), strict=True):
        frozen.forward(minutes=1)
        made.append(make_thread(db, author, **each))
    frozen.forward(minutes=1)
    cites = make_thread(db, title="By a source, it is", text="See 10.1371/journal.pone.0211023.")
    frozen.forward(minutes=1)
    make_thread(db, title="By nothing at all")
    (reference_id,) = db.scalars(select(Citation.reference_id))
    assert for_me.threads(db, reader.id, None, 9) is None
    following.set(db, reader.id, Kind.TAG, tag_id(db, "lsd"), level)
    following.set(db, reader.id, Kind.PERSON, writer.id, level)
    following.set(db, reader.id, Kind.THREAD, made[2].id, level)
    following.set(db, reader.id, Kind.THREAD, made[1].id, level)
    following.set(db, reader.id, Kind.REFERENCE, reference_id, level)
    expected = ["By a source, it is", "By itself, it is", "By a person, it is", "By a tag, it is"]
    assert titles(db, reader) == titles(db, reader, 1) == titles(db, reader, 2) == expected
    frozen.forward(minutes=1)
    make_answer(db, made[0])
    assert titles(db, reader) == ["By a tag, it is", *expected[:3]]
    effects.publish(
        db,
        cites.id,
        posts.move(
            db, db.scalars(select(Post).where(Post.thread_id == cites.id)).one(), PostState.HIDDEN, None
        ),
    )
    assert titles(db, reader) == ["By a tag, it is", *expected[1:3]]


def test_what_is_muted_is_left_out(db: Session, reader: Actor) -> None:
    loud = make_account(db)
    make_thread(db, title="Wanted, it is", tags="lsd")
    make_thread(db, title="By somebody muted", author=loud, tags="lsd")
    make_thread(db, title="With a muted tag", tags="lsd politics")
    muted = make_thread(db, title="Muted itself", tags="lsd")
    following.set(db, reader.id, Kind.TAG, tag_id(db, "lsd"), Level.FOLLOW)
    assert len(titles(db, reader)) == 4
    for kind, target in (
        (Kind.PERSON, loud.id),
        (Kind.TAG, tag_id(db, "politics")),
        (Kind.THREAD, muted.id),
    ):
        following.set(db, reader.id, kind, target, Level.MUTE)
    assert titles(db, reader) == titles(db, reader, 1) == ["Wanted, it is"]
    following.set(db, reader.id, Kind.TAG, tag_id(db, "lsd"), Level.MUTE)
    assert for_me.threads(db, reader.id, None, 9) is None


def test_many_muted_threads_hide_none_that_is_wanted(db: Session, reader: Actor) -> None:
    make_thread(db, title="The oldest", tags="lsd")
    following.set(db, reader.id, Kind.TAG, tag_id(db, "lsd"), Level.FOLLOW)
    for _ in range(5):
        following.set(db, reader.id, Kind.THREAD, make_thread(db, tags="lsd").id, Level.MUTE)
    assert titles(db, reader, 2) == ["The oldest"]


def test_a_question_without_a_name_is_not_found_by_its_writer(db: Session, reader: Actor) -> None:
    asker = make_account(db)
    following.set(db, reader.id, Kind.PERSON, asker.id, Level.FOLLOW)
    ask(db, asker)
    assert titles(db, reader) == []


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def large(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Database:
    database = new_database(request.param)
    with database.writing() as db:
        _fill(db)
        blank = {"title": "x", "html": "", "words": "", "slug": "x", "csl": {}, "created_at": now()}
        db.execute(insert(Reference), [{"id": n, **blank} for n in (1, 2)])
        cited = [{"post_id": 2 * n, "reference_id": n % 2 + 1, "ordinal": 1} for n in range(1, THREADS + 1)]
        db.execute(insert(Citation), cited)
        wanted = {Kind.TAG: (1, 2), Kind.PERSON: (2, 3), Kind.REFERENCE: (1,), Kind.THREAD: range(1, 30)}
        mine = [
            {"account_id": 1, "kind": kind, "target_id": each, "level": "follow", "at": now()}
            for kind, ids in wanted.items()
            for each in ids
        ]
        mine.append({"account_id": 1, "kind": "tag", "target_id": 12, "level": "mute", "at": now()})
        people = (
            {"id": n, "name": f"m{n}", "name_key": f"m{n}", "created_at": now()} for n in range(9, 2000)
        )
        db.execute(insert(Account), list(people))
        others = [
            {"account_id": n % 7 + 2, "kind": "tag", "target_id": n, "level": "follow", "at": now()}
            for n in range(4000)
        ]
        db.execute(insert(Follow), [*mine, *others])
    with database.writing() as db:
        db.execute(text("ANALYZE"))
    return database


def test_of_each_part_a_page_is_looked_at(large: Database) -> None:
    asked = asked_for(large, lambda db, after: for_me.threads(db, 1, after, 10))
    assert len(asked) == 6
    # PostgreSQL rather reads the few posts that there are than to look up two hundred of them.
    lists = [each for each in asked if large.is_sqlite or "citation" not in each[0]]
    # The threads of the muted tag are looked up, too.
    check(large, lists, may_sort=True, most=3000)
