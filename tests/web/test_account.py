"""The pages of one's own account: everything is found, forms come back, old names lead on."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from browsing import Browser, make_app
from conftest import Clock
from makers import make_account, make_thread
from sqlalchemy import select

from forum.accounts import history, mail_tokens, people, sessions
from forum.accounts.door_tables import MailToken
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account, Actor, Role, SignIn, Standing
from forum.actions import changing
from forum.db import Database


@pytest.fixture
def mira(database: Database) -> Actor:
    with database.writing() as db:
        return make_account(db, "Mira")


@pytest.fixture
def browser(database: Database, mira: Actor) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser.signed_in(mira)


@pytest.fixture
def guest(browser: Browser) -> Iterator[Browser]:
    """Another browser, on the same application."""
    with Browser(browser.kept) as guest:
        yield guest


def account_of(database: Database, actor: Actor) -> Account:
    with database.reading() as db:
        return db.get_one(Account, actor.id)


def words(page: str) -> str:
    """What stands on the page, without its tags."""
    return " ".join(unescape(re.sub("<[^>]+>", "", page)).split())


def link(database: Database, kind: Kind) -> str:
    """The token of the one mail of this kind, as the worker writes it."""
    with database.writing() as db:
        drawn = mail_tokens.draw(db, db.scalars(select(MailToken.id).where(MailToken.kind == kind)).one())
        assert drawn is not None
        return drawn[1]


def test_the_overview_leads_to_everything_of_ones_own(browser: Browser) -> None:
    page = browser.get("/account").text
    for name in ("name", "about", "factors", "email", "sessions", "history", "invitations", "trust", "flags"):
        assert f'href="/account/{name}"' in page
    for name in ("standing", "export", "close"):
        assert f'href="/account/{name}"' in page
    assert 'href="/account"' in browser.get("/people/Mira").text
    assert "Mira@example.org" in unescape(page)


def test_a_new_name_shows_everywhere_and_the_old_one_leads_to_it(
    database: Database, browser: Browser, guest: Browser
) -> None:
    with database.writing() as db:
        thread = make_thread(db, people.acting(db, people.owner_of_address(db, "mira@example.org") or 0))
        path = f"/t/{thread.id}/{thread.slug}"
    for kept in (path, "/people/Mira"):
        assert ">Mira<" in guest.get(kept).text
    assert browser.post("/account/name", {"name": "Miranda"}).headers["location"] == "/account?told=renamed"
    assert ">Miranda<" in guest.get(path).text and ">Mira<" not in guest.get(path).text
    for old, new in (
        ("/people/Mira", "/people/Miranda"),
        ("/people/mira/posts", "/people/Miranda/posts"),
        ("/feeds/people/Mira.atom", "/feeds/people/Miranda.atom"),
    ):
        answer = guest.get(old)
        assert (answer.status_code, answer.headers["location"]) == (302, new)
        assert guest.get(new).status_code == 200
    again = words(browser.get("/account/name").text)
    assert "Mira " in again and "1 Dec 2026" in again
    refused = browser.post("/account/name", {"name": "Mirabel"})
    assert (
        refused.status_code == 422 and "1 December 2026" in refused.text and 'value="Mirabel"' in refused.text
    )


def test_a_name_that_another_has_comes_back_with_the_reason(database: Database, browser: Browser) -> None:
    with database.writing() as db:
        changing.rename(db, make_account(db, "Eve"), "Evelyn")
    for taken in ("evelyn", "Eve"):
        answer = browser.post("/account/name", {"name": taken})
        assert answer.status_code == 422 and people.NAME_TAKEN in unescape(answer.text)
        assert f'value="{taken}"' in answer.text


def test_moderators_see_former_names(database: Database, browser: Browser, guest: Browser) -> None:
    browser.post("/account/name", {"name": "Miranda"})
    with database.writing() as db:
        boss = make_account(db, "boss", Role.MODERATOR)
    page = words(guest.signed_in(boss).get("/moderation/people/Mira").text)
    assert "Case file of Miranda" in page and "Mira until 1 Nov 2026" in page


def test_what_one_says_of_oneself_stands_on_ones_page(browser: Browser, guest: Browser) -> None:
    said = "I read papers.\nSee https://example.org/me"
    answer = browser.post("/account/about", {"about": said})
    assert answer.headers["location"] == "/people/Mira?told=about-kept"
    page = guest.get("/people/Mira").text
    assert "See https://example.org/me" in page and 'href="https://example.org/me"' not in page
    assert "I read papers." in browser.get("/account/about").text
    long = browser.post("/account/about", {"about": "x" * 1001})
    assert long.status_code == 422 and "x" * 1001 in long.text


def test_sessions_are_seen_and_ended(database: Database, mira: Actor, browser: Browser) -> None:
    with database.writing() as db:
        other = sessions.start(db, mira.id, "passkey", "Safari on iOS")
        third = sessions.start(db, mira.id, "password", "Firefox on Linux")
        db.flush()
        wanted = select(SignIn.id).where(SignIn.device == "Safari on iOS")
        session_id = db.scalars(wanted).one()
    page = browser.get("/account/sessions").text
    assert page.count("this one") == 1 and "Safari on iOS" in page and "with a passkey" in page
    answer = browser.post("/account/sessions", {"session": session_id})
    assert answer.headers["location"] == "/account/sessions?told=session-ended"
    with database.reading() as db:
        assert sessions.actor(db, other) is None and sessions.actor(db, third) is not None
    browser.post("/account/sessions")
    with database.reading() as db:
        assert sessions.actor(db, third) is None
    assert "signed in nowhere else" in browser.get("/account/sessions").text


def test_the_history_is_read_page_by_page(database: Database, mira: Actor, browser: Browser) -> None:
    with database.writing() as db:
        for number in range(31):
            history.note(db, mira.id, "signed-in", device=f"device {number}.")
    page = browser.get("/account/history").text
    assert page.count("Signed in") == 30 and "device 30." in page and "device 0." not in page
    after = unescape(page).split("/account/history?after=")[1].split('"')[0]
    older = browser.get(f"/account/history?after={after}").text
    assert older.count("Signed in") == 1 and "device 0." in older


def test_another_address_is_asked_for_confirmed_and_kept(
    database: Database, mira: Actor, browser: Browser, guest: Browser
) -> None:
    asked = browser.post("/account/email", {"email": "new@example.org"})
    assert asked.headers["location"] == "/account/email?told=address-asked"
    assert account_of(database, mira).email == "Mira@example.org"
    token = link(database, Kind.CHANGE_EMAIL)
    page = guest.get(f"/confirm-address/{token}")
    assert page.status_code == 200 and "new@example.org" in page.text and ">Mira<" in page.text
    assert account_of(database, mira).email == "Mira@example.org", "to look is not to confirm"
    done = guest.post(f"/confirm-address/{token}")
    assert done.headers["location"] == "/sign-in?told=address-confirmed"
    assert account_of(database, mira).email == "new@example.org"
    assert browser.get("/account/sessions").status_code != 200, "everybody is signed out"
    assert guest.post(f"/confirm-address/{token}").status_code == 404
    keep = link(database, Kind.KEEP_EMAIL)
    assert "new@example.org" in guest.get(f"/keep-address/{keep}").text
    assert account_of(database, mira).email == "new@example.org"
    kept = guest.post(f"/keep-address/{keep}")
    assert "choose a new password" in guest.get(kept.headers["location"]).text
    assert account_of(database, mira).email == "Mira@example.org"
    assert guest.get(f"/keep-address/{keep}").status_code == 404


def test_whoever_confirms_in_the_own_session_stays_signed_in(
    database: Database, mira: Actor, browser: Browser
) -> None:
    browser.post("/account/email", {"email": "new@example.org"})
    done = browser.post(f"/confirm-address/{link(database, Kind.CHANGE_EMAIL)}")
    assert done.headers["location"] == "/account?told=address-changed"
    assert "new@example.org" in browser.get("/account").text


def test_a_wrong_address_comes_back_with_the_reason(browser: Browser) -> None:
    answer = browser.post("/account/email", {"email": "not an address"})
    assert answer.status_code == 422 and 'value="not an address"' in answer.text
    assert 'id="email-error"' in answer.text


def test_who_is_suspended_keeps_the_account_safe_but_shows_nothing_new(
    database: Database, mira: Actor, browser: Browser
) -> None:
    with database.writing() as db:
        db.get_one(Account, mira.id).standing = Standing.SUSPENDED
    for path in ("/account", "/account/sessions", "/account/history", "/account/email"):
        assert browser.get(path).status_code == 200
    assert 'href="/account/name"' not in browser.get("/account").text
    for path, form in (("/account/name", {"name": "Loud"}), ("/account/about", {"about": "Loud"})):
        assert browser.get(path).status_code == 403 and browser.post(path, form).status_code == 403
    account = account_of(database, mira)
    assert (account.name, account.about) == ("Mira", "")


def test_without_a_session_there_is_no_account(browser: Browser, guest: Browser) -> None:
    for name in ("", "/sessions", "/history", "/name", "/about", "/email"):
        assert guest.get(f"/account{name}").headers["location"].startswith("/sign-in?next=")
        assert name in ("", "/history") or guest.post(f"/account{name}").status_code in (303, 401)


def test_no_page_of_the_account_writes_a_row(database: Database, browser: Browser, frozen: Clock) -> None:
    with database.reading() as db:
        before = [tuple(each) for each in db.execute(select(SignIn.__table__)).all()]
    frozen.forward(hours=2)
    for name in ("", "/sessions", "/history", "/name", "/about", "/email"):
        browser.get(f"/account{name}")
    with database.reading() as db:
        assert [tuple(each) for each in db.execute(select(SignIn.__table__)).all()] == before
