"""A page that is read while others write: it says so at its edge, and nothing moves."""

import re
from collections.abc import Callable
from typing import Any

from browser.people import Look, Person
from browser.server import Forum
from makers import make_letter
from playwright.sync_api import Browser, expect

from forum.accounts import people
from forum.accounts.tables import Account, Actor, Role
from forum.actions import posting, voting
from forum.db import Database, Session
from forum.discussion.tables import Post
from forum.inbox import messages

#: How far anything moved, in parts of the window.
SHIFTS = """() => { window.shifted = 0; new PerformanceObserver(list =>
  list.getEntries().forEach(entry => { window.shifted += entry.value;
    window.moved = [window.moved, ...entry.sources.map(source => source.node?.outerHTML?.slice(0, 120))]; }
  )).observe({type: 'layout-shift'}); }"""
WIDE, NARROW = Look("wide"), Look("narrow", width=390)


def write(forum: Forum, act: Callable[[Session, Actor], Any]) -> None:
    """What another member does meanwhile."""
    database = Database(f"sqlite:///{forum.folder / 'forum.sqlite3'}")
    with database.writing() as db:
        found = people.named(db, "halina")
        assert found is not None
        act(db, Actor(found.id, "halina", Role.MEMBER, 30, 0))
    database.close()


def thread_of(person: Person) -> int:
    """Opens a thread with an answer, as people find it."""
    person.go("/")
    lists = person.page.locator(".threads > li", has_text="answer").locator("a[href^='/t/']")
    path = lists.first.get_attribute("href") or ""
    with person.page.expect_response(lambda told: "/live?" in told.url):
        person.go(path)
        # What comes late by itself, at the end of the page, comes meanwhile.
        person.page.locator("[data-related]").scroll_into_view_if_needed()
    return int(path.split("/")[2])


def test_an_answer_is_told_and_nothing_moves(chromium: Browser, shared: Forum) -> None:
    for look in (WIDE, NARROW):

        def answer(db: Session, who: Actor) -> None:
            posting.answer(db, who, thread_id, f"So it is, {look.name}.", key="", held_posts=0)  # noqa: B023

        person = Person(chromium, shared, look)
        page = person.page
        thread_id = thread_of(person)
        bar = page.locator("[data-live]")
        expect(bar).to_be_empty()
        page.evaluate("scrollTo(0, 300)")
        before = page.evaluate(SHIFTS), page.evaluate("[scrollY, document.body.scrollHeight]")
        write(shared, answer)
        link = bar.get_by_role("link", name="1 new answer")
        expect(link).to_be_in_viewport()
        page.wait_for_timeout(200)
        assert page.evaluate("window.shifted") == 0, page.evaluate("window.moved")
        assert page.evaluate("[scrollY, document.body.scrollHeight]") == before[1]
        assert page.evaluate("document.activeElement.tagName") == "BODY"
        assert bar.get_attribute("role") == "status"
        link.click()
        person.sees(f"So it is, {look.name}.")
        expect(bar).to_be_empty()
        person.close()


def test_votes_arrive_in_place(chromium: Browser, shared: Forum) -> None:
    person = Person(chromium, shared, WIDE)
    thread_id = thread_of(person)
    post = person.page.locator("article.post").first
    post_id = int((post.get_attribute("id") or "").removeprefix("p"))
    assert thread_id and post_id
    shown = int(post.locator(".score").inner_text())

    def vote(db: Session, who: Actor) -> None:
        mine = db.get_one(Post, post_id)
        before = mine.score
        value = 1 if voting.vote(db, who, post_id, 1).score != before else 0
        voting.vote(db, who, post_id, value)
        assert db.get_one(Post, post_id).score != shown

    write(shared, vote)
    expect(post.locator(".score")).not_to_have_text(str(shown))
    person.close()


def test_the_title_counts_new_messages(chromium: Browser, shared: Forum) -> None:
    person = Person(chromium, shared, WIDE, "mira")
    person.came_in()
    page = person.page
    with page.expect_response(lambda told: told.url.endswith("/live")):
        person.go("/inbox")
    database = Database(f"sqlite:///{shared.folder / 'forum.sqlite3'}")
    with database.writing() as db:
        mira = people.named(db, "mira")
        assert mira is not None
        messages.send(db, mira.id, "account", make_letter(), "/account")
        unread = db.get_one(Account, mira.id).unread
    database.close()
    expect(page).to_have_title(re.compile(rf"^\({unread}\) \w"), timeout=10_000)
    person.close()


def test_a_window_that_nobody_sees_does_not_listen(chromium: Browser, shared: Forum) -> None:
    person = Person(chromium, shared, WIDE)
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url) if "/live?" in request.url else None)
    hides = "Object.defineProperty(document, 'hidden', {get: () => window.away ?? false, configurable: true})"
    person.page.add_init_script(hides)
    thread_of(person)
    person.page.evaluate(
        "window.away = true; document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
    )
    person.page.wait_for_timeout(300)
    assert len(asked) == 1
    with person.page.expect_request(lambda told: "since=" in told.url):
        person.page.evaluate(
            "window.away = false; document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
        )
    person.close()
