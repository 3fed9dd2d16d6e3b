"""The case file of an account: what moderators read there, what they keep, and what nobody else learns."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from browsing import Browser, make_app
from community import Community, beside, faults, settle, typed
from makers import make_account, make_answer, make_thread
from sqlalchemy import select

from forum.accounts.tables import Account, Role
from forum.actions import flagging, noting, reviewing
from forum.db import Database
from forum.errors import Forbidden, NotFound
from forum.moderation import log
from forum.moderation.tables import CaseNote, LogEntry, ReviewItem


class Place(NamedTuple):
    browser: Browser
    database: Database
    community: Community

    def as_moderator(self) -> Browser:
        return self.browser.signed_out().signed_in(self.community.moderator)

    def file(self, name: str, more: str = "") -> str:
        answer = self.browser.get(f"/moderation/people/{name}{more}")
        assert answer.status_code == 200
        assert faults(answer.text) == []
        return answer.text


@pytest.fixture(scope="module")
def place(new_database: Callable[[str], Database]) -> Iterator[Place]:
    database = new_database("sqlite")
    community = settle(database)
    with Browser(make_app(database)) as browser:
        yield Place(browser, database, community)


def test_a_moderator_reads_the_whole_file(place: Place) -> None:
    place.as_moderator()
    page = place.file(place.community.writer.name)
    assert "in order" in page
    for words in ("hid an answer", "Please say it in a kind way.", "Be kind to people", "Something that was"):
        assert words in page
    assert "asker flagged" in page and "Look at &lt;this&gt;, please." in page
    assert "It has flagged nothing." in page
    page = place.file("asker")
    assert page.count("asker flagged") == 2
    assert "100 % right" in page or "none decided yet" in page
    assert "waiting for review" in place.file("newcomer")


def test_nobody_else_reads_it(place: Place) -> None:
    browser = place.browser.signed_out()
    assert browser.get("/moderation/people/asker").status_code in (303, 401)
    browser.signed_in(place.community.asker)
    for name in ("asker", "newcomer", "nobody-of-this-name"):
        assert browser.get(f"/moderation/people/{name}").status_code == 403
    assert browser.post("/moderation/people/newcomer", {"words": "x", "step": "note"}).status_code == 403


def test_nobody_reads_their_own_not_even_an_admin(place: Place) -> None:
    with place.database.writing() as db:
        boss = make_account(db, "boss-of-all", Role.ADMIN)
    for person in (place.community.moderator, boss):
        browser = place.browser.signed_out().signed_in(person)
        assert browser.get(f"/moderation/people/{person.name}").status_code == 403
        assert browser.post(f"/moderation/people/{person.name}", {"words": "x"}).status_code == 403
        assert browser.post(f"/moderation/people/{person.name}/review").status_code == 403


def test_the_acts_refuse_it_too(place: Place) -> None:
    judge = place.community.moderator
    with place.database.writing() as db:
        for act in (noting.note, noting.watch, noting.unwatch):
            with pytest.raises(Forbidden, match="yourself"):
                act(db, judge, judge.id, "Words.")
            with pytest.raises(Forbidden):
                act(db, place.community.asker, judge.id, "Words.")
        with pytest.raises(NotFound):
            noting.take_up(db, judge, 10**6)


def test_there_is_no_such_person(place: Place) -> None:
    assert place.as_moderator().get("/moderation/people/nobody").status_code == 404
    assert place.browser.post("/moderation/people/asker", {"step": "burn", "words": "x"}).status_code == 404


def test_a_note_stands_in_the_file_and_nowhere_else(place: Place) -> None:
    browser = place.as_moderator()
    answer = browser.post("/moderation/people/asker", {"words": "Marker of a note.\n\nAnd <more>."})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/moderation/people/asker?told=noted",
    )
    assert "Marker of a note.\n\nAnd &lt;more&gt;." in place.file("asker")
    browser.signed_out().signed_in(place.community.asker)
    for path in ("/people/asker", "/inbox", "/log", "/log.atom"):
        assert "Marker of a note" not in browser.get(path).text


def test_an_empty_note_is_asked_for_again(place: Place) -> None:
    browser = place.as_moderator()
    for step in ("note", "watch", "unwatch"):
        answer = browser.post("/moderation/people/asker", {"words": " \n", "step": step})
        assert answer.status_code == 422
        assert beside(answer.text, "words") == "Say what other moderators should know."
    answer = browser.post("/moderation/people/asker", {"words": "x" * 2001, "step": "note"})
    assert "2,000" in beside(answer.text, "words")
    assert typed(answer.text, "words").strip() == "x" * 2001


def test_an_account_is_put_under_review_and_out_of_it(place: Place) -> None:
    browser = place.as_moderator()
    browser.post("/moderation/people/asker", {"words": "Links in each post.", "step": "watch"})
    page = place.file("asker")
    assert "under review" in page and "Put under review. Links in each post." in page
    with place.database.reading() as db:
        assert db.scalar(select(Account.is_watched).where(Account.name == "asker"))
        (line,) = log.entries(db, None, 1).items
    assert (line.words, line.account, line.reason) == ("put an account under review", None, "")
    public = browser.signed_out().get("/log").text
    assert "put an account under review" in public and "Links in each post" not in public
    place.as_moderator()
    assert 'href="/moderation/people/asker"' in browser.get("/log").text
    browser.post("/moderation/people/asker", {"words": "It was a misunderstanding.", "step": "unwatch"})
    with place.database.reading() as db:
        assert not db.scalar(select(Account.is_watched).where(Account.name == "asker"))


def test_done_twice_is_done_once(place: Place) -> None:
    with place.database.writing() as writing:
        person = make_account(writing, "twice")
        for _ in range(2):
            noting.watch(writing, place.community.moderator, person.id, "Why.")
        assert len(writing.scalars(select(CaseNote).where(CaseNote.account_id == person.id)).all()) == 1
        assert len(writing.scalars(select(LogEntry).where(LogEntry.account_id == person.id)).all()) == 1


def test_a_moderator_can_decide_about_an_account_that_nobody_flagged(place: Place) -> None:
    browser = place.as_moderator()
    answer = browser.post("/moderation/people/newcomer/review")
    with place.database.reading() as db:
        person = select(Account.id).where(Account.name == "newcomer").scalar_subquery()
        item = db.scalars(select(ReviewItem).where(ReviewItem.account_id == person)).one()
    assert answer.headers["location"] == f"/moderation/items/{item.id}"
    assert item.state == "decided", "nothing waits in the queue"
    with place.database.writing() as db:
        reviewing.decide(
            db, place.community.moderator, item.id, "sanction", "respect", "Unkind mails.", item.version,
            sanction="suspension", days="3",
        )  # fmt: skip
    page = place.file("newcomer")
    assert "sanctioned a member" in page and "with a suspension" in page
    assert "suspended</strong> until" in page
    assert "in force" in page and "active → suspended" in page


def test_what_was_flagged_of_the_reader_is_left_out(place: Place) -> None:
    """A moderator’s own post was flagged: the flagger’s file does not tell them by whom."""
    with place.database.writing() as db:
        flagger = make_account(db, "brave-flagger")
        own = make_answer(db, make_thread(db), place.community.moderator, "Words of a moderator.")
        flagging.flag(db, flagger, own.id, "rude", "Marker of a flag.")
    place.as_moderator()
    assert "Marker of a flag" not in place.file("brave-flagger")
    place.browser.signed_out().signed_in(place.community.second)
    assert "Marker of a flag" in place.file("brave-flagger")
    assert "Marker of a flag" in place.file(place.community.moderator.name)


def test_long_parts_go_on_elsewhere(place: Place) -> None:
    with place.database.writing() as db:
        person = make_account(db, "noted-one")
        for number in range(61):
            noting.note(db, place.community.moderator, person.id, f"Note number {number}.")
    place.as_moderator()
    page = place.file("noted-one")
    assert page.count("Note number") == 10 and "?part=notes&amp;after=" in page
    page = place.file("noted-one", "?part=notes")
    assert page.count("Note number") == 50 and "Note number 60." in page
    rest = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert place.browser.get(rest).text.count("Note number") == 11
    for part in ("decisions", "flags-about", "flags-by", "posts"):
        place.file("asker", f"?part={part}&after=%00")
