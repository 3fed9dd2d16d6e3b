"""An evening with the forum: a newcomer asks, a reader finds and prints, an author edits and loses nothing.

Each story on a telephone and on a wide screen, in the light and in the dark, with scripts and without.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.furnish import picture
from browser.people import Look, Person
from browser.server import Forum
from makers import make_account, make_answer, make_thread, unhurried
from playwright.sync_api import Browser, Locator, expect

from forum.db import Database

LOOKS = (
    Look("telephone-plain", 390, "dark", scripts=False),
    Look("wide"),
    Look("telephone", 390),
    Look("wide-dark-plain", 1280, "dark", scripts=False),
)
KNOWN = "10.1371/journal.pone.0211023"
ASKED = "Does the time of day change what a small dose does?"
FIRST = "I looked at the second week only, and saw nothing."
SECOND = "The counts went up, as one would expect of them."
LATER = "I looked at all four weeks, and saw nothing."
TYPED = "I looked at the first week only, and saw little."
#: What nobody can press, type into or follow on paper.
PRESSED = "button:visible, input:visible, select:visible, textarea:visible, nav:visible, footer:visible"


class Place:
    """The sample community with a thread that somebody writes in for each look; and windows."""

    def __init__(self, chromium: Browser, forum: Forum, threads: dict[str, str]) -> None:
        self.chromium = chromium
        self.forum = forum
        self.threads = threads

    def window(self, look: Look, name: str = "") -> Person:
        person = Person(self.chromium, self.forum, look, name)
        if name:
            person.came_in()
        return person


def newcomer(look: Look) -> str:
    return f"new-{look.name}"


def author(look: Look) -> str:
    return f"by-{look.name}"


@pytest.fixture(scope="module")
def place(chromium: Browser, sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("stories")
    path = folder / "forum.sqlite3"
    shutil.copy(sample_file, path)
    threads = _begun(path)
    (folder / "graph.png").write_bytes(picture())
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        yield Place(chromium, running, threads)


def _begun(path: Path) -> dict[str, str]:
    """Newcomers, and threads in which the authors have written; answers their paths by the names of looks."""
    database = Database(f"sqlite:///{path}")
    paths = {}
    with unhurried(), database.writing() as db:
        for look in LOOKS:
            make_account(db, newcomer(look), shown_posts=0)
            thread = make_thread(db, title=f"How did you count, and for how long? ({look.name})")
            make_answer(db, thread, make_account(db, author(look)), f"{FIRST}\n\n{SECOND}")
            paths[look.name] = f"/t/{thread.id}/{thread.slug}"
    database.close()
    return paths


# --- a newcomer asks with a citation and an image ---------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_a_newcomer_asks_with_a_citation_and_an_image(place: Place, look: Look) -> None:
    person = place.window(look, newcomer(look))
    page = person.page
    cite = cited(person)
    person.go("/")
    person.click("link", "Ask")
    person.fill("Title", ASKED)
    person.fill("Tags", "evidence")
    text = page.locator("#text")
    text.fill(f"One paper measured in the morning only {cite}.\n\nThis is what I saw:\n\n")
    image = sent_by_script(place, person) if look.scripts else sent_by_form(place, person)
    assert image in text.input_value()
    person.shoot("newcomer-01-asking")
    person.click("button", "Post")
    person.sees("Waiting for review")
    post = page.locator("article.post")
    expect(post.locator("sup.cite a").first).to_have_text("[1]")
    expect(post.locator(".refs li").first).to_contain_text("Polito V")
    shown = post.locator("a.figure img")
    expect(shown).to_have_attribute("alt", "Bars that rise")
    shown.scroll_into_view_if_needed()
    assert drawn(shown)
    assert page.evaluate("document.documentElement.scrollWidth") <= look.width
    person.shoot("newcomer-02-asked")
    address = shown.get_attribute("src") or ""
    # Nobody else has seen the question, and so nobody sees its picture.
    assert place.window(look).go(address) == 404
    person.close()


def cited(person: Person) -> str:
    """The line of a source that the forum knows, from the page that finds it."""
    person.go("/cite?q=polito+microdosing")
    line = person.page.locator("main code", has_text=KNOWN).first
    return line.inner_text()


def sent_by_script(place: Place, person: Person) -> str:
    """The picture is chosen from the composer, which sends it and writes its line."""
    page = person.page
    page.locator("#text").press("Control+End")
    with page.expect_file_chooser() as chooser, page.expect_response(re.compile("/images")):
        page.locator("[data-picture-link]").click()
        chooser.value.set_files(place.forum.folder / "graph.png")
    text = page.locator("#text")
    expect(text).to_have_value(re.compile(r"\]\(/images/\S+\)"))
    line = re.search(r"!\[[^\]]*\](\(/images/\S+\))", text.input_value())
    assert line is not None
    text.fill(text.input_value().replace(line[0], f"![Bars that rise]{line[1]}"))
    return line[1]


def sent_by_form(place: Place, person: Person) -> str:
    """The picture goes by the page of one's images, in another tab; its line is copied."""
    text = person.page.locator("#text")
    typed = text.input_value()
    with person.context.expect_page() as opened:
        person.click("link", "Add a picture")
    images = opened.value
    images.get_by_label("Picture", exact=True).set_input_files(place.forum.folder / "graph.png")
    images.get_by_label("What it shows").fill("Bars that rise")
    images.get_by_role("button", name="Send it", exact=True).click()
    line = images.locator("#markdown").input_value()
    images.close()
    text.fill(typed + line)
    return line


def drawn(image: Locator) -> bool:
    """Whether the picture has come, and is as wide as it should be."""
    image.evaluate("image => image.decode()")
    return bool(image.evaluate("image => image.naturalWidth > 0 && image.width > 100"))


# --- a reader finds, reads and prints ---------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_a_reader_finds_reads_and_prints(place: Place, look: Look) -> None:
    person = place.window(look)
    page = person.page
    finds(person)
    post = page.locator("article.post").filter(has=page.locator("sup.cite")).first
    mark = post.locator("sup.cite a").first
    target = (mark.get_attribute("href") or "").removeprefix("#")
    mark.click()
    expect(page.locator(f"#{target}")).to_be_in_viewport()
    expect(page.locator(f"#{target} a").first).to_be_visible()
    person.shoot("reader-01-thread")
    prints(person)
    person.close()


def finds(person: Person) -> None:
    page = person.page
    person.go("/")
    box = page.locator(".quick [name=q]")
    if not box.is_visible():
        page.locator(".to-search").click()
        box = page.locator("main [name=q]").first
    box.fill("placebo")
    box.press("Enter")
    page.wait_for_url(re.compile("/search"))
    found = page.locator("main a[href^='/t/'], main a[href^='/p/']").first
    found.click()
    page.wait_for_url(re.compile("/t/"))
    expect(page.locator("h1")).to_be_visible()


def prints(person: Person) -> None:
    """The article with its references, black on white; nothing that can only be pressed."""
    page = person.page
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("article.post .text").first).to_be_visible()
    expect(page.locator("article.post .refs li").first).to_be_visible()
    assert page.locator(PRESSED).evaluate_all("all => all.map(each => each.outerHTML.slice(0, 120))") == []
    colours = page.evaluate(
        "() => [getComputedStyle(document.querySelector('.text p')).color,"
        " getComputedStyle(document.body).backgroundColor]"
    )
    ink, paper = ([int(part) for part in re.findall(r"\d+", colour)[:3]] for colour in colours)
    assert max(ink) < 90, ink
    assert min(paper) > 240 or colours[1].endswith(", 0)"), paper
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF") and len(printed) > 10_000


# --- an author edits, loses nothing in a crash, and is not alone ------------------------------------------


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_an_author_edits_restores_a_draft_and_resolves_a_conflict(place: Place, look: Look) -> None:
    first = place.window(look, author(look))
    form = begins_to_edit(place, first)
    keeps(first, TYPED)
    # Nothing is asked and nothing is said: the window is just gone.
    first.context.close()
    second = place.window(look, author(look))
    page = second.page
    second.go(form)
    second.sees("Your draft from")
    text = page.get_by_label("Text", exact=True)
    expect(text).to_have_value(re.compile(re.escape(TYPED)))
    second.shoot("author-01-restored")
    saves_elsewhere(place, look, form)
    second.click("button", "Save")
    both_readings_are_there(second, text)
    second.shoot("author-02-conflict")
    settled = f"{LATER} {TYPED}\n\n{SECOND}"
    text.fill(settled)
    second.fill("What did you change, and why?", "Both weeks belong here")
    second.click("button", "Save")
    second.sees("Your changes are saved")
    second.sees(LATER)
    second.sees("saw little")
    second.go(form)
    second.never_sees("Your draft from")
    expect(text).to_have_value(settled)
    second.close()


def begins_to_edit(place: Place, person: Person) -> str:
    """Opens the form from the thread; answers its path."""
    person.go(place.threads[person.look.name])
    post = person.page.locator("article.post").filter(has_text=SECOND)
    post.get_by_role("link", name="Edit", exact=True).click()
    person.page.wait_for_url(re.compile("/edit$"))
    return person.page.url.removeprefix(place.forum.base)


def keeps(person: Person, words: str) -> None:
    """What is typed is kept on the server: by itself, or with the button."""
    page = person.page
    text = page.get_by_label("Text", exact=True)
    if not person.look.scripts:
        text.fill(text.input_value().replace(FIRST, words))
        person.click("button", "Save draft")
        return
    with page.expect_response(re.compile("/drafts")) as answer:
        text.fill(text.input_value().replace(FIRST, words))
    assert answer.value.status == 204


def saves_elsewhere(place: Place, look: Look, form: str) -> None:
    """The same author, at another machine, changes the same line meanwhile."""
    other = place.window(Look("elsewhere", scripts=False), author(look))
    other.go(form)
    other.fill("Text", f"{LATER}\n\n{SECOND}")
    other.click("button", "Save")
    other.sees("Your changes are saved")
    other.close()


def both_readings_are_there(person: Person, text: Locator) -> None:
    conflict = person.page.locator(".merge .conflict")
    expect(conflict).to_have_count(1)
    expect(conflict).to_contain_text(LATER)
    expect(conflict).to_contain_text(TYPED)
    assert LATER in text.input_value()
    assert TYPED in text.input_value()
