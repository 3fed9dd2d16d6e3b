"""What a visit weighs, that nothing moves, and that all is there before any script has run."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.people import Look, Person, ready
from browser.server import Forum
from makers import make_account, make_answer, make_thread, unhurried
from playwright.sync_api import Browser, Page, Route, expect

from forum import schema
from forum.accounts.tables import Actor
from forum.db import Database

MOST_BYTES, MOST_REQUESTS = 40_000, 5
WIDTHS = (390, 1280)
SCRIPTS = re.compile(r"/static/.*\.js")
#: Since before anything was painted; scripts that come later are seen too.
WATCH = """() => {
  window.moved = [];
  new PerformanceObserver(list => list.getEntries().forEach(entry => window.moved.push(
    ...entry.sources.map(source => [JSON.stringify(source.previousRect), JSON.stringify(source.currentRect),
      (source.node?.outerHTML ?? source.node?.data)?.slice(0, 150)].join(' ')),
  ))).observe({type: 'layout-shift', buffered: true});
}"""
PAINTED = """() => new Promise(done =>
  new PerformanceObserver(done).observe({type: 'paint', buffered: true}))"""
BLOCKING = """() => performance.getEntriesByType('resource')
  .filter(entry => entry.renderBlockingStatus === 'blocking').map(entry => new URL(entry.name).pathname)"""
#: Answers such as people write: some paragraphs, a list, a quote, and two sources.
WORDS = (
    "I kept a diary for {n} weeks and compared it with what the papers say about such doses"
    " [supports @doi:10.5555/weight.{n}, p. {n}].\n\n> What one expects is most of what one feels.\n\n"
    "1. Write down what you expect, before.\n2. Let somebody else fill the capsules.\n"
    "3. Look at week {n}, not at the first day.\n\nThe **interval** was wide, as one would expect with {n}"
    " people, and [another trial](https://example.org/trial-{n}) saw nothing at all. I would not"
    " build on that alone; but the direction was the same in each of the {n} groups, and that is something.\n"
)
POSTS = 10


class Place:
    """A forum with a thread of ten posts, and windows."""

    def __init__(self, chromium: Browser, forum: Forum, thread: str) -> None:
        self.chromium = chromium
        self.forum = forum
        self.thread = thread

    def window(self, width: int = 1280, name: str = "") -> Person:
        return Person(self.chromium, self.forum, Look("weight", width), name)


@pytest.fixture(scope="module")
def place(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("weight")
    path = _ten_posts(folder / "forum.sqlite3")
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        yield Place(chromium, running, path)


def _ten_posts(path: Path) -> str:
    database = Database(f"sqlite:///{path}")
    schema.migrate(database)
    with unhurried(), database.writing() as db:
        people: list[Actor] = [make_account(db, name) for name in ("anna", "bela", "carl", "dora")]
        thread = make_thread(db, people[0], tags="evidence sleep", text=WORDS.format(n=12))
        for number in range(1, POSTS):
            make_answer(db, thread, people[number % 4], WORDS.format(n=number))
        address = f"/t/{thread.id}/{thread.slug}"
    database.close()
    return address


def visited(page: Page, path: str) -> list[dict[str, Any]]:
    """Every answer that the browser took for this page, with the bytes that came."""
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    answers: dict[str, dict[str, Any]] = {}
    client.on(
        "Network.responseReceived", lambda told: answers.setdefault(told["requestId"], told["response"])
    )
    finished: dict[str, float] = {}
    client.on(
        "Network.loadingFinished",
        lambda told: finished.update({told["requestId"]: told["encodedDataLength"]}),
    )
    page.goto(path, wait_until="networkidle")
    return [
        {"url": answers[number]["url"], "bytes": size, "headers": answers[number]["headers"]}
        for number, size in finished.items()
    ]


def test_a_first_visit_of_a_thread_is_light(place: Place) -> None:
    person = place.window()
    answers = visited(person.page, place.thread)
    assert person.page.locator("article.post").count() == POSTS
    told = "\n".join(f"{each['bytes']:.0f} {each['url']}" for each in answers)
    assert all(each["headers"].get("content-encoding") for each in answers if "icon" not in each["url"]), told
    assert len(answers) <= MOST_REQUESTS, told
    assert sum(each["bytes"] for each in answers) <= MOST_BYTES, told
    assert [name for name in person.page.evaluate(BLOCKING) if not name.endswith(".css")] == []
    assert len(person.page.evaluate(BLOCKING)) == 1
    person.close()


def test_a_second_page_brings_nothing_but_itself(place: Place) -> None:
    """Styles, scripts and the icon are there already."""
    person = place.window()
    visited(person.page, place.thread)
    again = visited(person.page, place.thread + "?again=1")
    known = [each for each in again if "/static/" in each["url"] and each["bytes"] > 0]
    assert [each["url"] for each in known] == []
    person.close()


def painted_before_scripts(page: Page, path: str) -> None:
    """Opens the page as a slow network does: scripts come when everything else is there and painted."""
    waiting: list[Route] = []
    # Playwright takes no built-in function.
    page.route(SCRIPTS, lambda route: waiting.append(route))  # noqa: PLW0108
    page.goto(path, wait_until="commit")
    page.evaluate(PAINTED)
    while waiting:
        waiting.pop().continue_()
    page.unroute(SCRIPTS)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["", "anna"])
def test_nothing_moves(place: Place, width: int, name: str) -> None:
    person = place.window(width, name)
    if name:
        person.came_in()
    page = person.page
    page.add_init_script(f"({WATCH})()")
    for path in (place.thread, "/", "/ask", "/search?q=diary", "/tags", "/people/anna"):
        painted_before_scripts(page, path)
        ready(page)
        # Timers of the scripts have run too.
        page.wait_for_timeout(300)
        assert page.evaluate("window.moved") == [], (path, width)
    person.close()


def test_what_moves_would_be_found(place: Place) -> None:
    person = place.window()
    person.page.add_init_script(f"({WATCH})()")
    person.go(place.thread)
    person.page.evaluate(
        "document.querySelector('main').prepend(Object.assign("
        "document.createElement('p'), {textContent: 'Late news', className: 'note'}))"
    )
    person.page.wait_for_timeout(300)
    assert "Late news" not in str(moved := person.page.evaluate("window.moved")) and moved
    person.close()


def test_all_is_there_before_any_script_has_run(place: Place) -> None:
    """Scripts are allowed and asked for, but never come: nothing waits for them."""
    person = place.window(390, "dora")
    person.came_in()
    page = person.page
    asked: list[str] = []
    page.route(SCRIPTS, lambda route: (asked.append(route.request.url), route.abort()))
    page.goto(place.thread)
    assert asked
    post = page.locator("article.post").nth(1)
    expect(post.locator(".text")).to_be_visible()
    post.get_by_role("button", name=re.compile("Vote up")).click()
    expect(post.locator(".score")).to_have_text("1")
    post.get_by_text("Comment", exact=True).click()
    post.get_by_role("textbox", name="Your comment").fill("I did the same, and it took **me** five weeks.")
    person.click("button", "Post comment", post)
    person.sees("it took me five weeks")
    page.goto(place.thread)
    person.fill("Text", "Written *before* any script ran, with 10.5555/weight.3 as its source.")
    person.click("button", "Post answer")
    person.sees("Your post is there for everybody to read")
    page.goto("/")
    page.goto("/search?q=diary")
    person.click("link", "Does a small dose change anything at all?", page.locator("main"))
    expect(page.locator("h1")).to_contain_text("Does a small dose")
    assert not [trouble for trouble in person.troubles if "ERR_FAILED" not in trouble]
    person.context.close()
