"""Whoever is warned, silenced or suspended finds on every page what that means, and where to read why."""

from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle, version_of
from makers import make_account
from sqlalchemy import select

from forum.accounts.tables import Role
from forum.actions import reviewing
from forum.db import Database
from forum.moderation import sanctions, subjects, waiting
from forum.moderation.tables import Decision

Place = tuple[Browser, Database, Community]


@pytest.fixture
def place(sqlite: Database) -> Iterator[Place]:
    there = settle(sqlite)
    with Browser(make_app(sqlite)) as browser:
        yield browser.signed_in(there.writer), sqlite, there


def sanction(place: Place, kind: str, days: str = "") -> None:
    """The writer's answer is hidden, with a sanction."""
    _, database, there = place
    version = version_of(database, there.moderator, there.item_id)
    words = ("hide", "respect", "Words <b>that</b> hurt.")
    with database.writing() as db:
        reviewing.decide(
            db, there.moderator, there.item_id, *words, version, sanction=kind, days=days
        )  # fmt: skip


def read(browser: Browser, path: str) -> str:
    page = browser.get(path)
    assert page.status_code == 200 and faults(page.text) == [], faults(page.text)
    return page.text


def test_a_member_in_good_standing_reads_that_all_is_well(place: Place) -> None:
    browser, _, there = place
    browser.signed_in(there.asker)
    page = read(browser, "/account/standing")
    assert "All is well" in page and "Nothing about your posts" in page
    assert "Why, and what you can do" not in read(browser, "/")
    assert browser.signed_out().get("/account/standing").status_code == 303


def test_all_is_not_well_while_a_post_is_hidden(place: Place) -> None:
    page = read(place[0], "/account/standing")
    assert "All is well" not in page and "You can post, vote and flag as usual." in page
    browser, _, there = place
    assert "as usual" in read(browser.signed_in(there.newcomer), "/account/standing")


def test_a_spammer_reads_a_whole_sentence(place: Place) -> None:
    browser, database, there = place
    with database.writing() as db:
        boss = make_account(db, "boss", Role.ADMIN)
        item = waiting.take(db, subjects.account(there.writer.id))
        reviewing.decide(db, boss, item.id, "spam-account", "promotion", "Shops.", item.version)
    page = read(browser, "/account/standing")
    assert "removed your account as a spammer’s</a>" in page


@pytest.mark.parametrize(
    ("kind", "banner"),
    [
        ("silence", "You are silenced until 8 Nov 2026."),
        ("suspension", "Your account is suspended until 8 Nov 2026."),
    ],
)
def test_the_banner_says_what_it_means_until_when_and_where_to_read_why(
    place: Place, frozen: object, kind: str, banner: str
) -> None:
    sanction(place, kind, "7")
    browser, _, _ = place
    page = read(browser, "/")
    assert banner in page and 'href="/account/standing">Why, and what you can do' in page
    page = read(browser, "/account/standing")
    assert banner in page and "Words &lt;b&gt;that&lt;/b&gt; hurt." in page
    assert "What you can do meanwhile" in page and "Be kind to people" in page
    assert "/account/decisions/" in page and "hid your answer" in page
    assert banner in browser.post("/ask", {"kind": "question"}).text
    assert banner not in read(browser.signed_out(), "/")


def test_a_warning_is_confirmed_and_gone(place: Place) -> None:
    sanction(place, "warning")
    browser, database, there = place
    page = read(browser, "/account/standing")
    assert "have sent you a warning" in page and "I have read this" in page
    assert browser.post("/ask", {"kind": "question"}).status_code == 403
    with database.reading() as db:
        (one,) = sanctions.of_account(db, there.writer.id)
    for typed, status in (("", 404), ("x", 404), ("99999", 404), (str(one.id), 303)):
        answer = browser.post("/account/standing/acknowledge", {"sanction": typed})
        assert answer.status_code == status
    page = read(browser, answer.headers["location"])
    assert "Thank you for reading it." in page and "I have read this" not in page
    assert browser.post("/ask", {"kind": "question"}).status_code == 422


def test_nobody_confirms_for_somebody_else(place: Place) -> None:
    sanction(place, "warning")
    browser, database, there = place
    with database.reading() as db:
        (one,) = sanctions.of_account(db, there.writer.id)
    browser.signed_in(there.asker)
    answer = browser.post("/account/standing/acknowledge", {"sanction": str(one.id)})
    assert answer.status_code == 404


def test_what_was_taken_back_says_so(place: Place) -> None:
    sanction(place, "silence", "7")
    browser, database, there = place
    version = version_of(database, there.moderator, there.item_id)
    with database.writing() as db:
        reviewing.decide(db, there.moderator, there.item_id, "undo", "", "", version)
    page = read(browser, "/account/standing")
    assert "as usual" in page and "taken back later" in page
    assert "took back a decision about your answer" in page


def test_nobody_is_named_who_flagged(place: Place) -> None:
    sanction(place, "silence", "7")
    browser, database, there = place
    with database.reading() as db:
        assert len(db.scalars(select(Decision.id)).all()) == 2
    assert there.asker.name not in read(browser, "/account/standing").replace("/people/asker", "")
