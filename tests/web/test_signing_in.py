"""Signing in with one step or two: the session, its cookies, and what the history says of it."""

from collections.abc import Iterator

import pyotp
import pytest
from browsing import Browser, make_app
from community import faults
from conftest import Clock
from keyring import PASSWORD, give_codes, give_password, give_recovery_codes
from makers import make_account
from sqlalchemy import select

from forum.accounts import history, recovery_codes
from forum.accounts.tables import Actor, SignIn
from forum.clock import now
from forum.db import Database

ENTRY = {"name": "ada", "password": PASSWORD, "next": "/t/1/a-thread"}


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser


@pytest.fixture
def ada(database: Database) -> Actor:
    with database.writing() as db:
        ada = make_account(db, "ada")
        give_password(db, ada)
    return ada


@pytest.fixture
def app(database: Database, ada: Actor) -> pyotp.TOTP:
    with database.writing() as db:
        return give_codes(db, ada)


def kinds(database: Database, who: Actor) -> list[str]:
    """The account's history, oldest first."""
    with database.reading() as db:
        return [event.kind for event in reversed(history.latest(db, who.id, 20))]


def methods(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(SignIn.method)))


def test_without_a_second_factor_the_password_is_enough(
    browser: Browser, database: Database, ada: Actor
) -> None:
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    assert browser.post("/sign-in", ENTRY | {"password": "wrong"}, headers=agent).status_code == 422
    entered = browser.post("/sign-in", ENTRY, headers=agent)
    assert (entered.status_code, entered.headers["location"]) == (303, "/t/1/a-thread")
    assert methods(database) == ["password"]
    with database.reading() as db:
        found = [(event.kind, event.device) for event in history.latest(db, ada.id, 5)]
    assert found == [("signed-in", "Firefox on Linux"), ("sign-in-failed", "Firefox on Linux")]


def test_the_second_step_asks_for_a_code(
    browser: Browser, database: Database, ada: Actor, app: pyotp.TOTP, frozen: Clock
) -> None:
    frozen.forward(minutes=1)
    first = browser.post("/sign-in", ENTRY)
    assert first.headers["location"] == "/sign-in/code?next=%2Ft%2F1%2Fa-thread"
    cookie = first.headers["set-cookie"].lower()
    for part in ("step=", "httponly", "samesite=lax", "path=/", "max-age=600"):
        assert part in cookie
    assert browser.site.cookie not in browser.client.cookies and methods(database) == []
    page = browser.get("/sign-in/code").text
    assert "Type the code that your authenticator app shows." in page and faults(page) == []
    wrong = browser.post("/sign-in/code", {"code": "000000", "next": "/inbox"})
    assert wrong.status_code == 422 and 'value="/inbox"' in wrong.text and 'aria-invalid="true"' in wrong.text
    assert methods(database) == []
    entered = browser.post("/sign-in/code", {"code": app.at(now()), "next": "/inbox"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/inbox")
    assert methods(database) == ["code"] and "step" not in browser.client.cookies
    assert browser.get("/account").status_code == 200
    assert kinds(database, ada) == ["factor-failed", "signed-in"]


def test_a_code_of_one_sign_in_does_not_do_for_the_next(
    browser: Browser, database: Database, app: pyotp.TOTP, frozen: Clock
) -> None:
    frozen.forward(minutes=1)
    for status in (303, 422):
        browser.signed_out().post("/sign-in", ENTRY)
        assert browser.post("/sign-in/code", {"code": app.at(now())}).status_code == status
    assert methods(database) == ["code"]


def test_a_recovery_code_does_in_place_of_the_app_once(
    browser: Browser, database: Database, ada: Actor, app: pyotp.TOTP
) -> None:
    with database.writing() as db:
        paper = give_recovery_codes(db, ada)
    for status in (303, 422):
        browser.signed_out().post("/sign-in", ENTRY)
        assert browser.post("/sign-in/code", {"code": paper[3].upper()}).status_code == status
    with database.reading() as db:
        assert recovery_codes.left(db, ada.id) == 9
    assert kinds(database, ada) == ["recovery-code-used", "signed-in", "factor-failed"]


def test_a_step_is_of_one_browser_and_of_ten_minutes(
    browser: Browser, database: Database, app: pyotp.TOTP, frozen: Clock
) -> None:
    frozen.forward(minutes=1)
    browser.post("/sign-in", ENTRY)
    step = browser.client.cookies["step"]
    for stolen in (None, "x" * 43, ""):
        browser.signed_out()
        if stolen is not None:
            browser.client.cookies.set("step", stolen)
        sent = browser.post("/sign-in/code", {"code": app.at(now()), "next": "/inbox"})
        assert sent.headers["location"] == "/sign-in?next=%2Finbox&told=step-gone"
    frozen.forward(minutes=10)
    browser.client.cookies.set("step", step)
    assert browser.get("/sign-in/code").status_code == 303
    assert browser.post("/sign-in/code", {"code": app.at(now())}).status_code == 303
    assert methods(database) == []
    assert "Please begin again." in browser.get("/sign-in?told=step-gone").text


def test_a_step_is_gone_once(browser: Browser, database: Database, app: pyotp.TOTP, frozen: Clock) -> None:
    frozen.forward(minutes=1)
    browser.post("/sign-in", ENTRY)
    step = browser.client.cookies["step"]
    assert browser.post("/sign-in/code", {"code": app.at(now())}).status_code == 303
    browser.signed_out().client.cookies.set("step", step)
    frozen.forward(seconds=30)
    again = browser.post("/sign-in/code", {"code": app.at(now())})
    assert again.headers["location"] == "/sign-in?next=%2F&told=step-gone"
    assert methods(database) == ["code"]


def test_on_https_no_other_host_can_set_the_step(database: Database, app: pyotp.TOTP) -> None:
    base = "https://forum.test"
    with Browser(make_app(database, base_url=base)) as browser:
        begun = browser.post(f"{base}/sign-in", ENTRY)
        cookie = begun.headers["set-cookie"].lower()
        assert cookie.startswith("__host-step=") and "secure" in cookie and "domain" not in cookie


def test_signing_out_is_in_the_history(browser: Browser, database: Database, ada: Actor) -> None:
    browser.post("/sign-in", ENTRY)
    browser.post("/sign-out")
    assert kinds(database, ada) == ["signed-in", "signed-out"] and methods(database) == []
