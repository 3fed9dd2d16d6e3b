"""The search box as a combobox, and what is like a question while it is typed, as people meet them."""

import pytest
from browser.people import Look, Person
from browser.server import Forum
from browser.test_accessibility import AXE, CHECK, RULES
from playwright.sync_api import Browser, expect

WIDE, NARROW, PLAIN = Look("wide"), Look("narrow-dark", 390, "dark"), Look("plain", scripts=False)


def is_accessible(person: Person) -> None:
    person.page.evaluate(AXE)
    assert person.page.evaluate(CHECK, RULES) == []


@pytest.mark.parametrize("look", [WIDE, NARROW], ids=lambda look: look.name)
def test_suggestions_by_keyboard(chromium: Browser, shared: Forum, look: Look) -> None:
    reader = Person(chromium, shared, look)
    # On a small screen the box is on the page of the search alone.
    reader.go("/tags" if look is WIDE else "/search")
    place = reader.page.locator(".quick" if look is WIDE else ".find")
    box, options = place.locator("[name=q]"), place.get_by_role("option")
    box.focus()
    expect(box).to_have_role("combobox")
    reader.page.keyboard.type("walk", delay=20)
    expect(options.first).to_contain_text("Is walking really as good")
    expect(box).to_have_attribute("aria-expanded", "true")
    reader.page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    active = box.get_attribute("aria-activedescendant") or "nothing"
    assert reader.page.locator(f"#{active}").inner_text() == options.first.inner_text()
    is_accessible(reader)
    reader.shoot("search-box-suggestions")
    reader.page.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "false")
    reader.page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("walk")
    expect(box).to_be_focused()
    reader.page.keyboard.type("i")
    expect(options).not_to_have_count(0)
    if look is WIDE:
        reader.page.keyboard.press("ArrowDown")
        reader.page.keyboard.press("Enter")
        reader.page.wait_for_url("**/t/*/is-walking-really*")
    else:
        options.first.click()
        reader.page.wait_for_url("**/t/*/is-walking-really*")
    reader.close()


def test_without_a_choice_it_is_a_plain_search(chromium: Browser, shared: Forum) -> None:
    reader = Person(chromium, shared, WIDE)
    reader.go("/tags")
    box = reader.page.locator(".quick [name=q]")
    box.focus()
    reader.page.keyboard.type("walking")
    expect(reader.page.get_by_role("option")).not_to_have_count(0)
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/search?q=walking")
    reader.close()


def test_what_is_like_it_while_typing(chromium: Browser, shared: Forum) -> None:
    mira = Person(chromium, shared, NARROW, "mira").is_signed_in()
    mira.go("/ask")
    title = mira.page.locator("#title")
    title.focus()
    mira.page.keyboard.type("How do I")
    found = mira.page.locator("[data-similar] li")
    expect(found).to_have_count(0)
    mira.page.keyboard.type(" tell my therapist?")
    expect(found).to_have_count(1)
    expect(title).to_be_focused()
    expect(mira.page.locator("[data-similar] [role=status]")).to_contain_text("These may already answer it.")
    is_accessible(mira)
    mira.shoot("ask-similar")
    mira.fill("Text", "I have an appointment.")
    mira.fill("Tags", "therapy")
    mira.click("button", "Post")
    # What stood beside the title is asked about all the same, once: nobody need have looked.
    mira.sees("may already answer it.")
    mira.click("button", "Post it anyway", mira.page.get_by_role("alert"))
    mira.sees("Your post is there for everybody to read.")
    mira.close()


def test_before_it_is_posted_without_scripts(chromium: Browser, shared: Forum) -> None:
    mira = Person(chromium, shared, PLAIN, "mira").is_signed_in()
    mira.go("/ask")
    mira.fill("Title", "Where do people get it?")
    mira.fill("Text", "I would like to know.")
    mira.fill("Tags", "community")
    mira.click("button", "Post")
    mira.sees("This thread may already answer it.")
    is_shown = mira.page.get_by_role("alert", name="Before it is posted")
    expect(is_shown.get_by_role("link")).to_have_count(1)
    mira.shoot("ask-again")
    mira.click("button", "Post it anyway", is_shown)
    mira.sees("Your post is there for everybody to read.")
    mira.close()


def test_the_end_of_a_thread(chromium: Browser, shared: Forum) -> None:
    reader = Person(chromium, shared, NARROW)
    reader.go("/t/2")
    related = reader.page.locator("[data-related]")
    expect(related.get_by_role("link")).to_have_count(1)
    related.scroll_into_view_if_needed()
    expect(related.get_by_role("heading", name="Threads that cite the same sources")).to_be_visible()
    is_accessible(reader)
    reader.shoot("thread-related")
    reader.close()
