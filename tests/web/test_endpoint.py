"""From a request to a handler and back, without any of the forum's own pages."""

import threading
from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from makers import make_account
from sqlalchemy.orm import Session
from starlette.responses import PlainTextResponse, Response

from forum.accounts.tables import Account, Actor
from forum.db import Database
from forum.errors import Busy, Conflict, NotFound
from forum.policy import Permit
from forum.web import ways_on
from forum.web.endpoint import Visit
from forum.web.routing import get, post
from forum.web.told import TOLD

NASTY = ["%00", "a%00b", "%ff%fe", "%ed%a0%80", "%F0%9F%92%8A", "..%2f..", "%0d%0aX:y", "%27;--", "9" * 30]


def echo(visit: Visit) -> Response:
    return PlainTextResponse(repr((visit.path, visit.query, visit.form, visit.here)))


def store(visit: Visit) -> Response:
    """Whatever arrives can be stored by every database."""
    with visit.site.database.writing() as db:
        actor = make_account(db)
        about = "".join([*map(str, visit.path.values()), *visit.query.values(), *visit.form.values()])
        db.get_one(Account, actor.id).about = about
    return PlainTextResponse("stored")


def rename(db: Session, actor: Actor, about: str) -> str:
    account = db.get_one(Account, actor.id)
    account.about = about
    return account.name


def act(visit: Visit) -> Response:
    before = visit.db
    name = visit.act(rename, visit.form["about"])
    assert visit.db is not before, "the reading session was kept open over the write"
    person = visit.db.get(Account, visit.actor.id if visit.actor else 0)
    return PlainTextResponse(f"{name}: {person.about if person else ''}")


def fail(db: Session, actor: Actor) -> None:
    rename(db, actor, "half done")
    raise Conflict("Somebody was here before.")


def raises(error: Exception) -> Callable[[Visit], Response]:
    def handler(_visit: Visit) -> Response:
        raise error

    return handler


def whole(visit: Visit) -> Response:
    context = {"title": "T", "words": "W", "typed": "", "event": "", "contact": "", "asked": ""}
    return visit.page("errors/error.html", **context, first=ways_on.Way("/", "Latest"), others=[])


def thread_name(_visit: Visit) -> Response:
    return PlainTextResponse(threading.current_thread().name)


ROUTES = (
    get("/echo/{id:int}/{word}", echo),
    get("/echo", echo),
    post("/echo", echo, Permit.SIGN_IN),
    get("/store/{word}", store),
    post("/store", store, Permit.SIGN_IN),
    post("/act", act, Permit.INBOX),
    post("/fail", lambda visit: visit.act(fail), Permit.INBOX),
    get("/moderators", echo, Permit.REVIEW),
    post("/members", echo, Permit.INBOX),
    get("/busy", raises(Busy())),
    get("/absent", raises(NotFound())),
    get("/broken", raises(ZeroDivisionError("<script>"))),
    get("/redirect", lambda visit: visit.redirect("/t/1/größe?a=b#p2", told="signed-out")),
    get("/told", whole),
    get("/incomplete", lambda visit: visit.page("errors/error.html", title="T")),
    get("/thread", thread_name),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Database]:
    database = new_database(request.param)
    yield database
    database.close()


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database, ROUTES)) as browser:
        yield browser


def test_path_query_and_form_arrive(browser: Browser) -> None:
    assert browser.get("/echo/12/w%C3%B6rt?x=1&x=2&y=").text == repr(
        ({"id": 12, "word": "wört"}, {"x": "2", "y": ""}, {}, "/echo/12/wört")
    )
    answer = browser.post("/echo", {"a": ["1", "2"], "text": "e\u0301\r\nx\x00\x07y\rz"})
    assert answer.text == repr(({}, {}, {"a": "2", "text": "é\nxy\nz"}, "/echo"))


def test_multipart_forms_arrive_and_files_do_not(browser: Browser) -> None:
    answer = browser.post("/echo", files={"a": (None, "ä\r\n1")})
    assert answer.text == repr(({}, {}, {"a": "ä\n1"}, "/echo"))
    assert browser.post("/echo", files={"a": ("x.png", b"1")}).status_code == 400


@pytest.mark.parametrize("nasty", NASTY)
def test_no_input_breaks_the_database(browser: Browser, nasty: str) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.get(f"/store/{nasty}?q={nasty}&{nasty}={nasty}").status_code in (200, 404)
    assert browser.post(f"/store?{nasty}", content=f"a={nasty}&{nasty}", headers=form).status_code == 200


def test_a_lone_surrogate_in_a_multipart_charset_is_harmless(browser: Browser) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\\ud800\x00\r\n--b--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=b; charset=unicode_escape"}
    assert browser.post("/store", content=body, headers=kind).status_code == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nno header"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(300))),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(browser: Browser, kind: str, body: bytes) -> None:
    assert browser.post("/echo", content=body, headers={"content-type": kind}).status_code == 400


def test_ids_no_database_has_are_not_found(browser: Browser) -> None:
    assert browser.get(f"/echo/{2**31 - 1}/x").status_code == 200
    for number in (str(2**31), "9" * 10, "9" * 5000, "-1", "1.5", "١"):
        assert browser.get(f"/echo/{number}/x").status_code == 404, number


def test_unknown_addresses_and_methods_have_pages(browser: Browser) -> None:
    absent = browser.get("/nowhere")
    assert (absent.status_code, "There is nothing here" in absent.text) == (404, True)
    assert browser.get("/echo/").status_code == 404
    wrong = browser.post("/told")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")


def test_head_has_the_headers_and_no_body(browser: Browser) -> None:
    whole, head = browser.get("/echo"), browser.ask("HEAD", "/echo")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert browser.ask("HEAD", "/nowhere").content == b""


def test_an_act_is_committed_and_seen_at_once(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        ada = make_account(db)
    assert (
        browser.signed_in(ada).post("/act", {"about": "likes sources"}).text == f"{ada.name}: likes sources"
    )


def test_an_act_that_fails_leaves_nothing(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        ada = make_account(db)
    answer = browser.signed_in(ada).post("/fail")
    assert (answer.status_code, "Somebody was here before." in answer.text) == (409, True)
    with database.reading() as db:
        assert db.get_one(Account, ada.id).about == ""


def test_a_guest_is_led_to_sign_in_and_back(browser: Browser) -> None:
    answer = browser.get("/moderators")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/moderators")
    assert browser.post("/members").status_code == 401


def test_a_member_without_the_permission_is_told(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        ada = make_account(db)
    assert browser.signed_in(ada).get("/moderators").status_code == 403


def test_a_dead_session_cookie_is_taken_back(browser: Browser) -> None:
    browser.client.cookies.set(browser.site.cookie, "x" * 43)
    answer = browser.get("/told")
    assert answer.status_code == 200
    assert "max-age=0" in answer.headers["set-cookie"].lower()


def test_a_busy_database_says_when_to_come_back(browser: Browser) -> None:
    answer = browser.get("/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_our_own_mistake_has_a_page_and_a_line_in_the_log(
    browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = browser.get("/broken")
    lines = [line for line in capsys.readouterr().err.splitlines() if "request failed" in line]
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert len(lines) == 1
    assert "ZeroDivisionError" in lines[0]


def test_a_template_never_shows_an_empty_place(browser: Browser) -> None:
    assert browser.get("/incomplete").status_code == 500


def test_the_error_page_stands_without_templates_and_database(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise OSError("no disk")

    monkeypatch.setattr(browser.site.pages, "render", broken)
    answer = browser.get("/absent")
    assert (answer.status_code, "There is nothing here" in answer.text) == (404, True)


def test_a_redirect_carries_its_sentence(browser: Browser) -> None:
    answer = browser.get("/redirect")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/t/1/gr%C3%B6%C3%9Fe?a=b&told=signed-out#p2"
    assert TOLD["signed-out"] in browser.get("/told?told=signed-out").text
    assert "<script" not in browser.get("/told?told=<script>x").text.split("</head>")[1]


def test_pages_are_made_in_few_threads(browser: Browser) -> None:
    assert {browser.get("/thread").text for _ in range(5)} == {"pages_0"}
