"""Signing in, and what keeps somebody signed in: faults that others shipped, one named test each."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import Browser, make_app
from conftest import Clock
from keyring import PASSWORD, give_codes, give_password
from makers import make_account
from sqlalchemy import event, select, update

from forum.accounts import passwords, sessions, standing
from forum.accounts.tables import Account, Actor, Role, SignIn, Standing
from forum.clock import now
from forum.db import Database

NEW = "quite another sentence"
ENTRY = {"name": "ada", "password": PASSWORD}
#: An account, one that is closed, one that was imported and has no password, and none at all; by address too.
WHO = (
    "ada",
    "ada@example.org",
    "closed",
    "closed@example.org",
    "imported",
    "nobody",
    "nobody@example.org",
    "",
)


@pytest.fixture
def ada(database: Database) -> Actor:
    with database.writing() as db:
        ada = make_account(db, "ada", Role.MODERATOR)
        give_password(db, ada)
        closed = make_account(db, "closed")
        give_password(db, closed)
        make_account(db, "imported")
        db.execute(update(Account).where(Account.id == closed.id).values(closed_at=now()))
    return ada


@pytest.fixture
def browser(database: Database, ada: Actor) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser


def tried(browser: Browser, name: str, password: str) -> tuple[int, dict[str, str], str]:
    """All that a stranger sees of the answer, but for the name that is typed back."""
    answer = browser.post("/sign-in", {"name": name, "password": password})
    headers = {key: value for key, value in answer.headers.items() if key != "content-length"}
    return answer.status_code, headers, answer.text.replace(f'value="{name}"', 'value=""')


def test_the_answer_does_not_tell_who_exists(browser: Browser) -> None:
    wrong = [tried(browser, name, "not the right one") for name in WHO]
    assert wrong[0][0] == 422 and all(answer == wrong[0] for answer in wrong)
    right = [tried(browser, name, PASSWORD) for name in WHO[2:]]
    assert all(answer == wrong[0] for answer in right), "closed and without a password: as if there were none"


def test_the_time_does_not_tell_who_exists(
    browser: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hash is verified and one row written for every name; the hash is of the same cost."""
    verified: list[str] = []
    written: list[str] = []
    real = passwords._HASHER

    class Counting:
        def verify(self, stored: str, typed: str) -> bool:
            verified.append(stored.rpartition("$")[0].rpartition("$")[0])
            return real.verify(stored, typed)

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    engine = browser.site.database.engine
    note = lambda _c, _cursor, statement, *_: written.append(statement.split()[0])  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    costs = []
    try:
        for name in WHO:
            verified.clear()
            written.clear()
            browser.post("/sign-in", {"name": name, "password": "not the right one"})
            costs.append((tuple(verified), written.count("INSERT"), written.count("SELECT")))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    # tests/accounts/test_passwords.py shows that the stand-in is of today's cost.
    stand_in = passwords._NOBODY.rpartition("$")[0].rpartition("$")[0]
    assert costs[0][0] == (stand_in,) and costs[0][1] == 1
    assert set(costs) == {costs[0]}


def test_the_second_step_cannot_be_skipped(browser: Browser, database: Database, ada: Actor) -> None:
    with database.writing() as db:
        give_codes(db, ada)
    assert browser.post("/sign-in", ENTRY).headers["location"].startswith("/sign-in/code")
    step = browser.client.cookies[browser.site.step_cookie]
    browser.client.cookies.set(browser.site.cookie, step)
    for path in ("/account", "/account/factors", "/moderation", "/inbox"):
        assert browser.get(path).headers["location"].startswith("/sign-in?")
    assert browser.post("/account/prove", {"password": PASSWORD}).status_code == 401
    with database.reading() as db:
        assert db.scalars(select(SignIn.id)).all() == []


def test_a_get_signs_nobody_in(browser: Browser, database: Database, ada: Actor) -> None:
    with database.writing() as db:
        give_codes(db, ada)
    with database.reading() as db:
        before = list(db.execute(select(SignIn.id)))
    for path in ("/sign-in?name=ada&password=a+sentence+of+my+own", "/sign-in/code?code=000000", "/recover"):
        for method in ("GET", "HEAD"):
            browser.ask(method, path)
            assert browser.site.cookie not in browser.client.cookies
    with database.reading() as db:
        assert list(db.execute(select(SignIn.id))) == before


EVIL = (
    "//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test", "https://evil.test", "/\t/evil.test",
    "javascript:alert(1)//evil", "/ /evil.test", "http:evil.test", "/%09/../\n//evil.test", "evil.test",
    "@evil.test",
)  # fmt: skip


def test_nobody_is_led_away_by_next(browser: Browser, frozen: Clock) -> None:
    """From any page that leads on to somewhere."""
    for evil in EVIL:
        assert "evil" not in browser.get("/sign-in", params={"next": evil}).text
    browser.post("/sign-in", ENTRY)
    for evil in EVIL:
        assert browser.get("/sign-in", params={"next": evil}).headers["location"] == "/"
        assert browser.get("/account/prove", params={"next": evil}).headers["location"] == "/"
    for evil in EVIL[:3]:
        assert browser.post("/sign-in", ENTRY | {"next": evil}).headers["location"] == "/"
    frozen.forward(minutes=10)
    assert browser.post("/account/prove", {"password": PASSWORD, "next": EVIL[0]}).headers["location"] == "/"


def test_no_session_survives_a_changed_password(browser: Browser, database: Database, ada: Actor) -> None:
    with database.writing() as db:
        thief = sessions.start(db, ada.id)
    browser.signed_in(ada).post("/account/password", {"current": PASSWORD, "password": NEW})
    assert browser.get("/account").status_code == 200
    browser.signed_out().client.cookies.set(browser.site.cookie, thief)
    assert browser.get("/account").status_code == 303


def test_no_session_survives_the_end_of_the_account(browser: Browser, database: Database, ada: Actor) -> None:
    browser.signed_in(ada)
    assert browser.get("/account").status_code == 200
    with database.writing() as db:
        db.execute(update(Account).where(Account.id == ada.id).values(closed_at=now()))
    assert browser.get("/account").status_code == 303
    assert browser.post("/sign-in", ENTRY).status_code == 422


def test_a_session_is_worth_nothing_more_than_a_suspended_account(
    browser: Browser, database: Database, ada: Actor
) -> None:
    """With the next click: the role is gone, and nothing can be written; what was decided can be read."""
    browser.signed_in(ada)
    assert browser.get("/moderation").status_code == browser.get("/ask").status_code == 200
    with database.writing() as db:
        standing.move(db, ada.id, Standing.SUSPENDED, None)
    assert browser.get("/moderation").status_code == browser.get("/ask").status_code == 403
    assert browser.post("/ask", {"title": "x"}).status_code == 403
    assert browser.get("/account/standing").status_code == browser.get("/account/factors").status_code == 200


def test_a_session_is_of_the_role_of_the_moment(browser: Browser, database: Database, ada: Actor) -> None:
    browser.signed_in(ada)
    with database.writing() as db:
        db.execute(update(Account).where(Account.id == ada.id).values(role=Role.MEMBER))
    assert browser.get("/moderation").status_code == 403


def test_a_token_that_somebody_else_chose_is_never_taken_over(browser: Browser, database: Database) -> None:
    chosen = "A" * sessions.TOKEN_LENGTH
    browser.client.cookies.set(browser.site.cookie, chosen)
    entered = browser.post("/sign-in", ENTRY)
    assert chosen not in entered.headers["set-cookie"]
    browser.signed_out().client.cookies.set(browser.site.cookie, chosen)
    assert browser.get("/account").status_code == 303


def test_signing_in_ends_the_session_that_was_there(browser: Browser, database: Database, ada: Actor) -> None:
    browser.signed_in(ada)
    before = browser.client.cookies[browser.site.cookie]
    browser.post("/sign-in", ENTRY)
    with database.reading() as db:
        assert sessions.actor(db, before) is None and len(db.scalars(select(SignIn.id)).all()) == 1
