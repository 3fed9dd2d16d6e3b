"""Coming in and going out, as actions and as pages."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from browsing import Browser, make_app
from conftest import Clock
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from forum.accounts import ownership, passwords, people
from forum.accounts.tables import Account, Role
from forum.actions import joining, signing_in
from forum.db import Database
from forum.errors import Invalid, NotFound
from forum.inbox.tables import Message

PASSWORD = "a sentence of my own"
ADA = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}


def subjects(db: Session) -> list[str]:
    return list(db.scalars(select(Message.subject).order_by(Message.id)))


def test_sign_up_sign_in(db: Session) -> None:
    joining.sign_up(db, None, " Ada ", "ada@example.org", PASSWORD)
    for typed in ("ada", "ADA@example.org"):
        known = signing_in.recognise(db, typed, PASSWORD)
        assert known is not None
    assert signing_in.recognise(db, "ada", PASSWORD + "x") is None
    assert signing_in.recognise(db, "nobody", PASSWORD) is None
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
    assert signing_in.recognise(db, "ada@example.org", PASSWORD) is not None


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("who@bücher.example", "who@xn--bcher-kva.example"),
        ("who@xn--bcher-kva.example", "WHO@Bücher.example"),
        ("zoe\u0308@example.org", "zoë@example.org"),
    ],
)
def test_a_known_address_is_known_however_it_is_written(db: Session, stored: str, typed: str) -> None:
    joining.sign_up(db, None, "Ada", stored, PASSWORD)
    joining.sign_up(db, None, "Eve", typed, "another sentence")
    assert people.named(db, "Eve") is None
    assert subjects(db) == ["Welcome, Ada", "You already have an account"]
    assert signing_in.recognise(db, typed, PASSWORD) is not None


def test_a_taken_name_hides_that_the_address_is_taken_too(db: Session) -> None:
    joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
    for address in ("ada@example.org", "eve@example.org"):
        with pytest.raises(Invalid) as error:
            joining.sign_up(db, None, "ADA", address, PASSWORD)
        assert error.value.fields == {"name": people.NAME_TAKEN}
    assert subjects(db) == ["Welcome, Ada"]


def test_an_account_without_a_password_lets_nobody_in(db: Session) -> None:
    people.add(db, "Imported", None, None)
    assert signing_in.recognise(db, "Imported", "") is None
    assert signing_in.recognise(db, "Imported", "nobody has this password") is None


def test_an_outworn_hash_is_made_anew(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
    before = people.login(db, "Ada")
    monkeypatch.setattr(passwords, "is_outdated", lambda _hash: True)
    known = signing_in.recognise(db, "Ada", PASSWORD)
    assert known is not None
    signing_in.sign_in(db, None, known)
    db.flush()
    after = people.login(db, "Ada")
    assert before != after
    assert signing_in.recognise(db, "Ada", PASSWORD) is not None


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
    assert joined.headers["location"] == "/sign-in?next=%2Ft%2F1%2Fa-thread&name=Ada&told=joined"
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
    assert str(dict(first.headers)) == str(dict(second.headers)).replace("name=Eve", "name=Ada")
    pages = [browser.get(answer.headers["location"]).text for answer in (first, second)]
    assert 'value="Eve"' in pages[1] and pages[0] == pages[1].replace('value="Eve"', 'value="Ada"')
    for name in ("ada", "ada@example.org", "nobody", "nobody@example.org", ""):
        wrong = browser.post("/sign-in", {"name": name, "password": "not the right one"})
        assert wrong.status_code == 422
        assert wrong.text.replace(f'value="{name}"', 'value=""') == browser.post("/sign-in").text


def test_signing_in_says_what_for(browser: Browser) -> None:
    page = browser.get("/sign-in?next=/ask%3Ftags%3Dx").text
    assert "To ask a question, sign in or join." in page and "Ask the people who run this forum." in page
    assert "sign in or join" not in browser.get("/sign-in?next=/t/1/askew").text
    failed = browser.post("/sign-in", {"name": "Ada", "password": "no", "next": "/inbox"}).text
    assert "To read your inbox, sign in or join." in failed
    assert "Please type your password again." in failed and "Nothing you typed is lost" not in failed


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
    for used in (code, "never-was"):
        page = browser.get(f"/setup?code={used}")
        assert page.status_code == 404 and "This forum has its admin already." in page.text


def test_one_code_makes_one_admin_however_many_hurry(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        code = ownership.issue(db) or ""
    start = Barrier(4)

    def hurry(number: int) -> bool:
        who = f"Owner{number}", f"owner{number}@example.org", PASSWORD
        start.wait()
        try:
            with database.writing() as db:
                joining.create_first_admin(db, None, code, *who)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(hurry, range(4))) == [False, False, False, True]
    with database.reading() as db:
        assert db.scalars(select(Account.role)).all() == [Role.ADMIN]


def test_a_code_is_not_spent_by_a_form_that_fails(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        code = ownership.issue(db) or ""
    with pytest.raises(Invalid), database.writing() as db:
        joining.create_first_admin(db, None, code, "Ada", "ada@example.org", "short")
    with database.writing() as db:
        joining.create_first_admin(db, None, code, "Ada", "ada@example.org", PASSWORD)


def test_nobody_waits_for_a_password_to_be_hashed(
    browser: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as db:
        code = ownership.issue(db) or ""
    happened: list[str] = []
    monkeypatch.setattr(passwords, "make_hash", lambda _password: happened.append("hashed") or "hash")
    note = lambda _connection: happened.append("begun")  # noqa: E731
    event.listen(database.engine, "begin", note)
    try:
        with database.writing() as db:
            joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
        with database.writing() as db:
            joining.create_account(db, None, "Joan", None, PASSWORD, Role.MEMBER)
        with database.writing() as db:
            joining.create_first_admin(db, None, code, "Grace", "grace@example.org", PASSWORD)
    finally:
        event.remove(database.engine, "begin", note)
    assert happened == ["hashed", "begun"] * 3
