"""Coming in and going out, as actions and as pages."""

from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from conftest import Clock
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from forum.accounts import ownership, passwords, people
from forum.accounts.tables import Account, Role
from forum.actions import joining
from forum.db import Database
from forum.errors import Invalid
from forum.inbox.tables import Message

PASSWORD = "a sentence of my own"
ADA = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}


def subjects(db: Session) -> list[str]:
    return list(db.scalars(select(Message.subject).order_by(Message.id)))


def test_sign_up_sign_in(db: Session) -> None:
    joining.sign_up(db, None, " Ada ", "ada@example.org", PASSWORD)
    for typed in ("ada", "ADA@example.org"):
        known = joining.recognise(db, typed, PASSWORD)
        assert known is not None
    assert joining.recognise(db, "ada", PASSWORD + "x") is None
    assert joining.recognise(db, "nobody", PASSWORD) is None
    assert subjects(db) == ["Welcome, Ada"]


def test_everything_wrong_is_said_at_once(db: Session) -> None:
    with pytest.raises(Invalid) as error:
        joining.sign_up(db, None, "", "nowhere", "short")
    assert set(error.value.fields) == {"name", "email", "password"}
    with pytest.raises(Invalid) as error:
        joining.sign_up(db, None, "Moderator", "ada@example.org", PASSWORD)
    assert error.value.fields == {"name": joining.RESERVED}


def test_a_known_address_makes_no_second_account_and_its_owner_is_told_once(
    db: Session, frozen: Clock
) -> None:
    joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
    for name in ("Eve", "Eve2", "Eve3"):
        joining.sign_up(db, None, name, "ADA@example.org", "another sentence")
        assert people.named(db, name) is None
    assert subjects(db) == ["Welcome, Ada", "You already have an account"]
    frozen.forward(days=1, seconds=1)
    joining.sign_up(db, None, "Eve", "ada@example.org", "another sentence")
    assert len(subjects(db)) == 3
    assert joining.recognise(db, "ada@example.org", PASSWORD) is not None


def test_an_account_without_a_password_lets_nobody_in(db: Session) -> None:
    people.add(db, "Imported", None, None)
    assert joining.recognise(db, "Imported", "") is None
    assert joining.recognise(db, "Imported", "nobody has this password") is None


def test_an_outworn_hash_is_made_anew(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
    before = people.login(db, "Ada")
    monkeypatch.setattr(passwords, "is_outdated", lambda _hash: True)
    known = joining.recognise(db, "Ada", PASSWORD)
    assert known is not None
    joining.sign_in(db, None, known)
    db.flush()
    after = people.login(db, "Ada")
    assert before != after
    assert joining.recognise(db, "Ada", PASSWORD) is not None


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Database]:
    database = new_database(request.param)
    yield database
    database.close()


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with database.writing() as db:
        for table in ("setup_code", "sign_in", "job", "message", "account"):
            db.execute(text(f"DELETE FROM {table}"))
    with Browser(make_app(database)) as browser:
        yield browser


def signed_in_as(browser: Browser) -> str | None:
    """The name on the top of the page."""
    page = browser.get("/nowhere").text
    return "Ada" if 'href="/people/Ada"' in page else None


def test_a_newcomer_joins_and_signs_in_and_out(browser: Browser) -> None:
    joined = browser.post("/sign-up", ADA | {"next": "/t/1/a-thread"})
    assert joined.headers["location"] == "/sign-in?next=%2Ft%2F1%2Fa-thread&told=joined"
    assert "set-cookie" not in joined.headers
    assert signed_in_as(browser) is None
    entered = browser.post("/sign-in", {"name": "ada", "password": PASSWORD, "next": "/t/1/a-thread"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/t/1/a-thread")
    cookie = entered.headers["set-cookie"].lower()
    for part in ("session=", "httponly", "samesite=lax", "path=/", "max-age=2592000"):
        assert part in cookie
    assert signed_in_as(browser) == "Ada"
    token = browser.client.cookies[browser.site.cookie]
    assert browser.post("/sign-out").status_code == 303
    assert signed_in_as(browser) is None
    browser.client.cookies.set(browser.site.cookie, token)
    assert signed_in_as(browser) is None, "the token still works after signing out"


def test_a_stranger_cannot_tell_whether_an_address_is_known(browser: Browser) -> None:
    first = browser.post("/sign-up", ADA)
    second = browser.post("/sign-up", {"name": "Eve", "email": "ada@example.org", "password": PASSWORD})
    assert (first.status_code, first.text) == (second.status_code, second.text)
    assert dict(first.headers) == dict(second.headers)
    for name in ("ada", "ada@example.org", "nobody", "nobody@example.org", ""):
        wrong = browser.post("/sign-in", {"name": name, "password": "not the right one"})
        assert wrong.status_code == 422
        assert wrong.text.replace(f'value="{name}"', 'value=""') == browser.post("/sign-in").text


def test_a_form_that_fails_comes_back_filled_in(browser: Browser) -> None:
    browser.post("/sign-up", ADA)
    answer = browser.post("/sign-up", {"name": "ADA", "email": "new@example.org", "password": PASSWORD})
    assert answer.status_code == 422
    assert people.NAME_TAKEN in answer.text
    assert 'value="new@example.org"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert PASSWORD not in answer.text
    for form in ({}, {"name": "x" * 5000, "email": "y" * 5000, "password": "z" * 5000}):
        assert browser.post("/sign-up", form).status_code == 422
        assert browser.post("/sign-in", form).status_code == 422


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.test",
        "///evil.test",
        "/\t/evil.test",
        "https://evil.test",
        "/\\evil.test",
        "javascript:alert(1)",
        "/ /x",
        "http:/x",
    ],
)
def test_nobody_is_led_away(browser: Browser, evil: str) -> None:
    browser.post("/sign-up", ADA)
    entered = browser.post("/sign-in", {"name": "ada", "password": PASSWORD, "next": evil})
    assert (entered.status_code, entered.headers["location"]) == (303, "/")


def test_signing_in_again_ends_the_older_session(browser: Browser) -> None:
    browser.post("/sign-up", ADA)
    browser.post("/sign-in", {"name": "ada", "password": PASSWORD})
    old = browser.client.cookies[browser.site.cookie]
    browser.post("/sign-in", {"name": "ada", "password": PASSWORD})
    assert signed_in_as(browser) == "Ada"
    browser.signed_out().client.cookies.set(browser.site.cookie, old)
    assert signed_in_as(browser) is None


def test_the_owner_of_an_empty_forum_becomes_its_admin_once(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        code = ownership.issue(db)
    assert browser.get("/setup").status_code == 404
    assert browser.get("/setup?code=wrong").status_code == 404
    assert browser.get(f"/setup?code={code}").status_code == 200
    assert browser.post("/setup", ADA | {"code": "wrong"}).status_code == 404
    failed = browser.post("/setup", {"name": "Ada", "code": code})
    assert (failed.status_code, f'value="{code}"' in failed.text) == (422, True)
    made = browser.post("/setup", ADA | {"code": code})
    assert (made.status_code, made.headers["location"]) == (303, "/?told=set-up")
    assert signed_in_as(browser) == "Ada"
    with database.reading() as db:
        assert db.scalars(select(Account.role)).all() == [Role.ADMIN]
    again = browser.signed_out().post("/setup", ADA | {"name": "Eve", "code": code})
    assert again.status_code == 404
