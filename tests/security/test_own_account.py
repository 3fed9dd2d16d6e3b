"""Faults that others had in the pages of one's own account: each is tried here, and does not work."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from browsing import Browser, make_app
from conftest import Clock
from makers import make_account
from sqlalchemy import select

from forum import worker
from forum.accounts import mail_tokens, sessions
from forum.accounts.door_tables import MailToken
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account, Actor, Role, SignIn
from forum.actions import changing
from forum.config import Settings
from forum.db import Database
from forum.errors import Invalid

FORMS = {
    "name": {"name": "Miranda"},
    "about": {"about": "I read papers."},
    "email": {"email": "new@example.org"},
    "sessions": {},
}


@pytest.fixture
def mira(database: Database) -> Actor:
    with database.writing() as db:
        return make_account(db, "Mira")


@pytest.fixture
def browser(database: Database, mira: Actor) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser.signed_in(mira)


def row_of(database: Database, actor: Actor) -> dict[str, Any]:
    with database.reading() as db:
        found = db.execute(select(Account.__table__).where(Account.id == actor.id)).one()
        return dict(found._mapping)


def links(database: Database) -> list[tuple[str, str]]:
    with database.reading() as db:
        wanted = select(MailToken.kind, MailToken.email).order_by(MailToken.id)
        return [(kind, email) for kind, email in db.execute(wanted)]


def test_the_id_of_anothers_session_is_not_found(database: Database, mira: Actor, browser: Browser) -> None:
    with database.writing() as db:
        eve = make_account(db, "Eve")
        token = sessions.start(db, eve.id)
        db.flush()
        session_id = db.scalars(select(SignIn.id).where(SignIn.account_id == eve.id)).one()
    for typed in (session_id, f"{session_id} ", "0", "-1", "9" * 30, "1 OR 1=1", ""):
        assert browser.post("/account/sessions", {"session": typed}).status_code == 404, typed
    with database.reading() as db:
        assert sessions.actor(db, token) is not None
    assert browser.get("/account").status_code == 200, "nor did a strange id end one's own"


def test_name_and_address_change_only_after_a_fresh_proof(
    database: Database, mira: Actor, browser: Browser, frozen: Clock
) -> None:
    before = row_of(database, mira)
    frozen.forward(minutes=10)
    for name in ("email", "name"):
        for answer in (browser.get(f"/account/{name}"), browser.post(f"/account/{name}", FORMS[name])):
            assert answer.headers["location"].startswith("/account/prove?next=/account/")
    assert row_of(database, mira) == before and links(database) == []


def test_both_addresses_are_told_before_and_after_a_change(
    database: Database, mira: Actor, browser: Browser, tmp_path: Path
) -> None:
    mail_settings = Settings(
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=tmp_path,
        base_url="http://forum.test",
    )
    browser.post("/account/email", {"email": "new@example.org"})
    worker.work_off(database, mail_settings)
    mails = mails_in(tmp_path)
    assert sorted(mail["To"] for mail in mails) == ["Mira@example.org", "new@example.org"]
    text = next(mail for mail in mails if mail["To"] == "new@example.org").get_body(("plain",)).get_content()
    path = text.split("http://forum.test")[1].split()[0]
    assert browser.post(path).status_code == 303
    worker.work_off(database, mail_settings)
    after = mails_in(tmp_path)[2:]
    assert sorted(mail["To"] for mail in after) == ["Mira@example.org", "new@example.org"]
    to_old = next(mail for mail in after if mail["To"] == "Mira@example.org").get_body(("plain",))
    assert "/keep-address/" in to_old.get_content() and "new@example.org" in to_old.get_content()


def mails_in(folder: Path) -> list[Any]:
    """The mails in the order in which they were written."""
    files = sorted((folder / "mail").glob("*.eml"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    return [message_from_bytes(file.read_bytes(), policy=SMTP) for file in files]


def test_an_address_that_another_has_is_answered_like_any(
    database: Database, mira: Actor, browser: Browser
) -> None:
    with database.writing() as db:
        make_account(db, "Eve")
    known = browser.post("/account/email", {"email": "eve@example.org"})
    kept = links(database)
    unknown = browser.post("/account/email", {"email": "nobody@example.org"})
    same = ("status_code", "text")
    assert [getattr(known, each) for each in same] == [getattr(unknown, each) for each in same]
    assert known.headers["location"] == unknown.headers["location"]
    assert kept == [(Kind.KEEP_EMAIL, "Mira@example.org")], "no link goes to the mailbox of somebody else"
    pages = [browser.get(known.headers["location"]).text for _ in range(2)]
    assert "eve@example.org" not in pages[0].casefold()


def test_of_many_who_want_one_name_in_the_same_moment_one_gets_it(database: Database) -> None:
    with database.writing() as db:
        people = [make_account(db, f"person{number}") for number in range(6)]

    def take(actor: Actor) -> bool:
        try:
            with database.writing() as db:
                changing.rename(db, actor, "Grace")
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(len(people)) as pool:
        assert sorted(pool.map(take, people)) == [False] * 5 + [True]
    with database.reading() as db:
        assert len(db.scalars(select(Account.id).where(Account.name_key == "grace")).all()) == 1


MARKUP = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}")
LINKS = ("javascript:alert(1)", "https://spam.example.org/", "[x](https://spam.example.org/)")
ENDINGS = ("\r\nBcc: eve@example.org", "\nBcc: eve@example.org", "%0d%0aBcc:x", "\u2028X: y")


def test_markup_in_name_or_about_stays_text(browser: Browser) -> None:
    for typed in MARKUP:
        refused = browser.post("/account/name", {"name": typed})
        assert refused.status_code == 422
        assert browser.post("/account/about", {"about": typed}).status_code == 303
        pages = (browser.get(path).text for path in ("/people/Mira", "/account", "/account/about"))
        for page in (refused.text, *pages):
            assert "<script>alert" not in page and "<img src=x" not in page and ">49<" not in page
    page = browser.signed_out().get("/people/Mira").text
    assert "{{ 7*7 }}" in page, "guests see it as it was typed, in the head too"


def test_what_one_says_of_oneself_holds_no_link(browser: Browser) -> None:
    for typed in LINKS:
        browser.post("/account/about", {"about": typed})
        page = browser.get("/people/Mira").text
        assert typed in page and 'href="javascript' not in page and 'href="https://spam' not in page


def test_neither_name_nor_address_becomes_a_header_of_a_mail(
    database: Database, mira: Actor, browser: Browser
) -> None:
    for ending in ENDINGS:
        assert browser.post("/account/name", {"name": f"Miranda{ending}"}).status_code == 422
        for address in (f"new@example.org{ending}", f'"x{ending}"@example.org'):
            assert browser.post("/account/email", {"email": address}).status_code == 422
    assert links(database) == [] and row_of(database, mira)["name"] == "Mira"


def test_extra_fields_of_the_forms_change_nothing_else(
    database: Database, mira: Actor, browser: Browser
) -> None:
    with database.writing() as db:
        eve = make_account(db, "Eve")
    extra = {
        "id": eve.id, "account_id": eve.id, "actor": eve.id, "role": Role.ADMIN, "level": "trusted",
        "is_level_fixed": "1", "is_sample": "1", "email_key": "eve@example.org", "name_key": "eve",
        "password_hash": "x", "standing": "active", "shown_posts": "999", "tends": "1", "handle": "x",
        "closed_at": "", "likeness": "", "flags_upheld": "9", "is_warned": "", "origin": "x", "token": "x",
    }  # fmt: skip
    before, of_eve = row_of(database, mira), row_of(database, eve)
    for name, form in FORMS.items():
        assert browser.post(f"/account/{name}", {**extra, **form}).status_code == 303, name
    after = row_of(database, mira)
    changed = {key for key in after if after[key] != before[key]}
    # A change of name is told: that is the one message.
    assert changed <= {"name", "name_key", "likeness", "about", "unread"} and after["role"] == Role.MEMBER
    assert row_of(database, eve) == of_eve


def test_a_link_in_a_mail_that_is_only_opened_changes_nothing(
    database: Database, mira: Actor, browser: Browser
) -> None:
    for kind, page in ((Kind.CHANGE_EMAIL, "confirm-address"), (Kind.KEEP_EMAIL, "keep-address")):
        token = drawn(database, mira, kind)
        before = row_of(database, mira)
        for _ in range(2):
            answer = browser.get(f"/{page}/{token}")
            assert answer.status_code == 200 and "no-store" in answer.headers["cache-control"]
        assert row_of(database, mira) == before
        assert browser.get("/account").status_code == 200
        assert browser.post(f"/{page}/{token}", headers={"sec-fetch-site": "cross-site"}).status_code == 403
        assert row_of(database, mira) == before


def drawn(database: Database, actor: Actor, kind: Kind) -> str:
    with database.writing() as db:
        issued = mail_tokens.issue(
            db, kind, f"{kind}@example.org", actor.id, new_email="new@example.org", is_changed=False
        )
        found = mail_tokens.draw(db, issued.id)
        assert found is not None
        return found[1]
