"""The public log as people read it: filters without scripts, a feed, kept pages, and nobody named."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

import html5lib
import pytest
from browsing import BASE, Browser, make_app
from community import faults
from lxml import etree
from makers import make_account, make_answer, make_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import freshness
from forum.accounts.tables import Actor, Role
from forum.actions import flagging, noting, reviewing
from forum.db import Database
from forum.moderation import log
from forum.moderation.tables import ReviewItem

ATOM = "{http://www.w3.org/2005/Atom}"


class Community(NamedTuple):
    """One answer that was hidden, and who did it."""

    anna: Actor
    bela: Actor
    asker: Actor
    post_id: int


class Place(NamedTuple):
    browser: Browser
    database: Database
    community: Community

    def read(self, path: str = "/log") -> str:
        answer = self.browser.signed_out().get(path)
        assert answer.status_code == 200
        assert faults(answer.text) == []
        return answer.text

    def feed(self, query: str = "") -> etree._Element:
        answer = self.browser.signed_out().get(f"/log.atom{query}")
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        return etree.fromstring(answer.content)

    def act(self, act: str, reason: str = "", **about: int) -> None:
        """The forum itself did something."""
        with self.database.writing() as db:
            log.write_act(db, act, None, reason=reason, **about)
            freshness.touch(db, "log")


@pytest.fixture
def place(sqlite: Database) -> Iterator[Place]:
    with sqlite.writing() as db:
        community = settle(db)
    with Browser(make_app(sqlite)) as browser:
        yield Place(browser, sqlite, community)


def settle(db: Session) -> Community:
    anna, bela = make_account(db, "anna", Role.MODERATOR), make_account(db, "bela", Role.MODERATOR)
    asker = make_account(db, "asker")
    post = make_answer(db, make_thread(db, asker), text="Something that was hidden.")
    decide(db, anna, post.id, "hide", flagging.flag(db, asker, post.id, "rude", ""))
    return Community(anna, bela, asker, post.id)


def decide(db: Session, actor: Actor, post_id: int, verdict: str, item: ReviewItem | None = None) -> None:
    item = item or db.scalars(select(ReviewItem).where(ReviewItem.post_id == post_id)).one()
    reviewing.decide(db, actor, item.id, verdict, "respect", "Please say it in a kind way.", item.version)


def titles(feed: etree._Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") or "" for entry in feed.iter(f"{ATOM}entry")]


def sent(page: str, **values: str) -> str:
    """The address that a browser without scripts goes to when the form of filters is sent."""
    form = html5lib.parse(page, namespaceHTMLElements=False).find(".//main//form")
    assert form is not None and (form.get("method"), form.get("action")) == ("get", "/log")
    fields = {field.get("name") for field in (*form.iter("select"), *form.iter("input"))}
    assert fields == {"act", "rule", "automatic"}
    return f"/log?{urlencode({'act': '', 'rule': '', **values})}"


def test_the_filters_work_without_scripts(place: Place) -> None:
    place.act("auto-hold", "Enough members flagged it.", post_id=place.community.post_id)
    page = place.read()
    assert "hid an answer" in page and "held a post for review" in page
    found = place.read(sent(page, act="taken-down", automatic="yes"))
    assert "held a post for review" in found and "hid an answer" not in found
    assert 'value="taken-down" selected' in found and 'value="yes" checked' in found
    found = place.read(sent(page, rule="respect"))
    assert "hid an answer" in found and "held a post for review" not in found
    assert "Nothing of this kind yet" in place.read(sent(page, act="house"))
    assert "hid an answer" in place.read("/log?act=nonsense&rule=&automatic=no&after=AAAA")


def test_the_next_page_keeps_the_filter(place: Place) -> None:
    with place.database.writing() as db:
        for number in range(70):
            log.write_act(db, "auto-hold" if number % 7 else "setting", None)
        freshness.touch(db, "log")
    page = place.read("/log?act=taken-down")
    assert page.count("held a post for review") == 50
    rest = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert rest.startswith("/log?act=taken-down&after=")
    page = place.read(rest)
    assert page.count("held a post for review") == 10 and "hid an answer" in page


def test_automatic_acts_are_marked(place: Place) -> None:
    assert "automatic</span>" not in place.read()
    place.act("auto-hold")
    assert place.read().count("automatic</span>") == 1
    assert titles(place.feed())[0] == "The forum, automatically, held a post for review"


def test_a_kept_page_with_a_filter_is_never_old(place: Place) -> None:
    for path in ("/log", "/log?act=taken-down", "/log?automatic=yes"):
        assert place.read(path) == place.read(path)
    kept = len(place.browser.kept)
    assert kept >= 3
    place.act("auto-hold", "Marker of something new.")
    for path in ("/log", "/log?act=taken-down", "/log?automatic=yes"):
        assert "Marker of something new." in place.read(path)


def test_a_kept_page_never_shows_what_moderators_see(place: Place) -> None:
    with place.database.writing() as db:
        person = make_account(db, "someone-watched")
        noting.watch(db, place.community.anna, person.id, "Marker of a note.")
    as_moderator = place.browser.signed_out().signed_in(place.community.bela)
    assert "someone-watched" in as_moderator.get("/log").text
    as_member = place.browser.signed_out().signed_in(place.community.asker)
    for text in (as_member.get("/log").text, place.read(), place.browser.get("/log.atom").text):
        assert "put an account under review" in text
        assert "someone-watched" not in text and "Marker" not in text


def test_the_feed_says_what_the_log_says(place: Place) -> None:
    feed = place.feed()
    assert feed.findtext(f"{ATOM}id") == f"{BASE}/log.atom"
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")} == {
        "self": f"{BASE}/log.atom",
        "alternate": f"{BASE}/log",
    }
    (entry,) = feed.iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "anna hid an answer"
    content = entry.findtext(f"{ATOM}content") or ""
    assert content == "Be kind to people, hard on statements. Please say it in a kind way."
    link = entry.find(f"{ATOM}link")
    assert link is not None and link.get("href") == f"{BASE}/log", "the post is not shown"
    assert "Something that was hidden" not in etree.tostring(feed, encoding="unicode")
    with place.database.writing() as db:
        decide(db, place.community.bela, place.community.post_id, "restore")
    newest, oldest = place.feed().iter(f"{ATOM}entry")
    assert newest.findtext(f"{ATOM}title") == "bela restored an answer"
    assert newest.find(f"{ATOM}link").get("href") == f"{BASE}/p/{place.community.post_id}"
    assert oldest.findtext(f"{ATOM}id") == entry.findtext(f"{ATOM}id"), "readers of feeds know it again"


def test_a_feed_can_be_narrowed_and_can_be_empty(place: Place) -> None:
    place.act("auto-hold", "A reason with \x0b control \x00 characters & <signs>.")
    feed = place.feed("?automatic=yes")
    assert titles(feed) == ["The forum, automatically, held a post for review"]
    assert "control characters & <signs>." in (feed.findtext(f".//{ATOM}content") or "")
    assert feed.findtext(f"{ATOM}id") == f"{BASE}/log.atom?automatic=yes"
    empty = place.feed("?act=house")
    assert titles(empty) == [] and empty.findtext(f"{ATOM}updated")
    assert 'href="/log.atom?act=house"' in place.read("/log?act=house")
