"""Who may send forms, how much, and what browsers are told."""

from collections.abc import Callable, Iterator

import pytest
from browsing import BASE, Browser, make_app
from makers import make_account
from starlette.responses import HTMLResponse, Response

from forum.db import Database
from forum.policy import Permit
from forum.web.endpoint import Visit
from forum.web.routing import get, post


def hello(_visit: Visit) -> Response:
    return HTMLResponse("hello")


def size(visit: Visit) -> Response:
    return HTMLResponse(str(len(visit.form.get("a", ""))))


ROUTES = (get("/hello", hello), post("/size", size, Permit.SIGN_IN))
LIMIT = 64 * 1024


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Database]:
    database = new_database(request.param)
    yield database
    database.close()


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database, ROUTES, body_bytes=LIMIT)) as browser:
        yield browser


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": BASE}, 403),
        ({"origin": BASE}, 200),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "http://evil.test", "host": "evil.test"}, 400),
        ({"origin": "null"}, 403),
        ({"origin": f"{BASE}.evil.test"}, 403),
        ({"referer": f"{BASE}/hello"}, 403),
        ({}, 403),
    ],
)
def test_forms_come_from_our_own_pages(browser: Browser, headers: dict[str, str], status: int) -> None:
    assert browser.ask("POST", "/size", data={"a": "1"}, headers=headers).status_code == status


def test_our_own_pages_are_known_however_the_setting_is_spelled(database: Database) -> None:
    """Without https that is all that browsers say of where a form comes from."""
    with Browser(make_app(database, ROUTES, base_url="http://Forum.test:80")) as browser:
        assert browser.ask("POST", "/size", data={"a": "1"}, headers={"origin": BASE}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "SOMETHING"])
def test_other_methods_are_checked_too(browser: Browser, method: str) -> None:
    assert browser.ask(method, "/hello").status_code == 403
    assert browser.ask(method, "/hello", headers={"origin": BASE}).status_code == 405


def test_every_answer_has_its_headers(browser: Browser) -> None:
    for answer in (browser.get("/hello"), browser.get("/absent"), browser.ask("POST", "/size")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in answer.headers


def test_https_has_a_cookie_that_only_this_host_can_set(database: Database) -> None:
    with Browser(make_app(database, ROUTES, base_url="https://forum.test")) as browser:
        assert browser.site.cookie == "__Host-session"
        assert "max-age" in browser.get("/hello").headers["strict-transport-security"]


def test_nothing_is_stored_for_who_is_signed_in(browser: Browser, database: Database) -> None:
    assert browser.get("/hello").headers["cache-control"] == "no-cache"
    with database.writing() as db:
        ada = make_account(db)
    assert browser.signed_in(ada).get("/hello").headers["cache-control"] == "private, no-store"
    assert browser.get("/absent").headers["cache-control"] == "private, no-store"


def test_a_body_over_the_limit_is_refused(browser: Browser) -> None:
    assert browser.post("/size", {"a": "x" * (LIMIT - 2)}).text == str(LIMIT - 2)
    answer = browser.post("/size", {"a": "x" * LIMIT})
    assert (answer.status_code, "larger than this forum accepts" in answer.text) == (413, True)


def test_a_body_that_hides_its_length_is_refused(browser: Browser) -> None:
    async def chunks() -> Iterator[bytes]:  # type: ignore[misc]
        for _ in range(LIMIT // 1000 + 2):
            yield b"a" * 1000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post("/size", content=chunks(), headers=kind).status_code == 413


@pytest.mark.parametrize("length", ["-1", "abc", "9" * 4000, "²"])
def test_a_length_that_is_none_is_refused(browser: Browser, length: str) -> None:
    headers = {"content-length": length.encode(), "content-type": "application/x-www-form-urlencoded"}
    assert browser.post("/size", content=b"a=1", headers=headers).status_code == 413


def test_another_host_is_refused(browser: Browser) -> None:
    answer = browser.get("/hello", headers={"host": "evil.test"})
    assert (answer.status_code, "hello" in answer.text) == (400, False)
    assert "evil.test" not in answer.text


def test_static_files_stay_for_a_year(browser: Browser, database: Database) -> None:
    address = browser.site.static.address("style.css")
    answer = browser.get(address, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    plain = browser.get(address, headers={"accept-encoding": "identity"})
    assert (plain.content, "content-encoding" in plain.headers) == (answer.content, False)
    with database.writing() as db:
        ada = make_account(db)
    assert "immutable" in browser.signed_in(ada).get(address).headers["cache-control"]


def test_an_old_address_of_a_static_file_is_not_kept(browser: Browser) -> None:
    answer = browser.get("/static/000000000000/style.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert browser.get("/static/x/../../forum/app.py").status_code == 404
    assert browser.get("/static/x/%2e%2e/%2e%2e/app.py").status_code == 404
