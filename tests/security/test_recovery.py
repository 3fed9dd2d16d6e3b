"""Choosing a new password by a mailed link: faults that others shipped, one named test each."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest
from browsing import BASE, Browser, make_app
from community import faults
from conftest import Clock
from keyring import PASSWORD, do_jobs, give_codes, give_password, link_in
from makers import make_account
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from forum.accounts import history, mail_tokens, sessions
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account, Actor, SignIn
from forum.actions import recovering, signing_in
from forum.clock import now
from forum.db import Database, Table
from forum.errors import NotFound
from forum.jobs import Job

NEW = "quite another sentence"
ADDRESS = "ada@example.org"


@pytest.fixture
def ada(database: Database) -> Actor:
    with database.writing() as db:
        ada = make_account(db, "ada")
        give_password(db, ada)
    return ada


@pytest.fixture
def browser(database: Database, ada: Actor) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def asked(browser: Browser, folder: Path, email: str = ADDRESS) -> str:
    """The path of the newest link, mailed to who asked for it."""
    assert browser.post("/recover", {"email": email}).headers["location"] == "/recover?told=recovery-asked"
    return link_in(do_jobs(browser.site.database, folder)[-1]).removeprefix(BASE)


def opens(browser: Browser, path: str) -> bool:
    """Whether the link leads to a form; looking does not use it up."""
    return browser.get(path).status_code == 200


def is_password(database: Database, password: str) -> bool:
    with database.reading() as db:
        return signing_in.recognise(db, "ada", password) is not None


def test_a_link_is_worth_something_once(browser: Browser, database: Database, folder: Path) -> None:
    path = asked(browser, folder)
    page = browser.get(path).text
    assert "Choose a new password, ada" in page and faults(page) == []
    chosen = browser.post(path, {"password": NEW})
    assert chosen.headers["location"] == "/sign-in?next=%2F&name=ada&told=recovered"
    for answer in (browser.get(path), browser.post(path, {"password": "a third sentence of mine"})):
        assert answer.status_code == 404 and "Have a new one sent" in answer.text
        assert faults(answer.text) == []
    assert is_password(database, NEW)


def test_of_two_that_hurry_with_one_link_one_is_too_late(
    browser: Browser, database: Database, folder: Path
) -> None:
    token = asked(browser, folder).removeprefix("/recover/")
    start = Barrier(2)

    def hurry(prepared: str) -> bool:
        start.wait()
        try:
            with database.writing() as db:
                recovering.recover(db, None, token, prepared)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(hurry, ("one", "other"))) == [False, True]


def test_a_link_works_for_an_hour(browser: Browser, folder: Path, database: Database, frozen: Clock) -> None:
    path = asked(browser, folder)
    frozen.forward(minutes=59, seconds=59)
    assert opens(browser, path)
    frozen.forward(seconds=1)
    assert not opens(browser, path)
    assert browser.post(path, {"password": NEW}).status_code == 404 and is_password(database, PASSWORD)


def test_a_newer_link_ends_the_older(browser: Browser, folder: Path) -> None:
    first = asked(browser, folder)
    second = asked(browser, folder)
    assert first != second and not opens(browser, first) and opens(browser, second)


def test_a_changed_password_ends_the_link(
    browser: Browser, database: Database, folder: Path, ada: Actor
) -> None:
    path = asked(browser, folder)
    browser.signed_in(ada).post("/account/password", {"current": PASSWORD, "password": NEW})
    assert not opens(browser.signed_out(), path)


def test_a_changed_address_ends_the_link(
    browser: Browser, database: Database, folder: Path, ada: Actor
) -> None:
    path = asked(browser, folder)
    with database.writing() as db:
        db.execute(update(Account).values(email="new@example.org", email_key="new@example.org"))
    assert not opens(browser, path) and browser.post(path, {"password": NEW}).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.test"},
        {"x-forwarded-host": "evil.test", "x-forwarded-proto": "http", "x-forwarded-server": "evil.test"},
        {"forwarded": "host=evil.test", "x-original-host": "evil.test", "x-host": "evil.test"},
    ],
)
def test_the_link_leads_to_the_forum_whatever_host_was_asked_for(
    browser: Browser, database: Database, folder: Path, headers: dict[str, str]
) -> None:
    browser.post("/recover", {"email": ADDRESS}, headers=headers)
    browser.post("/recover", {"email": ADDRESS})
    mails = do_jobs(database, folder)
    assert mails and all(link_in(mail).startswith(f"{BASE}/recover/") for mail in mails)
    assert "evil" not in "".join(mails)


def everything(db: Session) -> dict[str, list[object]]:
    """Every row of every table."""
    tables = Table.metadata.sorted_tables
    return {table.name: [tuple(row) for row in db.execute(select(table))] for table in tables}


def test_programs_that_look_at_links_change_nothing(
    browser: Browser, database: Database, folder: Path
) -> None:
    path = asked(browser, folder)
    with database.reading() as db:
        before = everything(db)
    for method in ("GET", "HEAD", "GET", "OPTIONS"):
        browser.ask(method, path)
        browser.ask(method, f"{path}?password={NEW.replace(' ', '+')}")
    with database.reading() as db:
        assert everything(db) == before
    assert browser.post(path, {"password": NEW}).status_code == 303


def test_a_form_that_fails_keeps_the_link_alive(browser: Browser, database: Database, folder: Path) -> None:
    path = asked(browser, folder)
    for weak in ("", "short", "ada@example.org", "1234567890"):
        refused = browser.post(path, {"password": weak})
        assert refused.status_code == 422 and "The link still works" in refused.text
    assert browser.post(path, {"password": NEW}).status_code == 303 and is_password(database, NEW)


def test_nobody_is_signed_in_by_it_and_everybody_else_is_signed_out(
    browser: Browser, database: Database, folder: Path, ada: Actor
) -> None:
    with database.writing() as db:
        thief = sessions.start(db, ada.id)
    path = asked(browser, folder)
    with database.reading() as db:
        assert sessions.actor(db, thief) is not None, "asking alone signs nobody out"
    browser.signed_in(ada)
    browser.post(path, {"password": NEW})
    with database.reading() as db:
        assert db.scalars(select(SignIn.id)).all() == []
    assert browser.get("/account").status_code == 303, "this browser has to sign in too"
    mail = do_jobs(database, folder)[-1]
    assert "To: ada@example.org" in mail and "Your password was changed" in mail
    with database.reading() as db:
        assert [event.kind for event in history.latest(db, ada.id, 5)] == ["recovered", "recovery-asked"]


def test_recovery_does_not_stand_in_for_the_second_factor(
    browser: Browser, database: Database, folder: Path, ada: Actor, frozen: Clock
) -> None:
    with database.writing() as db:
        app = give_codes(db, ada)
    path = asked(browser, folder)
    assert "your second step, as before" in browser.get(path).text
    browser.post(path, {"password": NEW})
    entered = browser.post("/sign-in", {"name": "ada", "password": NEW})
    assert entered.headers["location"].startswith("/sign-in/code")
    frozen.forward(minutes=1)
    assert browser.post("/sign-in/code", {"code": app.at(now())}).status_code == 303


def test_a_half_done_sign_in_with_the_old_password_is_over(
    browser: Browser, database: Database, folder: Path, ada: Actor, frozen: Clock
) -> None:
    with database.writing() as db:
        app = give_codes(db, ada)
    frozen.forward(minutes=1)
    browser.post("/sign-in", {"name": "ada", "password": PASSWORD})
    browser.post(asked(browser, folder), {"password": NEW})
    late = browser.post("/sign-in/code", {"code": app.at(now())})
    assert late.headers["location"] == "/sign-in?next=%2F&told=step-gone"


def told_apart(browser: Browser, email: str) -> tuple[int, dict[str, str], str]:
    """All that a stranger sees of the answer."""
    answer: httpx.Response = browser.post("/recover", {"email": email})
    return answer.status_code, dict(answer.headers), answer.text


def test_the_answer_says_nothing_of_who_has_an_account(
    browser: Browser, database: Database, folder: Path, ada: Actor
) -> None:
    """Nor does its cost: the same rows are written, and the worker does the rest."""
    with database.writing() as db:
        closed, sample = make_account(db, "closed"), make_account(db, "sample")
        db.execute(update(Account).where(Account.id == closed.id).values(closed_at=now()))
        db.execute(update(Account).where(Account.id == sample.id).values(is_sample=True))
    answers = []
    for email in (ADDRESS, "nobody@example.org", "closed@example.org", "sample@example.org"):
        answers.append(told_apart(browser, email))
        with database.reading() as db:
            waiting = list(db.execute(select(Job.name, Job.payload)))
            assert [name for name, _ in waiting] == ["accounts.recover"] and "@" not in str(waiting)
            db.rollback()
        mails = do_jobs(database, folder)
    assert all(answer == answers[0] for answer in answers[1:])
    assert len(mails) == 1 and "To: ada@example.org" in mails[0]


def test_what_is_no_address_is_said(browser: Browser) -> None:
    refused = browser.post("/recover", {"email": "nowhere"})
    assert refused.status_code == 422 and 'value="nowhere"' in refused.text


def test_a_guessed_or_other_token_opens_nothing(browser: Browser, database: Database, ada: Actor) -> None:
    with database.writing() as db:
        drawn = mail_tokens.draw(db, mail_tokens.issue(db, Kind.CHANGE_EMAIL, ADDRESS, ada.id).id)
    assert drawn is not None
    for token in (drawn[1], "x" * 43, "%00", "a" * 5000):
        assert browser.post(f"/recover/{token}", {"password": NEW}).status_code == 404
    assert is_password(database, PASSWORD)


def test_the_token_stands_nowhere_in_the_database(browser: Browser, database: Database, folder: Path) -> None:
    token = re.findall(r"/recover/(\S+)", asked(browser, folder))[0]
    with database.reading() as db:
        assert token not in str(everything(db)) and db.scalar(text("SELECT count(*) FROM mail_token")) == 1
