"""Searches that people keep: what they find is told once, to whoever watches, and stays bounded."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread, opening
from moderation.acts import decide
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import effects, saving
from forum.config import settings
from forum.db import Database
from forum.discussion import posts
from forum.discussion.tables import PostState, Thread
from forum.errors import Invalid, NotFound
from forum.inbox import fan_out, following, searches
from forum.inbox.following import Kind, Level
from forum.inbox.tables import Follow, Message, SavedSearch
from forum.jobs import Job
from forum.search import find


def heard(db: Session, actor: Actor) -> list[tuple[str, str]]:
    found = select(Message.kind, Message.subject).where(Message.account_id == actor.id).order_by(Message.id)
    return [(kind, subject) for kind, subject in db.execute(found)]


def look(db: Session) -> None:
    newest = db.scalar(select(func.max(Thread.id))) or 0
    for search_id in db.scalars(select(SavedSearch.id)).all():
        searches.tell(db, search_id, newest, searches.found_by(db, search_id, newest) or ())


@pytest.mark.parametrize("query", ["psilocybin", "tag:mushrooms", "psilocybin tag:mushrooms"])
def test_new_threads_are_told_once_and_older_ones_never(db: Session, query: str) -> None:
    reader = make_account(db)
    make_thread(db, title="An older question on psilocybin", tags="mushrooms")
    saving.save(db, reader, query, "Mine", Level.WATCH)
    look(db)
    assert heard(db, reader) == []
    make_thread(db, title="What of psilocybin for sleep?", tags="mushrooms")
    make_thread(db, title="Something else entirely", tags="lsd")
    look(db)
    look(db)
    assert heard(db, reader) == [("found", "New for “Mine”: “What of psilocybin for sleep?”")]


def test_a_thread_is_told_with_its_post_and_not_if_it_was_told_already(db: Session) -> None:
    reader, other = make_account(db), make_account(db)
    for each in (reader, other):
        saving.save(db, each, "psilocybin", "Mine", Level.WATCH)
    thread = make_thread(db, title="What of psilocybin for sleep?", author=make_account(db, "ann"))
    (ann,) = db.execute(select(Thread.author_id)).one()
    following.set(db, other.id, Kind.PERSON, ann, Level.WATCH)
    post = opening(db, thread)
    fan_out.tell(db, post.id)
    look(db)
    assert [kind for kind, _ in heard(db, other)] == ["new_post"]
    where = select(Message.thread_id, Message.post_id).where(Message.account_id == reader.id)
    assert db.execute(where).one() == (thread.id, post.id)


@pytest.mark.parametrize("query", ["psilocybin", "tag:mushrooms"])
def test_a_thread_that_waited_for_review_is_told_once_readers_see_it(
    database: Database, frozen: Clock, query: str
) -> None:
    with database.writing() as db:
        reader, watched = make_account(db), make_account(db)._replace(is_watched=True)
        judge = make_account(db, role=Role.MODERATOR)
        saving.save(db, reader, query, "Mine", Level.WATCH)
        held = make_thread(db, watched, title="What of psilocybin for sleep?", tags="mushrooms")
        make_thread(db, title="Something else entirely", tags="lsd")
    searches.look(database, settings())
    frozen.forward(days=1)
    with database.writing() as db:
        make_thread(db, title="A later one on psilocybin", tags="lsd mushrooms")
        db.execute(delete(Job))
        decide(db, judge, opening(db, held), "publish")
        frozen.forward(seconds=1)
        late = saving.save(db, make_account(db), query, "Kept later", Level.WATCH)
        (job,) = db.scalars(select(Job).where(Job.name == searches.JOB))
    for _ in range(2):
        searches.look(database, settings(), **job.payload)
    with database.reading() as db:
        assert [subject for _, subject in heard(db, reader)] == [
            "New for “Mine”: “What of psilocybin for sleep?”"
        ]
        assert not db.scalars(select(Message.id).where(Message.account_id == late.account_id)).all()
    searches.look(database, settings())
    with database.reading() as db:
        assert len(heard(db, reader)) == 2


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_thread_that_is_approved_while_searches_are_looked_through_is_told_once(
    database: Database, frozen: Clock, *, is_seen: bool
) -> None:
    with database.writing() as db:
        reader, watched = make_account(db), make_account(db)._replace(is_watched=True)
        judge = make_account(db, role=Role.MODERATOR)
        search = saving.save(db, reader, "psilocybin", "Mine", Level.WATCH)
        held = make_thread(db, watched, title="What of psilocybin for sleep?")
    frozen.forward(days=1)
    with database.reading() as db:
        found = searches.found_by(db, search.id, held.id)
    with database.writing() as db:
        decide(db, judge, opening(db, held), "publish")
    if is_seen:
        with database.reading() as db:
            found = searches.found_by(db, search.id, held.id)
    assert found is not None and len(found) == int(is_seen)
    searches.look(database, settings(), thread_id=held.id)
    with database.writing() as db:
        searches.tell(db, search.id, held.id, found)
        assert len(heard(db, reader)) == 1


def test_own_hidden_and_muted_threads_are_left_out(db: Session) -> None:
    reader, loud = make_account(db), make_account(db)
    saving.save(db, reader, "psilocybin", "Mine", Level.WATCH)
    following.set(db, reader.id, Kind.PERSON, loud.id, Level.MUTE)
    make_thread(db, reader, title="My own on psilocybin")
    make_thread(db, loud, title="By somebody muted: psilocybin")
    hidden = make_thread(db, title="Hidden words on psilocybin")
    effects.publish(db, hidden.id, posts.move(db, opening(db, hidden), PostState.HIDDEN, None))
    look(db)
    assert heard(db, reader) == []


def test_of_many_at_once_the_newest_are_told(db: Session) -> None:
    reader = make_account(db)
    saving.save(db, reader, "psilocybin", "Mine", Level.WATCH)
    for number in range(searches.TOLD + 2):
        make_thread(db, title=f"Question {number} on psilocybin")
    look(db)
    subjects = [subject for _, subject in heard(db, reader)]
    assert len(subjects) == searches.TOLD and f"Question {searches.TOLD + 1} " in subjects[0]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "nothing to look for"),
        ("score:<", "score"),
        ("scroe:>3 psilocybin", "score"),
        ("-psilocybin", "leave out"),
        ("in:people ann", "Only searches for threads"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_the_words_of_the_search(
    db: Session, query: str, words: str
) -> None:
    with pytest.raises(Invalid) as caught:
        saving.save(db, make_account(db), query, "Mine", None)
    assert list(caught.value.fields) == ["q"] and words in caught.value.fields["q"]


def test_names_and_how_many_there_can_be(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, other = make_account(db), make_account(db)
    search = saving.save(db, reader, "psilocybin sleep", " ", None)
    assert search.name == "psilocybin sleep"
    assert saving.rename(db, reader, search.id, "For  the night").name == "For the night"
    for name in ("", "x" * 101):
        with pytest.raises(Invalid, match="name of at most"):
            saving.rename(db, reader, search.id, name)
    for act in (saving.forget, lambda db, actor, id: saving.rename(db, actor, id, "Theirs")):
        with pytest.raises(NotFound):
            act(db, other, search.id)
    monkeypatch.setattr(searches, "MOST", 1)
    with pytest.raises(Invalid, match="Delete it first"):
        saving.save(db, reader, "lsd", "More", None)
    following.set(db, reader.id, Kind.SEARCH, search.id, Level.WATCH)
    assert [each.level for each in searches.of_account(db, reader.id)] == [Level.WATCH]
    saving.forget(db, reader, search.id)
    assert searches.of_account(db, reader.id) == []
    assert db.scalars(select(Follow).where(Follow.kind == Kind.SEARCH)).all() == []


def test_the_job_goes_on_with_the_next_ones(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "BATCH", 2)
    with database.writing() as db:
        people = [make_account(db) for _ in range(3)]
        for each in people:
            saving.save(db, each, "psilocybin", "Mine", Level.WATCH)
        saving.save(db, people[0], "psilocybin", "Followed only", Level.FOLLOW)
        make_answer(db, make_thread(db, title="What of psilocybin for sleep?"))
    searches.look(database, settings())
    with database.reading() as db:
        assert [len(heard(db, each)) for each in people] == [1, 1, 0]
        (payload,) = db.scalars(select(Job.payload).where(Job.name == searches.JOB))
    searches.look(database, settings(), **payload)
    with database.reading() as db:
        assert [len(heard(db, each)) for each in people] == [1, 1, 1]


def test_a_search_that_takes_too_long_tells_nothing(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = make_account(db)
    search = saving.save(db, reader, "psilocybin", "Mine", Level.WATCH)
    make_thread(db, title="What of psilocybin for sleep?")
    late: Callable[..., list[int]] = _too_late
    monkeypatch.setattr(searches.find, "newer", late)
    look(db)
    assert heard(db, reader) == [] and search.seen_id == db.scalar(select(func.max(Thread.id)))


def test_nobody_who_writes_waits_for_a_search(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.writing() as db:
        reader = make_account(db)
        saving.save(db, reader, "psilocybin", "Mine", Level.WATCH)
        make_thread(db, title="What of psilocybin for sleep?")
    newer: Callable[..., list[int]] = find.newer

    def slow(*given: Any) -> list[int]:
        with database.writing() as db:
            make_account(db, "bob")
        return newer(*given)

    monkeypatch.setattr(find, "newer", slow)
    searches.look(database, settings())
    with database.reading() as db:
        assert len(heard(db, reader)) == 1


def _too_late(*_given: object) -> list[int]:
    raise searches.TooMuch
