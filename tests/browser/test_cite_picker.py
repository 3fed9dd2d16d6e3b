"""Citing with the picker as people do it: with the keyboard, by pasting, and in every look."""

from typing import Any

import pytest
from browser.people import Look, Person
from browser.server import Forum
from browser.test_accessibility import AXE, CHECK, RULES
from playwright.sync_api import Browser, Locator, expect
from references.fake_services import FakeServices

LOOKS = (Look("wide"), Look("narrow-dark", 390, "dark"))
DOI = "10.5555/tiny.amounts"
WORK: dict[str, Any] = {
    "DOI": DOI,
    "type": "journal-article",
    "title": ["Powerful substances in tiny amounts: what people say who take them, and what they leave out"],
    "author": [{"family": "Johnstad", "given": "Petter Grahl"}],
    "container-title": ["Nordic Studies on Alcohol and Drugs"],
    "issued": {"date-parts": [[2018]]},
}
OTHER: dict[str, Any] = {
    "DOI": "10.5555/rain",
    "type": "journal-article",
    "title": ["Rainfall and the counting of herons in coastal wetlands"],
    "author": [{"family": "Baker", "given": "Ann"}],
    "container-title": ["Journal of Weather"],
    "issued": {"date-parts": [[2011]]},
}
#: The first is in the sample community’s table, the second only at the registry; the third cannot be found.
SOURCES = (
    "Johnstad, P. (2019). Powerful substances in tiny amounts. Nordic Studies on Alcohol and Drugs\n\n"
    "Baker, A. (2011). Rainfall and the counting of herons in coastal wetlands. Journal of Weather\n\n"
    "Frontiers in Psychiatry (2020)"
)


@pytest.fixture(params=LOOKS, ids=lambda look: look.name)
def mira(request: pytest.FixtureRequest, chromium: Browser, forum: Forum) -> Any:
    person = Person(chromium, forum, request.param, "mira").is_signed_in()
    yield person
    person.close()


def opened(person: Person, typed: str = "") -> Locator:
    """The picker over the form to ask a question, with the cursor behind what was typed."""
    person.go("/ask")
    person.page.locator("#text").focus()
    person.page.keyboard.insert_text(typed)
    # With the tools comes the script that knows the keys.
    person.page.get_by_role("button", name="Bold").wait_for()
    person.page.keyboard.press("Control+Alt+KeyF")
    picker = person.page.get_by_role("dialog", name="Cite a source")
    expect(picker).to_be_visible()
    expect(picker.locator("#picker-q")).to_be_focused()
    return picker


def is_accessible(person: Person) -> None:
    """Fails with what axe-core finds wrong."""
    person.page.evaluate(AXE)
    assert person.page.evaluate(CHECK, RULES) == []


def test_with_the_keyboard_alone(mira: Person) -> None:
    picker = opened(mira, "It lasts for weeks")
    text = mira.page.locator("#text")
    mira.page.keyboard.type("polito", delay=20)
    expect(picker.locator("[data-options] > li")).not_to_have_count(0)
    mira.page.keyboard.press("ArrowDown")
    active = picker.locator("#picker-q").get_attribute("aria-activedescendant")
    assert picker.locator(f"#{active}").get_attribute("aria-selected") == "true"
    cite = picker.locator(f"#{active}").get_attribute("data-cite")
    mira.shoot("cite-01-found")
    is_accessible(mira)
    mira.page.keyboard.press("Enter")
    expect(picker).to_be_hidden()
    expect(text).to_have_value(f"It lasts for weeks {cite}")
    expect(text).to_be_focused()
    mira.page.keyboard.press("Control+z")
    expect(text).to_have_value("It lasts for weeks")
    mira.page.keyboard.press("Control+Shift+z")
    expect(text).to_have_value(f"It lasts for weeks {cite}")
    mira.fill("Title", "Does it really last for weeks on end?")
    mira.page.get_by_label("A question").check()
    mira.fill("Tags", "evidence")
    mira.click("button", "Post")
    mira.sees("Polito V")


def test_what_is_pasted_is_looked_up_and_confirmed(
    mira: Person, forum: Forum, crossref: FakeServices
) -> None:
    crossref.add(WORK)
    picker = opened(mira, "(")
    mira.page.keyboard.insert_text(f"https://doi.org/{DOI}")
    expect(picker.get_by_text("Looking it up…").first).to_be_visible()
    mira.shoot("cite-02-looking")
    forum.work()
    expect(picker.get_by_role("checkbox")).to_be_checked(timeout=15_000)
    picker.get_by_label("Page or quote, if you like").fill("p. 4")
    picker.get_by_label("What it does to your statement").select_option("supports it")
    mira.shoot("cite-03-confirm")
    picker.get_by_role("button", name="Insert citation").click()
    expect(mira.page.locator("#text")).to_have_value(f"([supports @doi:{DOI}, p. 4]")


def test_a_list_of_sources(mira: Person, forum: Forum, crossref: FakeServices) -> None:
    crossref.add(OTHER)
    forum.work()
    picker = opened(mira)
    picker.locator("#picker-q").evaluate(
        """(box, words) => {
          const data = new DataTransfer();
          data.setData("text/plain", words);
          const paste = {clipboardData: data, bubbles: true, cancelable: true};
          box.dispatchEvent(new ClipboardEvent("paste", paste));
        }""",
        SOURCES,
    )
    expect(picker.get_by_text("You wrote 2019; the record says 2018.")).to_be_visible(timeout=15_000)
    expect(picker.get_by_text("but no title").first).to_be_visible()
    expect(picker.get_by_role("checkbox")).to_have_count(2, timeout=15_000)
    expect(picker.get_by_role("checkbox", checked=True)).to_have_count(0)
    mira.shoot("cite-04-list")
    is_accessible(mira)
    picker.get_by_role("button", name="Insert citation").click()
    expect(picker.get_by_role("alert").filter(has_text="Choose a source first")).to_be_visible()
    for box in picker.get_by_role("checkbox").all():
        box.check()
    picker.get_by_role("button", name="Insert citation").click()
    expect(mira.page.locator("#text")).to_have_value("[@doi:10.1177/1455072517753339] [@doi:10.5555/rain]")


def test_escape_leaves_all_as_it_was(mira: Person) -> None:
    picker = opened(mira, "As it was")
    mira.page.keyboard.type("zzzz nothing like it")
    expect(picker.get_by_text("No source cited here begins like this.").first).to_be_visible()
    mira.shoot("cite-05-none")
    mira.page.keyboard.press("Escape")
    expect(picker).to_be_hidden()
    text = mira.page.locator("#text")
    expect(text).to_be_focused()
    expect(text).to_have_value("As it was")


def test_the_page_without_scripts(chromium: Browser, forum: Forum, crossref: FakeServices) -> None:
    crossref.add(WORK)
    plain = Person(chromium, forum, Look("without-scripts", 390, scripts=False), "mira").is_signed_in()
    plain.go("/ask")
    with plain.context.expect_page() as another:
        plain.click("link", "Cite a source")
    another.value.close()
    plain.go("/cite")
    plain.shoot("cite-06-page")
    plain.fill("What do you want to cite?", f"doi:{DOI}")
    plain.click("button", "Look it up")
    plain.sees("The registries are being asked")
    plain.shoot("cite-07-page-looking")
    forum.work()
    again = plain.page.get_by_role("button", name="Look again")
    for _ in range(20):
        if not again.count():
            break
        plain.page.wait_for_timeout(300)
        again.click()
    expect(plain.page.locator("main").get_by_text(f"[@doi:{DOI}]", exact=True)).to_be_visible()
    plain.shoot("cite-08-page-found")
    plain.close()
