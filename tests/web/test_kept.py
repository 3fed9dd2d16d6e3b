"""Kept pages: whole, true, bounded, and never anybody's who is signed in."""

import gzip
import time
from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from makers import make_account
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from forum.accounts.tables import Actor
from forum.db import Database
from forum.freshness import read, touch
from forum.policy import Permit
from forum.web.endpoint import Visit
from forum.web.routing import get, post

PADDING = "<p>" + "padding " * 500
END_LISTENERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE (query LIKE 'LISTEN%' OR query = 'SELECT 1')"
)
GZIP = {"accept-encoding": "gzip"}


class Shop:
    """Handlers that count how often they are asked; `during` happens while a page is made."""

    def __init__(self) -> None:
        self.made = 0
        self.during: Database | None = None

    def page(self, visit: Visit) -> Response:
        self.made += 1
        number = read(visit.db, ["thread:1"])["thread:1"]
        if self.during is not None:
            raise_generation(self.during, "thread:1")
            self.during = None
        return HTMLResponse(f"{number} {visit.query.get('after', '')} {PADDING}")

    def with_cookie(self, visit: Visit) -> Response:
        self.made += 1
        response = HTMLResponse("x")
        response.set_cookie("a", "b")
        return response

    def themed(self, visit: Visit) -> Response:
        self.made += 1
        return HTMLResponse(f"{visit.theme or 'none'} {PADDING}")

    def absent(self, visit: Visit) -> Response:
        self.made += 1
        return PlainTextResponse("no", 404)

    def write(self, visit: Visit) -> Response:
        visit.act(lambda db, _actor: touch(db, "thread:1"))
        return PlainTextResponse("written")

    def routes(self) -> tuple[object, ...]:
        keeps = lambda path, query: (f"thread:{path.get('id', 1)}", "threads")  # noqa: E731
        return (
            get("/page", self.page, keeps=keeps),
            get("/page/{id:int}", self.page, keeps=keeps),
            get("/never", self.page, keeps=lambda path, query: None),
            get("/cookie", self.with_cookie, keeps=keeps),
            get("/themed", self.themed, keeps=keeps),
            get("/absent", self.absent, keeps=keeps),
            post("/write", self.write, Permit.SIGN_IN),
        )


def raise_generation(database: Database, *names: str) -> None:
    """What another process does."""
    with database.writing() as db:
        touch(db, *names)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture(scope="module")
def databases(new_database: Callable[[str], Database]) -> Iterator[dict[str, Database]]:
    found = {kind: new_database(kind) for kind in ("sqlite", "postgresql")}
    yield found
    for database in found.values():
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(databases: dict[str, Database], request: pytest.FixtureRequest) -> Database:
    return fresh(databases[request.param])


@pytest.fixture
def sqlite(databases: dict[str, Database]) -> Database:
    return fresh(databases["sqlite"])


@pytest.fixture
def postgres(databases: dict[str, Database]) -> Database:
    return fresh(databases["postgresql"])


def fresh(database: Database) -> Database:
    with database.writing() as db:
        db.execute(text("DELETE FROM generation"))
    return database


@pytest.fixture
def browser(database: Database, shop: Shop) -> Iterator[Browser]:
    with Browser(make_app(database, shop.routes())) as browser:  # type: ignore[arg-type]
        yield listening(browser.started())


def listening(browser: Browser) -> Browser:
    """Waits until a PostgreSQL listener hears; SQLite needs none."""
    if not browser.site.database.is_sqlite:
        until(lambda: browser.get("/nowhere") is not None and is_heard(browser))
    return browser


def is_heard(browser: Browser) -> bool:
    return browser.kept.watch.is_current(None)  # type: ignore[arg-type]


def until(holds: object, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def number(browser: Browser, path: str = "/page") -> int:
    return int(browser.get(path).text.split()[0])


def test_a_page_is_made_once(browser: Browser, shop: Shop) -> None:
    first, second = browser.get("/page"), browser.get("/page")
    assert shop.made == 1
    assert first.text == second.text
    assert first.headers == second.headers


def test_each_theme_is_kept_by_itself(browser: Browser, shop: Shop) -> None:
    sent = ("", "theme=dark", "a=b; theme=light", "theme=pink", "theme=dark; a=b", "")
    found = [browser.get("/themed", headers={"cookie": cookie}) for cookie in sent]
    assert [page.text.split()[0] for page in found] == ["none", "dark", "light", "none", "dark", "none"]
    assert shop.made == 3
    assert all("cookie" in page.headers["vary"] for page in found)


def test_both_encodings_hold_the_same_page(browser: Browser) -> None:
    for _ in range(2):
        packed = browser.get("/page", headers=GZIP)
        plain = browser.get("/page", headers={"accept-encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.text == plain.text
        assert int(plain.headers["content-length"]) == len(plain.content)
        assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, 6, mtime=0))
        assert "accept-encoding" in plain.headers["vary"]


def test_a_kept_page_has_all_headers(browser: Browser) -> None:
    for _ in range(2):
        headers = browser.get("/page").headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-cache"
        assert headers["content-type"] == "text/html; charset=utf-8"


def test_an_unchanged_page_is_not_sent_again(browser: Browser, database: Database) -> None:
    tag = browser.get("/page").headers["etag"]
    again = browser.get("/page", headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert browser.get("/page", headers={"if-none-match": 'W/"other"'}).status_code == 200


def test_head_is_answered_from_the_same_page(browser: Browser, shop: Shop) -> None:
    length = browser.get("/page", headers=GZIP).headers["content-length"]
    head = browser.ask("HEAD", "/page", headers=GZIP)
    assert (head.content, head.headers["content-length"], shop.made) == (b"", length, 1)


def test_a_change_by_another_process_makes_the_page_anew(
    browser: Browser, shop: Shop, database: Database
) -> None:
    assert number(browser) == 0
    raise_generation(database, "thread:1")
    if database.is_sqlite:
        assert number(browser) == 1
    until(lambda: number(browser) == 1)
    made = shop.made
    assert (number(browser), shop.made) == (1, made)


def test_a_change_of_something_else_does_not(browser: Browser, shop: Shop, database: Database) -> None:
    number(browser)
    raise_generation(database, "thread:2", "references")
    raise_generation(database, "tags")
    if not database.is_sqlite:
        time.sleep(0.3)
    assert (number(browser), shop.made) == (0, 1)


def test_a_change_by_this_process_shows_at_once(browser: Browser) -> None:
    for expected in range(5):
        assert number(browser) == expected
        browser.post("/write")


def test_a_change_while_the_page_is_made_counts(browser: Browser, shop: Shop, database: Database) -> None:
    shop.during = database
    assert number(browser) == 0
    if database.is_sqlite:
        assert number(browser) == 1
    until(lambda: number(browser) == 1)


def test_who_has_a_session_cookie_passes_by(browser: Browser, shop: Shop, database: Database) -> None:
    with database.writing() as db:
        ada = make_account(db)
    browser.signed_in(ada)
    for _ in range(2):
        assert browser.get("/page").headers["cache-control"] == "private, no-store"
    assert (shop.made, len(browser.kept)) == (2, 0)
    browser.signed_out().get("/page")
    browser.client.cookies.set(browser.site.cookie, "worth nothing")
    browser.get("/page")
    assert shop.made == 4


def test_only_whole_pages_without_cookies_are_kept(browser: Browser, shop: Shop) -> None:
    for path in ("/cookie", "/absent", "/never"):
        shop.made = 0
        # What could be kept but is not has a tag all the same, so that it need not be sent again.
        assert ("etag" in browser.get(path).headers) == (path == "/never")
        browser.get(path)
        assert (shop.made, len(browser.kept)) == (2, 0), path


def test_a_query_is_part_of_the_page(browser: Browser, shop: Shop) -> None:
    assert " two " in browser.get("/page?after=two").text
    assert " three " in browser.get("/page?after=three").text
    assert " two " in browser.get("/page?after=two").text
    assert shop.made == 2


@pytest.mark.parametrize("query", ["utm=1", "after=1&x=2", "told=signed-out"])
def test_a_query_that_is_not_ours_passes_by(browser: Browser, shop: Shop, query: str) -> None:
    browser.get(f"/page?{query}")
    browser.get(f"/page?{query}")
    assert (shop.made, len(browser.kept)) == (2, 0)


def test_memory_is_bounded_and_the_least_asked_goes_first(database: Database, shop: Shop) -> None:
    with Browser(make_app(database, shop.routes(), cache_bytes=40_000)) as browser:  # type: ignore[arg-type]
        listening(browser.started())
        for name in range(1, 20):
            browser.get(f"/page/{name}")
            browser.get("/page/1")
        assert 0 < browser.kept.size <= 40_000
        assert 3 < len(browser.kept) < 8
        shop.made = 0
        browser.get("/page/1")
        assert shop.made == 0
        browser.get("/page/2")
        assert shop.made == 1


def test_nothing_is_kept_when_that_is_wanted(database: Database, shop: Shop) -> None:
    with Browser(make_app(database, shop.routes(), cache_bytes=0)) as browser:  # type: ignore[arg-type]
        browser.started().get("/page")
        assert len(browser.kept) == 0


def test_the_listener_away_nothing_old_is_shown(postgres: Database, shop: Shop) -> None:
    database = postgres
    with Browser(make_app(database, shop.routes())) as browser:  # type: ignore[arg-type]
        number(listening(browser.started()))
        assert len(browser.kept) == 1
        with database.writing() as db:
            db.execute(text(f"{END_LISTENERS} AND pid <> pg_backend_pid() AND datname = current_database()"))
            touch(db, "thread:1")
        until(lambda: number(browser) == 1)
        until(lambda: browser.get("/nowhere") is not None and is_heard(browser))
        shop.made = 0
        assert (number(browser), number(browser), shop.made) == (1, 1, 1)


def test_without_a_listener_nothing_is_shown_from_memory(postgres: Database, shop: Shop) -> None:
    with Browser(make_app(postgres, shop.routes())) as browser:  # type: ignore[arg-type]
        number(browser)
        number(browser)
        assert shop.made == 2


def test_a_reader_never_meets_an_older_page_than_the_last_write(sqlite: Database, shop: Shop) -> None:
    database = sqlite
    with Browser(make_app(database, shop.routes())) as browser:  # type: ignore[arg-type]
        for written in range(1, 60):
            raise_generation(database, "thread:1", *(["threads"] if written % 3 else []))
            assert number(browser) == written
            if written % 2:
                assert number(browser) == written


def test_a_change_that_was_taken_back_keeps_the_page(
    browser: Browser, shop: Shop, database: Database
) -> None:
    number(browser)

    def change_and_fail(db: Session, _actor: Actor | None) -> None:
        touch(db, "thread:1")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.writing() as db:
        change_and_fail(db, None)
    assert (number(browser), shop.made) == (0, 1)
