"""What is being written survives: a browser that is killed, a lost session, no network, another device."""

import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from browser.people import PATIENCE, ready
from browser.server import Forum as Server
from community import Community, settle
from driven import FLAGS, Driven, program
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from web.test_scripts import SHIFTS

from forum import schema
from forum.accounts import sessions
from forum.accounts.tables import Actor
from forum.db import Database
from forum.discussion.private_tables import Draft

#: So much may be gone when the lid closes.
AT_MOST = 5.0  # seconds


class Place:
    """A forum with the community in it, and the sessions of its people."""

    #: Errors of scripts. To fail where one is told of them would end the connection to the browser.
    troubles: ClassVar[list[str]] = []

    def __init__(self, base: str, database: Database, community: Community) -> None:
        self.base = base
        self.database = database
        self.there = community

    def come(self, context: BrowserContext, actor: Actor) -> Page:
        """A page in this browser, in which the person is signed in."""
        with self.database.writing() as db:
            token = sessions.start(db, actor.id)
        context.add_cookies([{"name": "session", "value": token, "url": self.base}])
        return self.open(context)

    def open(self, context: BrowserContext, path: str = "") -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.goto(f"{self.base}{path or self.there.thread}")
        ready(page)
        return page


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("drafts")
    database = Database(f"sqlite:///{folder / 'forum.sqlite3'}")
    schema.migrate(database)
    community = settle(database)
    with Server(folder, "http://127.0.0.1:9").running("--no-worker") as server:
        yield Place(server.base, database, community)
    database.close()


@pytest.fixture
def place(running: Place) -> Place:
    """Nobody is writing anything yet."""
    with running.database.writing() as db:
        db.query(Draft).delete()
    return running


def says(page: Page, words: str) -> None:
    """The form of an answer says this of its draft."""
    expect(page.locator("[data-said]").last).to_have_text(words, timeout=PATIENCE)


def is_kept(place: Place, words: str) -> None:
    """The server has these words."""
    for _ in range(100):
        with place.database.reading() as db:
            if any(words in draft.fields.get("text", "") for draft in db.query(Draft)):
                return
        time.sleep(0.1)
    raise AssertionError(words)


def comment_of(page: Page, place: Place) -> Locator:
    """The small form of a comment, in the thread's page."""
    return page.locator(f"#p{place.there.answer_id} details:has(textarea)")


@pytest.fixture(autouse=True)
def _no_script_fails() -> Iterator[None]:
    Place.troubles.clear()
    yield
    assert not Place.troubles


@pytest.fixture(scope="module", autouse=True)
def _forgets_the_killed(_driven: Driven) -> Iterator[None]:
    """What drives the browsers begins anew after this file, in which some were killed."""
    yield
    _driven.close()


@contextmanager
def browser_of_its_own(
    chromium: Browser, profile: Path
) -> Iterator[tuple[Browser, "subprocess.Popen[bytes]"]]:
    """Chromium with this profile, as a process that can be killed."""
    options = ["--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}", *FLAGS.split()]
    with subprocess.Popen(
        [program() or "", *options], stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            assert process.stderr is not None
            said = (line.decode() for line in process.stderr)
            address = next(
                found[1] for line in said if (found := re.search(r"listening on (ws://\S+)", line))
            )
            yield chromium.browser_type.connect_over_cdp(address), process
        finally:
            kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """As when the power goes."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def lose_network(page: Page) -> None:
    """Nothing that the page sends arrives any more, not even while it closes.

    Not Playwright's own way to be offline, which ends before the page's last word.
    """
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no network')) }")


def write_until(page: Page, ends: float) -> list[tuple[float, str]]:
    """Somebody writes on and on until that moment: what stood there after each word, and when."""
    text, written = page.locator("#text"), []
    text.focus()
    while time.monotonic() < ends:
        page.keyboard.insert_text(f"word{len(written)} ")
        written.append((time.monotonic(), text.input_value()))
        page.wait_for_timeout(60)
    return written


@pytest.mark.parametrize("after", [random.uniform(0.5, 3.0), random.uniform(3.0, 7.0)], ids=["soon", "later"])
def test_a_killed_browser_loses_five_seconds_at_most(
    chromium: Browser, place: Place, tmp_path: Path, after: float
) -> None:
    with browser_of_its_own(chromium, tmp_path / "profile") as (browser, process):
        page = place.come(browser.contexts[0], place.there.asker)
        written = write_until(page, time.monotonic() + after)
        killed = time.monotonic()
        kill(process)
    with browser_of_its_own(chromium, tmp_path / "profile") as (browser, _):
        page = place.come(browser.contexts[0], place.there.asker)
        left = page.locator("#text").input_value()
    # It begins with its first word, however soon that was.
    must = [text for at, text in written if at < killed - AT_MOST] or [written[0][1]]
    assert left.startswith(must[-1]), (after, left, written[-1])
    assert written[-1][1].startswith(left)


def test_another_device_goes_on_where_this_one_stopped(chromium: Browser, place: Place) -> None:
    here, there = chromium.new_context(), chromium.new_context()
    page = place.come(here, place.there.asker)
    page.locator("#text").press_sequentially("Begun on the sofa")
    says(page, "Draft saved.")
    page.goto(f"{place.base}/tags")
    other = place.come(there, place.there.asker)
    assert other.locator("#text").input_value() == "Begun on the sofa"
    expect(other.get_by_text("Your draft from just now")).to_be_visible()
    other.get_by_role("button", name="Start anew").click()
    expect(other.get_by_text("The draft is put aside.")).to_be_visible()
    page.goto(f"{place.base}{place.there.thread}")
    ready(page)
    assert page.locator("#text").input_value() == ""
    assert page.evaluate("localStorage.length") == other.evaluate("localStorage.length") == 0


def test_leaving_saves_the_last_word_and_posting_ends_it(chromium: Browser, place: Place) -> None:
    page = place.come(chromium.new_context(), place.there.asker)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("#text").press_sequentially("Almost the last")
    page.keyboard.insert_text(" word.")
    page.goto(f"{place.base}/tags")
    page.goto(f"{place.base}{place.there.thread}")
    ready(page)
    assert page.locator("#text").input_value() == "Almost the last word."
    page.get_by_role("button", name="Post answer").click()
    expect(page.get_by_text("Your post is there for everybody to read.")).to_be_visible()
    ready(page)
    assert page.locator("#text").input_value() == "" and page.evaluate("localStorage.length") == 0
    with place.database.reading() as db:
        assert db.query(Draft).count() == 0
    page.get_by_role("button", name="Undo").click()
    ready(page)
    assert page.locator("#text").input_value() == "Almost the last word."
    assert not asked, "nobody is asked whether to leave what is kept"


def test_leaving_what_nobody_keeps_is_asked_about(chromium: Browser, place: Place) -> None:
    page = place.come(chromium.new_context(), place.there.asker)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{place.base}/account/about")
    ready(page)
    page.locator("main textarea").press_sequentially("Who I am")
    page.goto(f"{place.base}/tags")
    assert asked == ["beforeunload"]


def test_a_lost_session_loses_no_word_and_shows_none_to_others(chromium: Browser, place: Place) -> None:
    context = chromium.new_context()
    page = place.come(context, place.there.asker)
    page.locator("#text").press_sequentially("Signed in. ")
    says(page, "Draft saved.")
    context.clear_cookies()
    page.keyboard.insert_text("And then signed out.")
    page.get_by_role("button", name="Post answer").click()
    expect(page.get_by_role("heading", name="Please sign in")).to_be_visible()
    other = place.come(context, place.there.writer)
    assert other.locator("#text").input_value() == ""
    again = place.come(context, place.there.asker)
    assert again.locator("#text").input_value() == "Signed in. And then signed out."
    says(again, "Draft saved.")


def test_without_a_network_the_browser_keeps_it(chromium: Browser, place: Place) -> None:
    context = chromium.new_context()
    page = place.come(context, place.there.asker)
    lose_network(page)
    comment = comment_of(page, place)
    comment.locator("summary").click()
    comment.locator("textarea").press_sequentially("In a tunnel")
    page.locator("#text").press_sequentially("In the same tunnel")
    says(page, "Draft kept in this browser.")
    page.close()
    page = place.open(context)
    assert page.locator("#text").input_value() == "In the same tunnel"
    expect(comment_of(page, place).locator("textarea")).to_be_visible()
    assert comment_of(page, place).locator("textarea").input_value() == "In a tunnel"
    says(page, "Draft saved.")


def test_two_windows_do_not_overwrite_each_other(chromium: Browser, place: Place) -> None:
    context = chromium.new_context()
    first = place.come(context, place.there.asker)
    second = place.open(context)
    first.locator("#text").press_sequentially("First window")
    says(first, "Draft saved.")
    second.locator("#text").press_sequentially("Second window")
    says(second, "Not saved here: another window has saved this text since. Keep this one")
    first.keyboard.insert_text(" goes on")
    first.goto(f"{place.base}/tags")
    assert place.open(context).locator("#text").input_value() == "First window goes on"
    assert second.locator("#text").input_value() == "Second window"
    second.get_by_role("button", name="Keep this one").click()
    says(second, "Draft saved.")
    assert place.open(context).locator("#text").input_value() == "Second window"


def test_what_this_browser_kept_never_replaces_what_was_written_since(
    chromium: Browser, place: Place
) -> None:
    here, there = chromium.new_context(), chromium.new_context()
    page = place.come(here, place.there.asker)
    lose_network(page)
    page.locator("#text").press_sequentially("On the train")
    says(page, "Draft kept in this browser.")
    page.close()
    other = place.come(there, place.there.asker)
    other.locator("#text").fill("At home")
    says(other, "Draft saved.")
    page = place.open(here)
    assert page.locator("#text").input_value() == "At home"
    page.get_by_role("button", name="Use it").click()
    assert page.locator("#text").input_value() == "On the train"
    says(page, "Draft saved.")


def test_every_field_of_a_question_comes_back_and_nothing_jumps(chromium: Browser, place: Place) -> None:
    for width in (390, 1280):
        context = chromium.new_context(viewport={"width": width, "height": 900})
        page = place.come(context, place.there.asker)
        page.goto(f"{place.base}/ask")
        ready(page)
        page.get_by_label("A discussion").check()
        page.get_by_label("Title").fill("Something to talk about")
        page.get_by_label("Tags").fill("sleep")
        page.locator("#text").fill("At length.")
        page.goto(f"{place.base}/tags")
        # What is kept on leaving may arrive after the next page was made; then this browser puts it in.
        is_kept(place, "At length.")
        page.add_init_script(f"({SHIFTS})()")
        page.goto(f"{place.base}/ask")
        ready(page)
        assert page.get_by_label("A discussion").is_checked()
        assert page.get_by_label("Title").input_value() == "Something to talk about"
        assert page.locator("#text").input_value() == "At length."
        page.wait_for_timeout(200)
        assert page.evaluate("window.shifted") == 0, width
