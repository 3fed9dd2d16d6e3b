"""The moderators' desk in a browser: by keyboard alone, two at one item, on a phone and in the dark."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.people import Look, Person, ready
from browser.server import Forum
from browser.test_accessibility import sticking_out, violations
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import people
from forum.accounts.tables import Account, Actor, Role
from forum.actions import phrasing, reviewing
from forum.db import Database
from forum.discussion.tables import Post
from forum.moderation import flags, onward, subjects
from forum.moderation.filters import Filters
from forum.moderation.tables import Decision

ITEMS = 20


@pytest.fixture(scope="module")
def desk(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Forum, Database]]:
    """The sample community with more flagged posts than it has, and a saved text."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(sample_file, folder / "forum.sqlite3")
    database = Database(f"sqlite:///{folder / 'forum.sqlite3'}")
    with database.writing() as db:
        flagger = actor(db, "mira")
        shown = select(Post.id).where(Post.visible, Post.author_id != flagger.id, Post.kind == "answer")
        for post_id in db.scalars(shown.order_by(Post.id.desc()).limit(ITEMS)):
            flags.add(db, subjects.post(post_id), flagger.id, "rude", "Please look at it.")
        phrasing.keep(db, actor(db, "tomas"), None, "Kinder", "respect", "Say it in a kinder way.")
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        yield running, database
    database.close()


def actor(db: Session, name: str) -> Actor:
    found = people.named(db, name)
    assert found is not None
    account = db.get_one(Account, found.id)
    return Actor(account.id, account.name, Role(account.role), account.shown_posts, 0)


def moves_on(page: Page, *keys: str) -> None:
    """Presses keys that lead to another page."""
    with page.expect_navigation():
        for key in keys:
            page.keyboard.press(key)
    at_desk(page)


def at_desk(page: Page) -> None:
    """The keyboard can be used: the script says so at the end of the page."""
    ready(page)
    page.get_by_role("button", name="What the keyboard can do").wait_for()


def verdicts(database: Database) -> list[str]:
    """All that was decided, in its order."""
    with database.reading() as db:
        return list(db.scalars(select(Decision.verdict).order_by(Decision.id)))


def test_ten_items_by_keyboard_alone(chromium: Browser, desk: tuple[Forum, Database]) -> None:
    forum, database = desk
    before = len(verdicts(database))
    tomas = Person(chromium, forum, Look("desk"), "tomas").is_signed_in()
    tomas.go("/moderation?kind=flagged&reason=rude")
    at_desk(tomas.page)
    page = tomas.page
    page.keyboard.press("j")
    moves_on(page, "Enter")
    for number in range(10):
        moves_on(page, "c")
        expect(page.get_by_text("This item is yours for 20 more minutes")).to_be_visible()
        page.keyboard.press("h" if number % 2 else "e")
        if number % 2:
            # From the verdict to the rule, of which the first is chosen, and from there to the reason.
            while page.evaluate("document.activeElement.id") != "rule":
                page.keyboard.press("Tab")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.id") == "reason"
            page.keyboard.type("Take care: who reads this?")
        moves_on(page, "Control+Enter")
        tomas.sees("Your decision is carried out")
    assert verdicts(database)[before:] == ["keep", "hide"] * 5
    tomas.go("/moderation")
    at_desk(tomas.page)
    moves_on(page, "u")
    assert verdicts(database)[-1] == "undo"
    tomas.close()


def test_the_queue_by_keyboard(chromium: Browser, desk: tuple[Forum, Database]) -> None:
    forum, database = desk
    tomas = Person(chromium, forum, Look("desk"), "tomas").is_signed_in()
    tomas.go("/moderation?kind=flagged&reason=rude")
    at_desk(tomas.page)
    page, lines = tomas.page, tomas.page.locator(".case")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(lines.nth(place).locator("h2 a")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator(".case input:checked").count() == 2
    many = page.locator("#many")
    expect(many).to_be_visible()
    many.get_by_label("Verdict").select_option("keep")
    before = len(verdicts(database))
    tomas.click("button", "Decide about the chosen items")
    tomas.sees("Your decision is carried out for all of them.")
    assert verdicts(database)[before:] == ["keep"] * 2
    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    expect(keys).to_be_visible()
    keys.get_by_label("Single letters do this in my browser").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.locator(".case h2 a:focus").count() == 0, "switched off"
    tomas.go("/moderation")
    at_desk(tomas.page)
    page.keyboard.press("j")
    assert page.locator(".case h2 a:focus").count() == 0, "and it stays so"
    tomas.close()


def test_letters_choose_and_the_form_shows_what_that_needs(
    chromium: Browser, desk: tuple[Forum, Database]
) -> None:
    forum, database = desk
    tomas = Person(chromium, forum, Look("desk"), "tomas").is_signed_in()
    tomas.go(claimed(database, "tomas"))
    at_desk(tomas.page)
    page, reason = tomas.page, tomas.page.get_by_label("Reason", exact=True)
    page.keyboard.press("w")
    page.keyboard.type("hckju?")
    expect(reason).to_have_value("hckju?")
    assert page.locator("input[name=verdict]:checked").count() == 0, "what is typed is text"
    reason.fill("")
    reason.blur()
    expect(page.locator("#more")).to_be_hidden()
    page.keyboard.press("m")
    more = page.get_by_label("The text as it shall read")
    expect(more).to_be_visible()
    assert len(more.input_value()) > 20, "it begins with the text as it is"
    page.keyboard.press("e")
    expect(page.locator("#more")).to_be_hidden()
    page.get_by_label("A saved text").select_option(label="Kinder")
    expect(reason).to_have_value("Say it in a kinder way.")
    expect(page.get_by_label("Rule", exact=True)).to_have_value("respect")
    tomas.context.close()


def test_working_extends_the_claim_and_a_lost_one_is_told(
    chromium: Browser, desk: tuple[Forum, Database]
) -> None:
    forum, database = desk
    tomas = Person(chromium, forum, Look("desk"), "tomas").is_signed_in()
    address = claimed(database, "tomas")
    page = tomas.page
    page.clock.install()
    tomas.go(address)
    at_desk(tomas.page)
    page.get_by_label("Reason", exact=True).press_sequentially("At once")
    page.clock.fast_forward("05:00")
    with page.expect_response(lambda answer: answer.url.endswith("/claim")) as answer:
        page.get_by_label("Reason", exact=True).press_sequentially(", no,")
    assert answer.value.status == 200
    with database.writing() as db:
        item_id = int(address.rsplit("/", 1)[1])
        holder, other = actor(db, "tomas"), actor(db, "halina")
        reviewing.take_over(db, other, item_id, holder.id, "I know this one.")
    page.clock.fast_forward("05:00")
    page.get_by_label("Reason", exact=True).press_sequentially(" later.")
    expect(page.get_by_role("alert")).to_contain_text("halina holds this item")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("At once, no, later.")
    tomas.context.close()


def claimed(database: Database, name: str) -> str:
    """The address of an answer's item that this moderator holds."""
    with database.writing() as db:
        holder = actor(db, name)
        item_id = onward.first(db, holder, Filters(kind="flagged", reason="rude"))
        assert item_id is not None
        reviewing.claim(db, holder, item_id)
        return f"/moderation/items/{item_id}"


@pytest.mark.parametrize("width", [390, 1280])
def test_everybody_can_use_the_desk(chromium: Browser, desk: tuple[Forum, Database], width: int) -> None:
    forum, database = desk
    tomas = Person(chromium, forum, Look("desk", width=width), "tomas").is_signed_in()
    mine = claimed(database, "tomas")
    with database.writing() as db:
        other = onward.first(db, actor(db, "halina"))
        assert other is not None
        reviewing.claim(db, actor(db, "halina"), other)
    page = tomas.page
    for path in ("/moderation", mine, f"/moderation/items/{other}", "/moderation/texts"):
        tomas.go(path)
        if path != "/moderation/texts":
            at_desk(page)
        for fold in page.locator("main details:not([open]) > summary").all():
            if fold.is_visible():
                fold.click()
        assert violations(page) == [], path
        assert sticking_out(page) == [], path
    page.keyboard.press("Escape")
    tomas.go("/moderation")
    at_desk(tomas.page)
    page.keyboard.press("?")
    assert violations(page) == []
    tomas.close()
