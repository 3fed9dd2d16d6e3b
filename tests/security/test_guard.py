"""The guard before every door: names, headers on whatever answer, bodies, time."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from browsing import BASE, Browser, make_app
from conftest import free_port
from makers import make_account
from starlette.responses import HTMLResponse, RedirectResponse, Response

from forum import logs
from forum.config import Settings
from forum.db import Database
from forum.errors import NotFound
from forum.policy import Permit
from forum.web import doors, hosts, limits, trouble
from forum.web.endpoint import Visit
from forum.web.headers import SECRET
from forum.web.routes import ROUTES
from forum.web.routing import LONG, SHORT, Way, get, post

EVIL = "evil.test"


class Slow:
    """A page that takes as long as the test wants."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, _visit: Visit) -> Response:
        time.sleep(self.seconds)
        return HTMLResponse("slow")


SLOW = Slow()


def page(_visit: Visit) -> Response:
    return HTMLResponse("page")


def away(_visit: Visit) -> Response:
    return RedirectResponse("/page", 303)


def broken(_visit: Visit) -> Response:
    raise RuntimeError("broken")


def with_cookie(visit: Visit) -> Response:
    return visit.remember_step(HTMLResponse("page"), "x" * 43)


def size(visit: Visit) -> Response:
    return HTMLResponse(str(sum(map(len, visit.form.values()))))


def kept(_path: object, _query: object) -> tuple[str, ...]:
    return ()


STAGE = (
    get("/kept", page, keeps=kept),
    get("/page", page),
    get("/away", away),
    get("/broken", broken),
    get("/cookie", with_cookie),
    get("/slow", SLOW),
    get("/account", page, Permit.INBOX),
    get("/recover/{token}", page),
    post("/short", size, Permit.SIGN_IN),
    post("/long", size, Permit.SIGN_IN, body=LONG),
    post("/slow", SLOW, Permit.SIGN_IN),
    post("/sign-in", SLOW, Permit.SIGN_IN),
    post("/sign-out", away, Permit.SIGN_OUT),
    get("/healthz", page),
    get("/readyz", page),
)


@pytest.fixture(scope="module")
def database(new_database: Callable[[str], Database]) -> Iterator[Database]:
    database = new_database("sqlite")
    yield database
    database.close()


@pytest.fixture(scope="module")
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database, STAGE)) as browser:
        yield browser


@pytest.fixture
def member(browser: Browser, database: Database) -> Iterator[Browser]:
    with database.writing() as db:
        ada = make_account(db)
    yield browser.signed_in(ada)
    browser.signed_out()


# --- names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/page", "/kept", "/account", "/absent", "/static/x/style.css", "/away"])
@pytest.mark.parametrize("host", [EVIL, "", "forum.test.evil.test", "forum.test:1", "forum.test."])
def test_another_host_is_refused_everywhere(browser: Browser, path: str, host: str) -> None:
    # A page that is kept is not given away under another name either.
    assert browser.get(path).status_code != 400
    for headers in ({"host": host}, {"host": host, "cookie": "session=x"}):
        answer = browser.get(path, headers=headers)
        assert answer.status_code == 400
        assert "no forum by that name" in answer.text
        assert EVIL not in answer.text and EVIL not in str(answer.headers)


def test_a_forwarded_host_changes_nothing(browser: Browser) -> None:
    for name in ("x-forwarded-host", "forwarded", "x-original-host", "x-host"):
        assert EVIL not in browser.get("/absent", headers={name: EVIL}).text


@pytest.mark.parametrize("path", ["/page", "/kept", "/healthz"])
@pytest.mark.parametrize(
    "several",
    [
        ["forum.test", "forum.test"],
        [EVIL, "forum.test"],
        ["forum.test", EVIL],
        [EVIL, "forum.test", "forum.test"],
    ],
)
def test_two_hosts_are_none(browser: Browser, path: str, several: list[str]) -> None:
    browser.get(path)
    assert browser.get(path, headers=[("host", host) for host in several]).status_code == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_load_balancers_ask_by_any_one_name(browser: Browser, path: str) -> None:
    assert browser.get(path, headers={"host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.parametrize("host", ["forum.test", "FORUM.test", "forum.test:80"])
def test_our_own_name_has_spellings(browser: Browser, host: str) -> None:
    assert browser.get("/kept", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("base", "others", "answered", "refused"),
    [
        ("https://f.example", "", "f.example f.example:443", "f.example:8000 localhost"),
        ("https://f.example:8443", "", "f.example:8443", "f.example"),
        ("http://127.0.0.1:8000", "", "127.0.0.1:8000 localhost:8000 [::1]:8000", "localhost x:8000"),
        ("http://[::1]:8000", "", "[::1]:8000 localhost:8000", "[::1]"),
        ("http://localhost", "", "localhost localhost:80 127.0.0.1", "localhost:8000"),
        (
            "https://f.example",
            "old.example:99 b.example",
            "f.example b.example old.example:99",
            "old.example",
        ),
        ("http://bücher.example", "", "xn--bcher-kva.example", "b"),
    ],
)
def test_which_names_are_answered(base: str, others: str, answered: str, refused: str) -> None:
    allowed = hosts.allowed(Settings(base_url=base, hosts=others))
    assert {host.encode() for host in answered.split()} <= allowed
    assert not {host.encode() for host in refused.split()} & allowed


# --- headers -------------------------------------------------------------------------------------------

ANSWERS: tuple[tuple[str, str, int], ...] = (
    ("GET", "/page", 200),
    ("GET", "/kept", 200),
    ("HEAD", "/kept", 200),
    ("HEAD", "/page", 200),
    ("GET", "/away", 303),
    ("GET", "/absent", 404),
    ("GET", "/account", 303),
    ("POST", "/page", 405),
    ("POST", "/short", 200),
    ("GET", "/broken", 500),
    ("GET", "/cookie", 200),
    ("GET", "/static/x/style.css", 200),
    ("GET", "/static/x/absent.css", 404),
    ("GET", "/recover/token", 200),
)
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_kind_of_answer_has_its_headers(browser: Browser, method: str, path: str, status: int) -> None:
    ask = browser.post if method == "POST" else lambda path: browser.ask(method, path)
    answer = ask(path)
    assert answer.status_code == status
    assert EVERYWHERE.items() <= dict(answer.headers).items()
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "publickey-credentials-get=(self)" in answer.headers["permissions-policy"]
    assert "strict-transport-security" not in answer.headers
    assert len(answer.headers.get_list("cache-control")) == 1
    assert len(answer.headers.get_list("content-security-policy")) == 1


def test_what_is_unchanged_has_them_too(browser: Browser) -> None:
    for path in ("/kept", "/page"):
        tag = browser.get(path).headers["etag"]
        answer = browser.get(path, headers={"if-none-match": tag})
        assert answer.status_code == 304
        assert EVERYWHERE.items() <= dict(answer.headers).items()


def test_refusals_have_them_too(browser: Browser) -> None:
    wrong = browser.get("/page", headers={"host": EVIL})
    crossed = browser.ask("POST", "/short", data={"a": "1"})
    large = browser.post("/short", {"a": "x" * SHORT})
    assert [each.status_code for each in (wrong, crossed, large)] == [400, 403, 413]
    for answer in (wrong, crossed, large):
        assert EVERYWHERE.items() <= dict(answer.headers).items()


def test_on_https_browsers_stay_there(database: Database) -> None:
    with Browser(make_app(database, STAGE, base_url="https://forum.test")) as browser:
        for path in ("/page", "/kept", "/absent", "/static/x/style.css"):
            told = browser.get(path).headers["strict-transport-security"]
            assert told == "max-age=31536000; includeSubDomains"
        assert browser.get("/recover/token").headers["referrer-policy"] == "no-referrer"
        cookie = browser.get("/cookie").headers["set-cookie"].lower()
        assert cookie.startswith("__host-step=")
        assert all(word in cookie for word in ("; secure", "; httponly", "; path=/", "; samesite=lax"))


def test_pages_with_a_token_in_their_address_keep_it(browser: Browser) -> None:
    for path in ("/recover/token", "/confirm/token", "/invite/token", "/report/token", "/setup?code=1"):
        answer = browser.get(path)
        # Not "no-referrer": without https that would leave forms without an origin.
        assert answer.headers["referrer-policy"] == "strict-origin"
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
    assert browser.get("/page").headers["referrer-policy"] == "same-origin"


def test_every_route_with_a_token_is_one_of_them() -> None:
    found = [way.path for way in ROUTES if "{token}" in way.path]
    assert [path for path in found if not path.startswith(SECRET)] == []
    # Nor does the log tell the token.
    assert [path for path in found if "secret" in logs.mask(path.format(token="secret"))] == []


def test_nothing_private_is_stored_anywhere(browser: Browser) -> None:
    public = browser.get("/kept")
    assert (public.headers["cache-control"], public.headers["vary"]) == (
        "no-cache",
        "cookie, accept-encoding, accept-language",
    )
    assert browser.get("/cookie").headers["cache-control"] == "private, no-store"
    for cookie in ("session=x", "__Host-session=x", "step=x", "a=b; step=x"):
        headers = {"cookie": cookie}
        for path in ("/page", "/absent", "/away", "/broken"):
            assert browser.get(path, headers=headers).headers["cache-control"] == "private, no-store"


def test_a_private_page_is_never_kept(member: Browser) -> None:
    """Served from a shared cache, somebody's page would be everybody's."""
    assert member.get("/kept").headers["cache-control"] == "private, no-store"
    assert member.signed_out().get("/kept").headers["cache-control"] == "no-cache"


def test_signing_out_leaves_nothing_behind(member: Browser) -> None:
    assert member.post("/sign-out").headers["clear-site-data"] == '"cache", "storage"'
    assert "clear-site-data" not in member.get("/away").headers


def test_search_engines_keep_out_where_the_owner_wants(database: Database, browser: Browser) -> None:
    assert "x-robots-tag" not in browser.get("/page").headers
    assert browser.get("/account").headers["x-robots-tag"] == "noindex"
    with Browser(make_app(database, STAGE, indexing=False)) as unlisted:
        assert unlisted.get("/page").headers["x-robots-tag"] == "noindex"


def test_forms_lead_to_us_alone(database: Database) -> None:
    oidc = {"oidc_issuer": "https://id.example.org/realm", "oidc_client": "forum", "oidc_name": "Id"}
    for settings in ({}, oidc):
        with Browser(make_app(database, STAGE, **settings)) as browser:
            assert "form-action 'self';" in browser.get("/page").headers["content-security-policy"]


# --- bodies --------------------------------------------------------------------------------------------


def sent(browser: Browser, path: str, length: int) -> int:
    return browser.post(path, {"a": "x" * (length - 2)}).status_code


def test_each_route_has_its_limit(browser: Browser) -> None:
    whole = browser.site.settings.body_bytes
    assert [sent(browser, "/short", SHORT), sent(browser, "/short", SHORT + 1)] == [200, 413]
    assert [sent(browser, "/long", whole), sent(browser, "/long", whole + 1)] == [200, 413]


def test_the_limit_holds_for_bodies_of_unknown_length(browser: Browser) -> None:
    async def chunks() -> Iterator[bytes]:  # type: ignore[misc]
        for _ in range(SHORT // 1000 + 1):
            yield b"a" * 1000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post("/short", content=chunks(), headers=kind).status_code == 413
    assert browser.post("/long", content=chunks(), headers=kind).status_code == 200


@pytest.mark.parametrize("character", ["x", "字", "🧪"])
def test_the_longest_text_fits_in_every_script(character: str) -> None:
    form = httpx.Request(
        "POST", BASE, data={"text": character * 30_000, "key": "k" * 24, "title": "字" * 150}
    )
    assert len(form.read()) <= Settings().body_bytes


def longs() -> list[Way]:
    return [way for way in ROUTES if way.body is None]


def test_only_texts_may_be_long() -> None:
    doors = ("/sign", "/account", "/recover", "/confirm", "/admin", "/setup", "/invite")
    assert longs() and not [way.path for way in longs() if way.path.startswith(doors)]


# --- time ----------------------------------------------------------------------------------------------


def test_work_that_takes_too_long_is_given_up(database: Database) -> None:
    with Browser(make_app(database, STAGE, request_seconds=0.1)) as browser:
        SLOW.seconds = 0.4
        for ask in (browser.get, browser.post):
            answer = ask("/slow")
            assert (answer.status_code, "stopped waiting" in answer.text) == (503, True)
            assert EVERYWHERE.items() <= dict(answer.headers).items()
        SLOW.seconds = 0
        # The threads were not lost: they come to the end of what they do.
        time.sleep(0.4)
        assert [browser.get("/slow").text, browser.post("/slow").text] == ["slow", "slow"]


def test_an_error_is_told_even_when_no_thread_is_free(database: Database) -> None:
    with Browser(make_app(database, STAGE, request_seconds=0.1)) as browser:
        SLOW.seconds = 0.5
        assert browser.get("/slow").status_code == 503
        answer = browser.get("/absent")
        assert (answer.status_code, "There is nothing here" in answer.text) == (404, True)
        # The words alone: a whole page would have waited for the thread.
        assert "Go to the start page" in answer.text
        SLOW.seconds = 0


def test_words_that_somebody_sent_are_escaped_there_too(browser: Browser) -> None:
    """On the page for when no page can be made."""
    page = trouble._plain(NotFound("There is no account <b>."), browser.site).body
    assert b"There is no account &lt;b&gt;." in page


def test_a_crowd_at_the_door_is_asked_to_come_again(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browser.post("/sign-in").text == "slow"
    monkeypatch.setattr(doors, "LONGEST_LINE", 0)
    answer = browser.post("/sign-in")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Very many people" in answer.text
    # Members go on meanwhile.
    assert browser.post("/short").status_code == 200


def test_who_knocks_has_a_thread_of_their_own(browser: Browser) -> None:
    assert browser.site.doors.pool not in (browser.site.quick, browser.site.slow)
    at_door = {path for (_, path), costs in limits.TABLE.items() if costs.at_door}
    assert at_door >= {
        "/sign-in",
        "/sign-in/code",
        "/sign-up",
        "/recover",
        "/recover/{token}",
        "/account/prove",
    }


# --- a real server -------------------------------------------------------------------------------------


class Server(NamedTuple):
    """`forum serve`, which lets two guesses through and half a second for a request."""

    port: int
    log: Path

    def ask(self, *lines: str, body: bytes = b"") -> tuple[int, str, bool]:
        """The status, the whole answer, and whether the connection was ended."""
        head = "\r\n".join([*lines, "", ""]).encode()
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(head + body)
            answer = b""
            with suppress(TimeoutError):
                while more := connection.recv(65536):
                    answer += more
                return int(answer.split()[1]), answer.decode(), True
        return int(answer.split()[1]), answer.decode(), False

    def form(self, *lines: str, body: bytes = b"") -> tuple[int, str, bool]:
        here = f"127.0.0.1:{self.port}"
        kind = "Content-Type: application/x-www-form-urlencoded"
        head = ("POST /sign-in HTTP/1.1", f"Host: {here}", f"Origin: http://{here}", kind)
        return self.ask(*head, *lines, body=body)


def _wait_for(port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"the server never listened: {log.read_text()}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, _sqlite_model: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("guard")
    (folder / "forum.sqlite3").write_bytes(_sqlite_model.read_bytes())
    settings = {"FORUM_DATA_DIR": str(folder), "FORUM_LIMITS": "0.2", "FORUM_REQUEST_SECONDS": "0.5"}
    port = free_port()
    command = [sys.executable, "-m", "forum", "serve", "--port", str(port), "--no-worker"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, env=os.environ | settings, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_for(port, folder / "log")
        yield Server(port, folder / "log")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_slow_body_is_ended(server: Server) -> None:
    for how in ("Content-Length: 1000", "Transfer-Encoding: chunked"):
        status, answer, ended = server.form(how, body=b"5\r\nname=\r\n")
        assert (status, "did not arrive in time" in answer, ended) == (408, True, True)


def test_a_body_that_is_announced_too_large_is_not_waited_for(server: Server) -> None:
    assert server.form("Content-Length: 100000000", body=b"name=a")[0] == 413


def test_the_host_on_the_wire(server: Server) -> None:
    ours, close = f"Host: 127.0.0.1:{server.port}", "Connection: close"
    assert server.ask("GET /tags HTTP/1.1", ours, close)[0] == 200
    assert server.ask("GET /tags HTTP/1.1", f"Host: localhost:{server.port}", close)[0] == 200
    for lines in ((ours, ours), (ours, f"Host: {EVIL}"), (f"Host: {EVIL}",), ()):
        assert server.ask("GET /tags HTTP/1.1", *lines, close)[0] == 400
    assert server.ask(f"GET http://127.0.0.1:{server.port}/tags HTTP/1.1", f"Host: {EVIL}", close)[0] == 400


def test_the_server_does_not_believe_a_forwarded_address(server: Server) -> None:
    body = b"name=ada&password=wrong"
    length, close = f"Content-Length: {len(body)}", "Connection: close"
    found = [
        server.form(length, close, f"X-Forwarded-For: 203.0.113.{turn}", body=body)[0] for turn in range(3)
    ]
    assert [status == 429 for status in found] == [False, False, True]


def test_the_server_logs_lines_of_json_and_no_requests(server: Server) -> None:
    server.ask("GET /recover/secret-token HTTP/1.1", f"Host: {EVIL}", "Connection: close")
    # The first lines are for the person who starts it.
    lines = [
        line for line in server.log.read_text().splitlines() if not line.startswith(("Footnote is", "Open "))
    ]
    assert json.loads(lines[-1])["why"] == "wrong_host"
    assert "secret-token" not in "".join(lines)
    assert {json.loads(line)["event"] for line in lines} <= {"refused", "security"}
