"""Citing with the picker as people do it: with the keyboard, by pasting, and in every look."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.people import Look, Person
from browser.server import Forum
from browser.test_accessibility import AXE, CHECK, RULES
from makers import make_account
from playwright.sync_api import Browser, Locator, expect
from references.fake_services import FakeServices

from forum.db import Database

WIDE, NARROW = Look("wide"), Look("narrow-dark", 390, "dark")
#: What is asked in a look, and cited in no other one: the forum knows a source once it was looked up.
TITLES = {
    WIDE: (
        "Does it really last for weeks on end?",
        "Rainfall and the counting of herons in coastal wetlands",
    ),
    NARROW: ("Who keeps a diary of it?", "Snow in April: how many cranes come back to a mountain marsh"),
}
#: The first is in the sample community’s table, the second only at the registry; the third cannot be found.
SOURCES = (
    "Johnstad, P. (2019). Powerful substances in tiny amounts. Nordic Studies on Alcohol and Drugs\n\n"
    "Baker, A. (2011). {title}. Journal of Weather\n\n"
    "Frontiers in Psychiatry (2020)"
)


def work(look: Look, title: str) -> dict[str, Any]:
    """A work as Crossref tells of it."""
    return {
        "DOI": f"10.5555/{title.split(maxsplit=1)[0].lower()}.{look.name}",
        "type": "journal-article",
        "title": [title],
        "author": [{"family": "Baker", "given": "Ann"}],
        "container-title": ["Journal of Weather"],
        "issued": {"date-parts": [[2011]]},
    }


@pytest.fixture(scope="module")
def services() -> Iterator[FakeServices]:
    with FakeServices().running() as fake:
        yield fake


@pytest.fixture
def crossref(services: FakeServices) -> FakeServices:
    services.forget()
    return services


@pytest.fixture(scope="module")
def forum(
    sample_file: Path, tmp_path_factory: pytest.TempPathFactory, services: FakeServices
) -> Iterator[Forum]:
    """One server for the whole file: everybody here is somebody else, and cites something else."""
    folder = tmp_path_factory.mktemp("forum")
    shutil.copy(sample_file, folder / "forum.sqlite3")
    with Forum(folder, services.base).running("--no-worker") as running:
        yield running


def member(chromium: Browser, forum: Forum, look: Look) -> Person:
    """Somebody who has no draft yet."""
    database = Database(f"sqlite:///{forum.folder / 'forum.sqlite3'}")
    with database.writing() as db:
        name = make_account(db).name
    database.close()
    return Person(chromium, forum, look, name).is_signed_in()


@pytest.fixture(params=TITLES, ids=lambda look: look.name)
def writer(request: pytest.FixtureRequest, chromium: Browser, forum: Forum) -> Iterator[Person]:
    person = member(chromium, forum, request.param)
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


def is_looking(picker: Locator) -> None:
    """The forum knows what was pasted, and has not found all of it."""
    expect(picker.get_by_role("region").get_by_text("Looking it up…").first).to_be_visible()


def is_accessible(person: Person) -> None:
    """Fails with what axe-core finds wrong."""
    person.page.evaluate(AXE)
    assert person.page.evaluate(CHECK, RULES) == []


def test_with_the_keyboard_alone(writer: Person) -> None:
    picker = opened(writer, "It lasts for weeks")
    text = writer.page.locator("#text")
    writer.page.keyboard.type("polito", delay=20)
    expect(picker.locator("[data-options] > li")).not_to_have_count(0)
    writer.page.keyboard.press("ArrowDown")
    active = picker.locator("#picker-q").get_attribute("aria-activedescendant")
    assert picker.locator(f"#{active}").get_attribute("aria-selected") == "true"
    cite = picker.locator(f"#{active}").get_attribute("data-cite")
    writer.shoot("cite-01-found")
    is_accessible(writer)
    writer.page.keyboard.press("Enter")
    expect(picker).to_be_hidden()
    expect(text).to_have_value(f"It lasts for weeks {cite}")
    expect(text).to_be_focused()
    writer.page.keyboard.press("Control+z")
    expect(text).to_have_value("It lasts for weeks")
    writer.page.keyboard.press("Control+Shift+z")
    expect(text).to_have_value(f"It lasts for weeks {cite}")
    writer.fill("Title", TITLES[writer.look][0])
    writer.page.get_by_label("A question").check()
    writer.fill("Tags", "evidence")
    writer.click("button", "Post")
    writer.sees("Polito V")


def test_what_is_pasted_is_looked_up_and_confirmed(
    writer: Person, forum: Forum, crossref: FakeServices
) -> None:
    doi = crossref.add(work(writer.look, "Small cups of strong coffee"))
    picker = opened(writer, "(")
    writer.page.keyboard.insert_text(f"https://doi.org/{doi}")
    is_looking(picker)
    writer.shoot("cite-02-looking")
    forum.work_off()
    expect(picker.get_by_role("checkbox")).to_be_checked(timeout=15_000)
    picker.get_by_label("Page or quote, if you like").fill("p. 4")
    picker.get_by_label("What it does to your statement").select_option("supports it")
    writer.shoot("cite-03-confirm")
    picker.get_by_role("button", name="Insert citation").click()
    expect(writer.page.locator("#text")).to_have_value(f"([supports @doi:{doi}, p. 4]")


def test_a_list_of_sources(writer: Person, forum: Forum, crossref: FakeServices) -> None:
    title = TITLES[writer.look][1]
    doi = crossref.add(work(writer.look, title))
    picker = opened(writer)
    picker.locator("#picker-q").evaluate(
        """(box, words) => {
          const data = new DataTransfer();
          data.setData("text/plain", words);
          const paste = {clipboardData: data, bubbles: true, cancelable: true};
          box.dispatchEvent(new ClipboardEvent("paste", paste));
        }""",
        SOURCES.format(title=title),
    )
    is_looking(picker)
    forum.work_off()
    expect(picker.get_by_text("You wrote 2019; the record says 2018.")).to_be_visible(timeout=15_000)
    expect(picker.get_by_text("but no title").first).to_be_visible()
    expect(picker.get_by_role("checkbox")).to_have_count(2, timeout=15_000)
    expect(picker.get_by_role("checkbox", checked=True)).to_have_count(0)
    writer.shoot("cite-04-list")
    is_accessible(writer)
    picker.get_by_role("button", name="Insert citation").click()
    expect(picker.get_by_role("alert").filter(has_text="Choose a source first")).to_be_visible()
    for box in picker.get_by_role("checkbox").all():
        box.check()
    picker.get_by_role("button", name="Insert citation").click()
    expect(writer.page.locator("#text")).to_have_value(f"[@doi:10.1177/1455072517753339] [@doi:{doi}]")


def test_escape_leaves_all_as_it_was(writer: Person) -> None:
    picker = opened(writer, "As it was")
    writer.page.keyboard.type("zzzz nothing like it")
    expect(picker.get_by_text("No source cited here begins like this.").first).to_be_visible()
    writer.shoot("cite-05-none")
    writer.page.keyboard.press("Escape")
    expect(picker).to_be_hidden()
    text = writer.page.locator("#text")
    expect(text).to_be_focused()
    expect(text).to_have_value("As it was")


def test_the_page_without_scripts(chromium: Browser, forum: Forum, crossref: FakeServices) -> None:
    plain = member(chromium, forum, Look("without-scripts", 390, scripts=False))
    doi = crossref.add(work(plain.look, "Small cups of strong coffee"))
    plain.go("/ask")
    with plain.context.expect_page() as another:
        plain.click("link", "Cite a source")
    another.value.close()
    plain.go("/cite")
    plain.shoot("cite-06-page")
    plain.fill("What do you want to cite?", f"doi:{doi}")
    plain.click("button", "Look it up")
    plain.sees("The registries are being asked")
    plain.shoot("cite-07-page-looking")
    forum.work_off()
    plain.click("button", "Look again")
    expect(plain.page.locator("main").get_by_text(f"[@doi:{doi}]", exact=True)).to_be_visible()
    plain.shoot("cite-08-page-found")
    plain.close()
