"""What the scripts add in a real browser, that nothing jumps, and that all works without them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from browser.people import ready
from browser.server import Forum as Server
from community import Community, settle
from playwright.sync_api import Browser, Page

from forum import schema
from forum.accounts import sessions
from forum.accounts.tables import Actor
from forum.db import Database
from forum.web import static

#: Measures how far anything moved after it was first painted.
SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => window.shifted += entry.value))
    .observe({type: 'layout-shift', buffered: true});
}"""


STATIC = Path(static.__file__).with_suffix("")


class Forum:
    """A forum with the community in it, behind a real server, and browsers to look at it."""

    #: Errors of scripts. To fail where one is told of them would end the connection to the browser.
    troubles: ClassVar[list[str]] = []

    def __init__(self, address: str, database: Database, community: Community, browser: Browser) -> None:
        self.address = address
        self.database = database
        self.community = community
        self.browser = browser

    def page(self, actor: Actor | None = None, width: int = 1280, **options: Any) -> Page:
        """A fresh browser window, signed in as the actor; an error in a script fails the test."""
        size: Any = {"width": width, "height": 900}
        context = self.browser.new_context(base_url=self.address, viewport=size, **options)
        if actor:
            with self.database.writing() as db:
                token = sessions.start(db, actor.id)
            context.add_cookies([{"name": "session", "value": token, "url": self.address}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        return page


@pytest.fixture(scope="module")
def forum(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    folder = tmp_path_factory.mktemp("forum")
    database = Database(f"sqlite:///{folder / 'forum.sqlite3'}")
    schema.migrate(database)
    community = settle(database)
    # Nobody is asked about references while pages are looked at.
    with Server(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        yield Forum(running.base, database, community, chromium)
    database.close()


@pytest.fixture(autouse=True)
def _no_script_fails() -> Iterator[None]:
    Forum.troubles.clear()
    yield
    assert not Forum.troubles


def test_all_scripts_together_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in STATIC.glob("*.js")}
    assert sum(sizes.values()) <= 30_000, sizes


def test_nothing_jumps(forum: Forum) -> None:
    for width in (390, 1280):
        page = forum.page(forum.community.asker, width)
        page.add_init_script(f"({SHIFTS})()")
        for path in ("/", forum.community.thread, "/ask", "/inbox"):
            page.goto(path)
            ready(page)
            page.wait_for_timeout(200)
            assert page.evaluate("window.shifted") == 0, (path, width)
        page.context.close()


def test_a_first_visit_is_small(forum: Forum) -> None:
    page = forum.page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(forum.community.thread, wait_until="networkidle")
    assert len(sizes) <= 6, "page, style sheet, icon, and at most three scripts"
    assert sum(sizes) < 40_000
    page.context.close()


def test_a_vote_without_a_new_page(forum: Forum) -> None:
    page = forum.page(forum.community.asker)
    page.goto(forum.community.thread)
    ready(page)
    page.evaluate("window.same = true")
    form = page.locator(f"#p{forum.community.answer_id} form[data-vote]")
    before = int(form.locator(".score").inner_text())
    pressed = form.locator(".up").get_attribute("aria-pressed") == "true"
    form.locator(".up").focus()
    page.keyboard.press("Enter")
    expected = before - 1 if pressed else before + 1
    form.locator(".score", has_text=str(expected)).wait_for()
    assert page.evaluate("window.same && document.activeElement.className") == "up", "the focus stays"
    page.context.close()


def test_a_citation_shows_its_reference(forum: Forum) -> None:
    page = forum.page()
    page.goto(forum.community.thread)
    ready(page)
    link = page.locator("sup.cite a").first
    link.focus()
    card = page.locator(".card")
    card.get_by_text("Polito V, Stevenson RJ").wait_for()
    assert link.get_attribute("aria-describedby") == f"p{forum.community.answer_id}-r1"
    page.keyboard.press("Escape")
    assert not card.is_visible()
    link.hover()
    card.wait_for(state="visible")
    card.hover()
    page.wait_for_timeout(400)
    assert card.is_visible(), "the pointer may move onto it"
    page.context.close()


def test_the_preview_beside_and_in_a_tab(forum: Forum) -> None:
    for width in (1280, 390):
        page = forum.page(forum.community.asker, width)
        page.goto("/ask")
        ready(page)
        page.fill("#text", "Some **bold** words [@doi:10.1371/journal.pone.0211023].")
        if width == 390:
            assert not page.locator(".preview").is_visible()
            page.locator(".tabs").get_by_role("button", name="Preview").click()
        page.locator(".preview strong", has_text="bold").wait_for()
        assert "Polito V" in page.locator(".preview .refs").inner_text()
        page.context.close()


def test_times_are_told_from_now(forum: Forum) -> None:
    page = forum.page()
    page.goto("/")
    ready(page)
    shown = page.locator(".threads time").first
    assert shown.inner_text().startswith(("just now", "1 min", "2 min", "3 min", "4 min"))
    page.context.close()


def test_everything_works_without_scripts(forum: Forum) -> None:
    page = forum.page(forum.community.asker, java_script_enabled=False)
    page.goto(forum.community.thread)
    page.fill("#text", "Written **without** scripts.")
    page.locator(".write").get_by_role("button", name="Preview").click()
    assert page.locator(".preview strong").inner_text() == "without"
    page.get_by_role("button", name="Post answer").click()
    assert page.locator(".text strong", has_text="without").is_visible()
    comment = page.locator(f"#p{forum.community.answer_id} details")
    comment.locator("summary").click()
    comment.locator("textarea").fill("Short and plain.")
    comment.get_by_role("button", name="Post comment").click()
    assert page.get_by_text("Short and plain.").is_visible()
    page.context.close()


def test_an_open_menu_shuts(forum: Forum) -> None:
    page = forum.page(forum.community.asker)
    page.goto("/")
    ready(page)
    menu, opener = page.locator("header .menu"), page.locator("header .menu > summary")
    opener.click()
    menu.get_by_role("link", name="Drafts").focus()
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert opener.evaluate("opener => opener === document.activeElement")
    opener.click()
    assert menu.get_attribute("open") is not None
    page.locator("h1, main").first.click(position={"x": 2, "y": 2})
    assert menu.get_attribute("open") is None
    page.context.close()
