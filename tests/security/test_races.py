"""What two do at the same moment happens once: a post, a vote, an account, a decision."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_thread
from sqlalchemy import func, select

from forum.accounts import people
from forum.accounts.tables import Account, Actor, Level, Role
from forum.actions import flagging, uploading
from forum.config import settings
from forum.db import Database
from forum.discussion.tables import Post, Vote
from forum.errors import Invalid, TooMany
from forum.moderation.tables import Decision
from forum.uploads import making, quotas, store
from forum.uploads.making import Made

TIMES = 6


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_LIMITS", "1")
    settings.cache_clear()


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What `act` answers to each of several threads that begin together."""
    gate = Barrier(TIMES)

    def one(number: int) -> Any:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(one, range(TIMES)))


def sends(database: Database, actor: Actor, path: str, form: dict[str, str]) -> list[int]:
    """The statuses of one form that is sent several times at once, each by a server of its own."""
    browsers = [
        Browser(make_app(database, held_posts=0, busy_seconds=20)).signed_in(actor) for _ in range(TIMES)
    ]
    try:
        return [answer.status_code for answer in at_once(lambda number: browsers[number].post(path, form))]
    finally:
        for browser in browsers:
            browser.__exit__()


def test_double_post(database: Database) -> None:
    with database.writing() as db:
        writer, thread = make_account(db), make_thread(db)
    form = {"text": "The same words, by a nervous finger.", "key": "one-and-the-same"}
    assert set(sends(database, writer, f"/t/{thread.id}/answer", form)) == {303}
    with database.reading() as db:
        assert db.scalar(select(func.count()).where(Post.author_id == writer.id)) == 1


def test_double_vote(database: Database) -> None:
    with database.writing() as db:
        voter, answer = make_account(db), make_answer(db, make_thread(db))
    sends(database, voter, f"/p/{answer.id}/vote", {"value": "1"})
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Vote)) == 1
        assert db.get_one(Post, answer.id).score == 1


def test_double_account_name(database: Database) -> None:
    def enter(number: int) -> bool:
        try:
            with database.writing() as db:
                people.add(db, "Ada" if number % 2 else "aDA", f"ada{number}@example.org", None)
        except Invalid as taken:
            assert set(taken.fields) == {"name"}
            return False
        return True

    assert at_once(enter).count(True) == 1
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Account)) == 1


@pytest.mark.usefixtures("limited")
def test_the_room_for_images_is_not_outrun(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "made", lambda _content: Made(5, 5, b"RIFF0000WEBP", b""))
    monkeypatch.setattr(quotas, "TABLE", dict.fromkeys(Level, quotas.Room(1000, 1000, 2)))
    with database.writing() as db:
        sender = make_account(db)

    def send(_number: int) -> bool:
        try:
            with database.writing() as db:
                uploading.upload(db, sender, b"a picture", most=1000)
        except (Invalid, TooMany):
            return False
        return True

    assert at_once(send).count(True) == 2
    with database.reading() as db:
        assert store.held(db, sender.id).images == 2


def test_double_decision(database: Database) -> None:
    with database.writing() as db:
        keeper = make_account(db, role=Role.MODERATOR)
        item = flagging.flag(db, make_account(db), make_answer(db, make_thread(db)).id, "rude", "")
        version = item.version
    form = {"verdict": "hide", "rule": "respect", "reason": "Rude.", "version": str(version)}
    statuses = sends(database, keeper, f"/moderation/items/{item.id}/decide", form)
    assert statuses.count(303) == 1, statuses
    assert set(statuses) <= {303, 409, 422}
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Decision)) == 1


@pytest.mark.parametrize("times", [2])
def test_two_votes_of_two_people_both_count(database: Database, times: int) -> None:
    with database.writing() as db:
        voters, answer = [make_account(db) for _ in range(times)], make_answer(db, make_thread(db))
    for voter in voters:
        sends(database, voter, f"/p/{answer.id}/vote", {"value": "1"})
    with database.reading() as db:
        assert db.get_one(Post, answer.id).score == times
