"""What each level may do in an hour and a day: the table itself, and each limit through its real route."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from browsing import Browser, make_app
from community import faults
from httpx import Response
from makers import make_account, make_answer, make_thread
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from forum.accounts import allowances, rates
from forum.accounts.allowances import Act, Allowed
from forum.accounts.door_tables import Rate
from forum.accounts.tables import Actor, Level, Role
from forum.config import settings
from forum.db import Database
from forum.discussion import citations
from forum.discussion.private_tables import ThreadRead
from forum.discussion.tables import Post, Thread, Vote
from forum.errors import TooMany
from forum.moderation.tables import Flag

WORDS = "Words that took somebody a quarter of an hour to write, and must not be lost."


@pytest.fixture(autouse=True)
def _with_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_LIMITS", "1")
    monkeypatch.setenv("FORUM_FLOOD_POSTS", "0")
    settings.cache_clear()


def narrow(monkeypatch: pytest.MonkeyPatch, act: Act, hour: int = 1, day: int = 100) -> None:
    """Everybody may do that only so often."""
    monkeypatch.setitem(allowances.TABLE, act, (Allowed(hour, day),) * 3)


# --- the table ---------------------------------------------------------------------------------------------


def test_higher_levels_may_do_no_less_and_a_day_holds_more_than_an_hour() -> None:
    assert set(allowances.TABLE) == set(allowances.NAMES) == set(Act)
    for rows in allowances.TABLE.values():
        assert len(rows) == len(Level)
        assert all(allowed.day > allowed.hour > 0 for allowed in rows)
        for lower, higher in pairwise(rows):
            assert higher.hour >= lower.hour and higher.day >= lower.day


def test_all_of_an_hour_at_once_and_then_little_by_little(db: Session, frozen: Any) -> None:
    newcomer, other = make_account(db, shown_posts=0), make_account(db, shown_posts=0)
    for _ in range(allowances.of(Act.POST, Level.NEWCOMER).hour):
        allowances.spend(db, newcomer, Act.POST)
    with pytest.raises(TooMany) as caught:
        allowances.spend(db, newcomer, Act.POST)
    assert caught.value.words == (
        "For newcomers there is room for 5 questions, answers and replies in an hour, and you have used it."
        " Please try again in 12 minutes."
    )
    assert caught.value.retry_after == 12 * 60
    # Nobody else's, nor anything else.
    allowances.spend(db, other, Act.POST)
    allowances.spend(db, newcomer, Act.COMMENT)
    frozen.forward(seconds=caught.value.retry_after)
    allowances.spend(db, newcomer, Act.POST)


def test_a_day_has_a_limit_of_its_own(db: Session, frozen: Any) -> None:
    newcomer, hour = make_account(db, shown_posts=0), allowances.of(Act.FLAG, Level.NEWCOMER).hour
    with pytest.raises(TooMany, match=r"15 flags in a day"):
        for _ in range(5):
            allowances.spend(db, newcomer, Act.FLAG, hour)
            frozen.forward(hours=1)


def test_who_rises_begins_anew_with_more(db: Session) -> None:
    newcomer = make_account(db, shown_posts=0)
    allowances.spend(db, newcomer, Act.VOTE, allowances.of(Act.VOTE, Level.NEWCOMER).hour)
    with pytest.raises(TooMany):
        allowances.spend(db, newcomer, Act.VOTE)
    allowances.spend(db, newcomer._replace(level=Level.MEMBER), Act.VOTE, 100)


def test_moderators_and_forums_without_limits_have_none(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        allowances.spend(db, make_account(db, role=Role.MODERATOR), Act.POST, 10**6)
    assert not db.scalar(select(func.count()).select_from(Rate))
    monkeypatch.setenv("FORUM_LIMITS", "0")
    settings.cache_clear()
    newcomer = make_account(db, shown_posts=0)
    allowances.spend(db, newcomer, Act.POST, 10**6)
    allowances.spend(db, newcomer, Act.POST, 10**6)
    assert allowances.scaled(Allowed(5, 20)) is None


def test_the_setting_makes_all_wider(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_LIMITS", "2")
    settings.cache_clear()
    newcomer = make_account(db, shown_posts=0)
    allowances.spend(db, newcomer, Act.POST, 10)
    with pytest.raises(TooMany, match="10 questions"):
        allowances.spend(db, newcomer, Act.POST)


def test_one_text_with_more_links_than_an_hour_has_passes_once(db: Session) -> None:
    """Nobody is told to come back later for what never could be posted."""
    newcomer = make_account(db, shown_posts=0)
    allowances.spend(db, newcomer, Act.LINK, 50)
    with pytest.raises(TooMany, match="cited sources do not count"):
        allowances.spend(db, newcomer, Act.LINK)


# --- through the routes ------------------------------------------------------------------------------------


class Place:
    """A thread with an answer that cites something, and a newcomer's browser."""

    def __init__(self, database: Database, browser: Browser) -> None:
        self.database, self.browser = database, browser
        with database.writing() as db:
            self.thread = make_thread(db)
            text = "So it is [@doi:10.5555/known]. One sentence has no source at all. Nor has another one."
            self.answer = make_answer(db, self.thread, text=text)
            self.others = [make_answer(db, make_thread(db)).id for _ in range(2)]
            (self.source,) = citations.of_posts(db, [self.answer.id])
            self.me: Actor = make_account(db, "newcomer", shown_posts=0)
            self.mine = make_answer(db, self.thread, self.me, "My own words.")
            # What was done until here does not count.
            db.execute(delete(Rate))
        browser.signed_in(self.me)

    def count(self, table: type[Any]) -> int:
        with self.database.reading() as db:
            return db.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def place(sqlite: Database) -> Iterator[Place]:
    with Browser(make_app(sqlite, limits=1.0)) as browser:
        yield Place(sqlite, browser)


def refused(answer: Response, words: str = WORDS, *, form: bool = True) -> str:
    """The page says what and when, and is the form as it was filled in."""
    assert answer.status_code == 429, (answer.status_code, answer.headers.get("location"))
    assert 0 < int(answer.headers["retry-after"]) <= 24 * 3600
    assert "and you have used it. Please try again in" in answer.text
    assert words in answer.text
    assert ("Nothing you typed is lost." in answer.text) is form
    assert faults(answer.text) == []
    return answer.text


def test_questions(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.POST)
    form = {"kind": "question", "title": "Does melatonin help shift workers?", "tags": "sleep", "text": WORDS}
    assert place.browser.post("/ask", form).status_code == 303
    form |= {"title": "And what of valerian tea at noon?", "text": f"{WORDS} Again, but otherwise."}
    page = refused(place.browser.post("/ask", form))
    assert 'value="And what of valerian tea at noon?"' in page and 'value="sleep"' in page
    assert place.count(Thread) == 4


def test_answers_and_a_form_that_is_sent_twice(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.POST)
    path, form = f"/t/{place.thread.id}/answer", {"text": "Once.", "key": "k1"}
    assert place.browser.post(path, form).status_code == 303
    assert place.browser.post(path, form).status_code == 303, "a nervous finger costs nothing"
    before = place.count(Post)
    refused(place.browser.post(path, {"text": WORDS, "key": "k2"}))
    assert place.count(Post) == before


def test_comments(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.COMMENT)
    path = f"/p/{place.answer.id}/comment"
    assert place.browser.post(path, {"text": "Thank you very much."}).status_code == 303
    refused(place.browser.post(path, {"text": WORDS}))


def test_links_but_not_references(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.LINK)
    path = f"/t/{place.thread.id}/answer"
    for number in range(3):
        text = f"Number {number}: [@doi:10.5555/a{number}] and https://doi.org/10.5555/b{number}"
        assert place.browser.post(path, {"text": text}).status_code == 303
    assert place.browser.post(path, {"text": "[One](https://one.example/)"}).status_code == 303
    refused(place.browser.post(path, {"text": f"{WORDS} [Two](https://two.example/)"}))
    # What the post had before is no new link.
    edit = f"/p/{place.mine.id}/edit"
    refused(place.browser.post(edit, {"text": f"{WORDS} [Two](https://two.example/)", "revision": "1"}))
    assert place.browser.post(edit, {"text": WORDS, "revision": "1"}).status_code == 303


def test_edits(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.EDIT)
    path = f"/p/{place.mine.id}/edit"
    assert place.browser.post(path, {"text": "Better.", "revision": "1"}).status_code == 303
    refused(place.browser.post(path, {"text": WORDS, "revision": "2"}))


def test_votes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.VOTE)
    assert place.browser.post(f"/p/{place.answer.id}/vote", {"value": "1"}).status_code == 303
    refused(place.browser.post(f"/p/{place.others[0]}/vote", {"value": "1"}), "1 vote in an hour", form=False)
    assert place.count(Vote) == 1


@pytest.mark.parametrize("part", ["", "1"])
def test_flags(place: Place, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """On their page, and in the dialog over another one."""
    narrow(monkeypatch, Act.FLAG)
    assert place.browser.post(f"/p/{place.answer.id}/flag", {"reason": "rude"}).status_code == 303
    form = {"reason": "other", "words": WORDS, **({"part": part} if part else {})}
    answer = place.browser.post(f"/p/{place.others[0]}/flag", form)
    assert answer.status_code == 429 and answer.headers["retry-after"]
    assert WORDS in answer.text and "1 flag in an hour" in answer.text
    assert place.count(Flag) == 1


def test_requests_for_sources(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.ASK_SOURCE)
    path = f"/p/{place.answer.id}/source-needed"
    assert place.browser.post(path, {"sentence": "Nor has another one."}).status_code == 303
    sentence = "One sentence has no source at all."
    page = refused(place.browser.post(path, {"sentence": sentence}), sentence)
    assert "checked" in page


def test_checked_sources(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.VERIFY)
    path = f"/p/{place.answer.id}/sources/{place.source}"
    assert place.browser.post(path, {"verdict": "supported"}).status_code == 303
    refused(place.browser.post(path, {"verdict": "partly", "note": WORDS}))


def test_proposals(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.PROPOSE)
    path = f"/references/{place.source}/propose"
    assert place.browser.post(path, {"title": "A title", "why": "It lacked one."}).status_code == 303
    refused(place.browser.post(path, {"title": "Another title", "why": WORDS}))
    twin = {"other": "10.5555/known-too", "words": WORDS}
    with place.database.writing() as db:
        make_answer(db, place.thread, text="[@doi:10.5555/known-too]")
    refused(place.browser.post(f"/references/{place.source}/duplicate", twin))


def test_threads_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.READ)
    paths = [f"/t/{thread_id}/read" for thread_id in _threads(place)]
    assert [place.browser.post(path).status_code for path in paths[:2]] == [204, 429]
    assert place.browser.post(paths[0]).status_code == 204, "what is known costs nothing"
    assert place.count(ThreadRead) == 1


def _threads(place: Place) -> list[int]:
    with place.database.reading() as db:
        return list(db.scalars(select(Thread.id)))


def test_what_did_not_come_about_is_not_counted(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, Act.COMMENT)
    path = f"/p/{place.answer.id}/comment"
    assert place.browser.post(path, {"text": ""}).status_code == 422
    assert place.browser.post(path, {"text": "Thank you very much."}).status_code == 303


def test_what_a_limit_keeps_is_thrown_away_when_it_says_nothing_more(db: Session, frozen: Any) -> None:
    allowances.spend(db, make_account(db, shown_posts=0), Act.READ)
    frozen.forward(days=2)
    rates.clear_outworn(db)
    assert not db.scalar(select(func.count()).select_from(Rate))
