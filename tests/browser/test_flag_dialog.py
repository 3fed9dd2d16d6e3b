"""Flagging over the page where one reads: two clicks, by keyboard too, and nothing is lost of one's place."""

from collections.abc import Iterator

import pytest
from browser.people import Look, Person
from browser.server import Forum
from browser.test_accessibility import AXE, CHECK, RULES
from community import Community, settle
from playwright.sync_api import Browser, Locator, expect

from forum import schema
from forum.db import Database

WIDE, NARROW, PLAIN = Look("wide"), Look("narrow-dark", 390, "dark"), Look("plain", scripts=False)
PLACE = "() => [location.pathname, Math.round(scrollY)]"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Forum, Community]]:
    folder = tmp_path_factory.mktemp("forum")
    database = Database(f"sqlite:///{folder / 'forum.sqlite3'}")
    schema.migrate(database)
    community = settle(database)
    database.close()
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        yield running, community


def reader(chromium: Browser, there: tuple[Forum, Community], look: Look) -> Person:
    """A member who has the thread open."""
    forum, community = there
    person = Person(chromium, forum, look, "newcomer").is_signed_in()
    person.go(community.thread)
    return person


def flag_link(person: Person, post_id: int) -> Locator:
    return person.page.locator(f'a[href="/p/{post_id}/flag"]')


@pytest.mark.parametrize(("look", "post"), [(WIDE, "comment_id"), (NARROW, "answer_id")])
def test_two_clicks_and_one_is_still_there(
    chromium: Browser, there: tuple[Forum, Community], look: Look, post: str
) -> None:
    person = reader(chromium, there, look)
    link, dialog = flag_link(person, getattr(there[1], post)), person.page.get_by_role("dialog")
    link.scroll_into_view_if_needed()
    before = person.page.evaluate(PLACE)
    link.click()
    expect(dialog.get_by_role("heading", name="What is wrong with this post?")).to_be_focused()
    person.page.evaluate(AXE)
    assert person.page.evaluate(CHECK, RULES) == []
    assert person.page.evaluate("() => document.documentElement.scrollWidth") <= look.width
    person.shoot("flag-dialog")
    dialog.get_by_role("button", name="Rude or unkind").click()
    expect(dialog.get_by_role("heading", name="Thank you.")).to_be_focused()
    assert person.page.evaluate(CHECK, RULES) == []
    person.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()
    assert person.page.evaluate(PLACE) == before
    person.close()


def test_by_keyboard_with_words_and_taken_back(chromium: Browser, there: tuple[Forum, Community]) -> None:
    person = reader(chromium, there, WIDE)
    keys, dialog = person.page.keyboard, person.page.get_by_role("dialog")
    flag_link(person, there[1].opening_id).focus()
    keys.press("Enter")
    expect(dialog).to_be_visible()
    dialog.locator("summary", has_text="Something else").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.type("  ")
    keys.press("Tab")
    keys.press("Enter")
    expect(dialog.get_by_role("alert")).to_be_focused()
    words = dialog.get_by_role("textbox", name="In your words", exact=True)
    expect(words).to_have_attribute("aria-invalid", "true")
    words.focus()
    keys.type("Look at the dose.")
    keys.press("Tab")
    keys.press("Enter")
    expect(dialog.get_by_role("heading", name="Thank you.")).to_be_focused()
    expect(dialog).to_contain_text("Look at the dose.")
    dialog.get_by_role("button", name="Take the flag back").press("Enter")
    expect(dialog.get_by_role("heading", name="Your flag is taken back.")).to_be_focused()
    dialog.get_by_role("button", name="Close").press("Enter")
    expect(dialog).to_have_count(0)
    person.close()


def test_who_is_signed_out_meanwhile_is_led_to_sign_in(
    chromium: Browser, there: tuple[Forum, Community]
) -> None:
    person = reader(chromium, there, WIDE)
    link = flag_link(person, there[1].opening_id)
    person.context.clear_cookies()
    link.click()
    person.page.wait_for_url("**/sign-in?next=**")
    person.close()


def test_without_scripts_it_is_two_clicks_too(chromium: Browser, there: tuple[Forum, Community]) -> None:
    person = reader(chromium, there, PLAIN)
    flag_link(person, there[1].own_id).click()
    person.page.get_by_role("button", name="Off topic").click()
    person.sees("Thank you. The moderators look at it")
    assert person.page.url.endswith(f"#p{there[1].own_id}")
    person.close()
