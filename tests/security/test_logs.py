"""The log: lines of JSON that hold no secret, and in which no text can do anything."""

import io
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from browsing import Browser, make_app
from conftest import Clock
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from makers import make_account
from sqlalchemy import text
from starlette.responses import HTMLResponse, Response

from forum import config, logs
from forum.db import Database
from forum.errors import TooMany
from forum.policy import Permit
from forum.web.endpoint import Visit
from forum.web.routing import get, post

TOKEN = "pwkImjAT2mSWoaMW9ElLXhMm1_uJ9FfKmT65J2Qxn8U"
PASSWORD = "my very own passphrase"
#: Escapes of a terminal, an end of line, a C1 control, text that runs the other way, a separator of lines.
NASTY = '\x1b[2J\x1b]0;title\x07 \r\n{"event": "forged"} \x9b31m \u202egnp.exe \u2028 ${jndi:x} %s %(x)s'


def broken(visit: Visit) -> Response:
    raise RuntimeError(f"it broke: {visit.form.get('text', '')}")


def told(visit: Visit) -> Response:
    """Fails with all that a request can know."""
    raise RuntimeError(f"cookie session={visit.token} {visit.form} from {visit.query}, to ada@example.org")


def too_many(_visit: Visit) -> Response:
    raise TooMany("Words.", 60)


def double(visit: Visit) -> Response:
    """The database's own words about an error hold what was written."""
    with visit.site.database.writing() as db:
        make_account(db, "double")
        db.execute(text("INSERT INTO account (name) VALUES (:name)"), {"name": "somebody@example.org"})
    return HTMLResponse("")


ROUTES = (
    get("/recover/{token}", broken),
    get("/confirm/{token}", broken),
    get("/sign-in/provider/back", told),
    post("/broken", broken, Permit.SIGN_IN),
    post("/told", told, Permit.SIGN_IN),
    post("/many", too_many, Permit.SIGN_IN),
    post("/double", double, Permit.SIGN_IN),
)


class Log:
    """What was written on standard error."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._text = ""

    @property
    def text(self) -> str:
        self._text += self._read()
        return self._text

    @property
    def events(self) -> list[dict[str, Any]]:
        """Each line as what it says; every line must be JSON."""
        return [json.loads(line) for line in self.text.splitlines()]

    def harmless(self) -> None:
        """Nothing but printable ASCII, in whole lines."""
        assert re.fullmatch(r"(?:[ -~]+\n)*", self.text)


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Log:
    return Log(lambda: capsys.readouterr().err)


@pytest.fixture(scope="module")
def database(new_database: Callable[[str], Database]) -> Iterator[Database]:
    database = new_database("sqlite")
    yield database
    database.close()


@pytest.fixture(scope="module")
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database, ROUTES)) as browser:
        yield browser


def test_a_failure_is_one_line(browser: Browser, log: Log) -> None:
    answer = browser.post("/broken", {"text": NASTY})
    assert answer.status_code == 500
    (event,) = log.events
    assert event["event"] == "request failed" and event["asked"] == "POST /broken"
    # The way from the page to the log.
    assert event["event_id"] in answer.text
    assert "RuntimeError: it broke" in event["exception"]
    log.harmless()


@pytest.mark.parametrize("kind", ["recover", "confirm"])
def test_a_token_in_the_path_is_not_told(browser: Browser, log: Log, kind: str) -> None:
    for token in (TOKEN, "short"):
        browser.get(f"/{kind}/{token}")
    assert [event["asked"] for event in log.events] == [f"GET /{kind}/[token]"] * 2
    assert TOKEN not in log.text and "/short" not in log.text


def test_what_opens_a_door_is_not_told(browser: Browser, log: Log) -> None:
    browser.client.cookies.set("session", TOKEN)
    browser.post("/told", {"password": PASSWORD, "code": "123456", "email": "bela@example.org"})
    browser.signed_out()
    browser.get(f"/sign-in/provider/back?code=4711secret&state={TOKEN}")
    assert len(log.events) == 2
    for secret in (TOKEN, "4711secret", PASSWORD, "123456", "ada@example.org", "bela@example.org"):
        assert secret not in log.text


def test_errors_of_the_database_quote_nothing(browser: Browser, log: Log) -> None:
    assert browser.post("/double").status_code == 500
    assert "IntegrityError" in log.text
    assert "somebody" not in log.text and "example.org" not in log.text


def test_who_is_refused_is_one_line(browser: Browser, log: Log) -> None:
    browser.get("/recover/token", headers={"host": f"evil.test{NASTY[:4]}".replace("\x1b", "?")})
    browser.ask("POST", f"/recover/{TOKEN}", data={"a": "1"}, headers={"sec-fetch-site": "cross-site"})
    browser.post("/many")
    browser.post("/many", {"a": "x" * 70_000})
    assert [event["why"] for event in log.events] == ["wrong_host", "cross_site", "too_many", "too_large"]
    assert {event["event"] for event in log.events} == {"refused"}
    assert {event["address"] for event in log.events} == {"127.0.0.1"}
    assert TOKEN not in log.text
    log.harmless()


def test_of_many_names_few_are_told(browser: Browser, log: Log) -> None:
    browser.get("/fine", headers=[("host", f"{number}.evil.test") for number in range(500)])
    (event,) = log.events
    assert len(event["host"]) == 3


def test_a_real_limit_is_one_line(
    database: Database, log: Log, monkeypatch: pytest.MonkeyPatch, frozen: Clock
) -> None:
    monkeypatch.setenv("FORUM_LIMITS", "0.1")
    monkeypatch.setattr("forum.web.doors.UNHURRIED", 0)
    config.settings.cache_clear()
    with Browser(make_app(database)) as browser:
        for _ in range(2):
            browser.post("/sign-in", {"name": "ada@example.org", "password": PASSWORD})
    assert [event["why"] for event in log.events if event["event"] == "refused"] == ["too_many"]
    assert PASSWORD not in log.text and "ada" not in log.text


def test_a_path_cannot_write_a_line(browser: Browser, log: Log) -> None:
    browser.ask("POST", "/a%0A%7B%22event%22%3A%22forged%22%7D%1B%5B31m%C2%9B%E2%80%AE")
    (event,) = log.events
    assert event["asked"] == 'POST /a\n{"event":"forged"}\x1b[31m\x9b\u202e'
    log.harmless()


@hypothesis_settings(max_examples=60)
@given(st.text(st.characters()), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_stays_in_its_line(value: str, name: str) -> None:
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        logs.configure()
        structlog.get_logger().warning(value, **{f"x{name}": value, "nested": {name: [value]}})
    log = Log(stream.getvalue)
    assert len(stream.getvalue().splitlines()) == 1
    log.harmless()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (f"t {TOKEN} u", "t [token] u"),
        (f"/sign-in?code=12&next=/t/{TOKEN}", "/sign-in?code=[hidden]&next=/t/[token]"),
        ("Cookie: __Host-session=abc; step=def", "Cookie: __Host-session=[hidden]; step=[hidden]"),
        ("to <ada@example.org>, bela.x+y@mail.example.org.", "to <[mail address]>, [mail address]"),
        ("$argon2id$v=19$m=1$abc$def", "[hash]"),
        (["a@b.example"], ["[mail address]"]),
        ({"password": "x", "deep": {"n": 1}}, {"password": "[hidden]", "deep": {"n": 1}}),
        (b"ada@example.org", "[mail address]"),
        ("GET /t/12/a-thread-with-a-very-long-name-that-is-no-token-at-all", None),
        ("test_a_very_long_name_of_a_function_in_a_traceback_is_kept", None),
        (12, None),
        ("@user at 12:30", None),
    ],
)  # fmt: skip
def test_masks(value: Any, shown: Any) -> None:
    assert logs.mask(value) == (value if shown is None else shown)


def test_what_others_send_cannot_fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is all of it searched for secrets: readers would wait."""
    searched: list[int] = []

    class Looking:
        def sub(self, _instead: str, text: str) -> str:
            searched.append(len(text))
            return text

    monkeypatch.setattr(logs, "_MASKS", ((Looking(), ""),))
    assert len(logs.mask("x" * 100_000)) == 1000
    assert searched == [2000]


def test_no_half_of_a_secret_is_left_where_a_line_is_cut() -> None:
    for before in range(900, 1100):
        assert "Aa1" not in logs.mask("x" * before + " " + "Aa1" * 15)


def test_libraries_log_in_the_same_form(log: Log) -> None:
    logger = logging.Logger("_granian")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logs.Lines())
    logger.addHandler(handler)
    try:
        raise RuntimeError(f"{NASTY} {TOKEN}")
    except RuntimeError:
        logger.exception("it ended: %s", NASTY)
    (event,) = log.events
    assert (event["logger"], event["level"]) == ("_granian", "error")
    assert "RuntimeError" in event["exception"] and TOKEN not in event["exception"]
    log.harmless()
    assert isinstance(logging.lastResort and logging.lastResort.formatter, logs.Lines)
