"""What search engines are told of: all that everybody sees, once, in files that stay as they are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from urllib.robotparser import RobotFileParser

import pytest
from browsing import BASE, Browser, make_app
from lxml import etree
from makers import make_account, make_answer, make_thread, opening
from moderation.acts import decide, flag
from sqlalchemy import event
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import tending, transferring
from forum.db import Database
from forum.discussion.tables import Thread
from forum.web.pages import sitemaps

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


class Place(NamedTuple):
    browser: Browser
    database: Database
    moderator: Actor
    #: Seven threads: seen, held, seen, hidden, duplicate, merged, seen.
    threads: list[Thread]

    def read(self, path: str) -> dict[str, str | None]:
        """Each address of the file with its lastmod."""
        answer = self.browser.get(path)
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/xml", path
        root = etree.fromstring(answer.content)
        assert root.tag in (f"{MAP}urlset", f"{MAP}sitemapindex")
        found = {str(each.findtext(f"{MAP}loc")): each.findtext(f"{MAP}lastmod") for each in root}
        assert len(found) == len(root) > 0
        return found

    def path(self, number: int) -> str:
        thread = self.threads[number]
        return f"{BASE}/t/{thread.id}/{thread.slug}"

    def everything(self) -> list[str]:
        """The addresses of all files that the index names."""
        files = (file.removeprefix(BASE) for file in self.read("/sitemap.xml"))
        return [address for file in files for address in self.read(file)]


def settle(db: Session) -> tuple[Actor, list[Thread]]:
    moderator, newcomer = make_account(db, "anna", Role.MODERATOR), make_account(db, shown_posts=0)
    asker = make_account(db, "asker")
    threads = [
        make_thread(db, asker, title="Is the first one größer?", tags="first", text="[@doi:10.5555/one]"),
        make_thread(db, newcomer, tags="zqheld", text="[@doi:10.5555/held]"),
        make_thread(db, asker, tags="first c", text="[@doi:10.5555/one] [@doi:10.5555/two]"),
        *(make_thread(db, asker, tags="gone") for _ in range(3)),
        make_thread(db, asker, tags="last", text="[@doi:10.5555/three]"),
    ]
    flag(db, opening(db, threads[3]))
    decide(db, moderator, opening(db, threads[3]), "hide")
    tending.close_as_duplicate(db, moderator, threads[4].id, str(threads[0].id), "Asked before.")
    transferring.merge(db, moderator, threads[5].id, str(threads[0].id), "The same.")
    return moderator, threads


@pytest.fixture(autouse=True)
def _small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "SIZE", 2)


@pytest.fixture
def place(database: Database) -> Iterator[Place]:
    """For tests that change something."""
    with database.writing() as db:
        moderator, threads = settle(db)
    with Browser(make_app(database)) as browser:
        yield Place(browser, database, moderator, threads)


@pytest.fixture(scope="module")
def readable(new_database: Callable[[str], Database]) -> Iterator[Place]:
    """For tests that only read."""
    database = new_database("sqlite")
    with database.writing() as db:
        moderator, threads = settle(db)
    with Browser(make_app(database)) as browser:
        yield Place(browser, database, moderator, threads)


def test_files_hold_what_everybody_sees(place: Place) -> None:
    numbers = [(thread.id - 1) // 2 + 1 for thread in place.threads]
    shown = {number: [] for number in numbers}  # type: ignore[var-annotated]
    for index in (0, 2, 6):
        shown[numbers[index]].append(place.path(index))
    files = place.read("/sitemap.xml")
    expected = [f"{BASE}/sitemaps/threads-{number}.xml" for number, held in shown.items() if held]
    assert [file for file in files if "threads" in file] == expected, "none of them is empty"
    for number, held in shown.items():
        if held:
            assert list(place.read(f"/sitemaps/threads-{number}.xml")) == [as_sent(each) for each in held]
        else:
            assert place.browser.get(f"/sitemaps/threads-{number}.xml").status_code == 404
    everything = place.everything()
    assert len(everything) == len(set(everything))
    tags = {f"{BASE}/tags/{name}" for name in ("first", "c", "last", "gone")}
    assert {each for each in everything if "/tags/" in each} <= tags, "the held tag is not told"
    cited = [each for each in everything if "/references/" in each]
    assert len(cited) == 3 and not any("held" in each for each in cited)
    assert not any("/people/" in each for each in everything)


def as_sent(address: str) -> str:
    return address.replace("ö", "%C3%B6").replace("ß", "%C3%9F")


def test_every_address_is_one_that_a_guest_can_read(readable: Place) -> None:
    for address in readable.everything():
        answer = readable.browser.get(address.removeprefix(BASE))
        assert answer.status_code == 200, address
        assert f'<link rel="canonical" href="{address}">' in answer.text
        assert 'content="noindex"' not in answer.text


def test_when_a_page_changed_is_told(place: Place, frozen: Any) -> None:
    number = (place.threads[0].id - 1) // 2 + 1
    path, address = f"/sitemaps/threads-{number}.xml", as_sent(place.path(0))
    before, others = place.read(path)[address], place.read("/sitemap.xml")
    frozen.forward(days=1)
    with place.database.writing() as db:
        make_answer(db, db.get_one(Thread, place.threads[0].id), text="A source [@doi:10.5555/three].")
    after = place.read(path)[address]
    assert before and after and datetime.fromisoformat(after) > datetime.fromisoformat(before)
    files = place.read("/sitemap.xml")
    changed = [file for file in files if files[file] != others.get(file)]
    assert changed == [f"{BASE}{path}"] and files[changed[0]] == after
    (three,) = (each for each in place.everything() if "three" in each)
    cited = {
        each: at for number in (1, 2) for each, at in place.read(f"/sitemaps/references-{number}.xml").items()
    }
    assert cited[three] == after


def test_there_is_no_other_file(readable: Place) -> None:
    for file in ("threads-0", "threads-4000", "threads-2147483647", "people-1", "x-1"):
        assert readable.browser.get(f"/sitemaps/{file}.xml").status_code == 404, file


def test_an_empty_forum_has_an_empty_map(new_database: Callable[[str], Database]) -> None:
    with Browser(make_app(new_database("sqlite"))) as browser:
        answer = browser.get("/sitemap.xml")
        assert answer.status_code == 200 and len(etree.fromstring(answer.content)) == 0


@contextmanager
def listening(browser: Browser) -> Iterator[list[str]]:
    """The SELECTs of the pages that are asked for meanwhile."""
    asked: list[str] = []
    engine = browser.site.database.engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM" in statement:
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_more_threads_change_no_file_and_cost_no_more(place: Place) -> None:
    """As many statements for many files as for few, and none that skips what it has read."""
    path = f"/sitemaps/threads-{(place.threads[0].id - 1) // 2 + 1}.xml"
    before = place.browser.get(path).content
    with listening(place.browser) as few:
        place.browser.get("/sitemap.xml")
    with place.database.writing() as db:
        for _ in range(5):
            make_thread(db, tags="new")
    with listening(place.browser) as many:
        place.browser.get("/sitemap.xml")
    assert len(many) == len(few) == 4
    with listening(place.browser) as asked:
        assert place.browser.get(path).content == before
    assert len(asked) == 1 and "OFFSET" not in asked[0]


# --- robots.txt ----------------------------------------------------------------------------------------


def robots(browser: Browser) -> tuple[str, RobotFileParser]:
    text = browser.get("/robots.txt").text
    parser = RobotFileParser()
    parser.parse(text.splitlines())
    return text, parser


def test_robots_may_read_what_is_for_everybody(readable: Place) -> None:
    text, rules = robots(readable.browser)
    assert f"Sitemap: {BASE}/sitemap.xml" in text.splitlines()
    for address in (
        *readable.everything(),
        f"{BASE}/",
        f"{BASE}/feeds/latest.atom",
        f"{BASE}/p/1",
        f"{BASE}/log",
    ):
        assert rules.can_fetch("Crawler", address), address
    for path in (
        "/search?q=x",
        "/account/flags",
        "/moderation",
        "/inbox",
        "/sign-in?next=/",
        "/ask",
        "/cite",
    ):
        assert not rules.can_fetch("Crawler", BASE + path), path
    # The standard library knows no patterns.
    for pattern in ("/p/*/", "/t/*/tend$", "/references/*/flag$", "/references/*/correct$"):
        assert f"Disallow: {pattern}" in text.splitlines()


def test_a_forum_can_keep_to_itself(readable: Place) -> None:
    with Browser(make_app(readable.database, indexing=False)) as browser:
        text, rules = robots(browser)
        assert not rules.can_fetch("Crawler", f"{BASE}/") and "Sitemap" not in text
        for path in ("/sitemap.xml", "/sitemaps/threads-1.xml"):
            assert browser.get(path).status_code == 404
        for path in ("/", "/search?q=x", "/rules", readable.path(0).removeprefix(BASE)):
            assert browser.get(path).text.count('<meta name="robots" content="noindex">') == 1, path
        assert browser.get("/feeds/latest.atom").status_code == 200, "members follow it all the same"
