"""Erasing an account on request, as an admin does it in a browser."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from actions.test_closing import ran
from browsing import Browser, make_app
from community import faults, typed
from makers import make_account, make_thread
from sqlalchemy import select

from forum.accounts import sessions
from forum.accounts.tables import Account, Actor, Role, SignIn
from forum.actions import erasing
from forum.clock import now
from forum.db import Database
from forum.discussion.tables import Thread

REASON = "Asked by mail on 1 November."


@pytest.fixture
def people(database: Database) -> tuple[Actor, Actor]:
    """An admin, and who asks to be erased."""
    with database.writing() as db:
        admin, ann = make_account(db, "Root", Role.ADMIN), make_account(db, "Ann")
        db.get_one(Account, admin.id).password_hash = "a hash"
        make_thread(db, ann, title="What is a zwetschge good for?", text="It grows in my garden.")
        return admin, ann


@pytest.fixture
def browser(database: Database, people: tuple[Actor, Actor]) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser.signed_in(people[0])


def test_an_account_is_erased_by_typing_its_name_and_a_reason(
    browser: Browser, people: tuple[Actor, Actor], database: Database
) -> None:
    _admin, ann = people
    page = f"/admin/accounts/{ann.id}"
    assert f'action="{page}/erase"' in browser.get(page).text
    wrong = browser.post(f"{page}/erase", {"name": "Anna", "why": "  "})
    assert wrong.status_code == 422
    assert faults(wrong.text) == []
    assert typed(wrong.text, "name") == "Anna"
    assert 'id="name-error"' in wrong.text and 'id="why-error"' in wrong.text
    assert 'id="reason-error"' not in wrong.text, "the other forms of the page are not to blame"
    done = browser.post(f"{page}/erase", {"name": "ann", "why": REASON})
    assert done.headers["location"] == f"{page}?told=erased"
    ran(database, "accounts.erase")
    after = browser.get(f"{page}?told=erased").text
    assert "The account is closed." in after and "Closed for good" in after
    assert "erased an account on request" in after and REASON in after
    assert "/erase" not in after
    with database.reading() as db:
        thread_id = db.scalars(select(Thread.id).where(Thread.author_id == ann.id)).one()
    assert browser.get(f"/t/{thread_id}/x").text.count("zwetschge") == 0


def test_it_wants_an_admin_who_has_just_proved_who_they_are(
    browser: Browser, people: tuple[Actor, Actor], database: Database
) -> None:
    admin, ann = people
    page, form = f"/admin/accounts/{ann.id}", {"name": "Ann", "why": REASON}
    with database.writing() as db:
        keeper = make_account(db, "Keeper", Role.MODERATOR)
        for session in db.scalars(select(SignIn).where(SignIn.account_id == admin.id)):
            session.proved_at = now() - sessions.FRESH - timedelta(seconds=1)
    stale = browser.post(f"{page}/erase", form)
    assert stale.headers["location"] == f"/account/prove?next={page}/erase"
    # There is no such page: who has proved it is led to the one with the form.
    assert f'value="{page}"' in browser.get(f"/account/prove?next={page}/erase").text
    browser.signed_in(keeper)
    assert browser.post(f"{page}/erase", form).status_code == 403
    with database.reading() as db:
        assert db.get_one(Account, ann.id).closed_at is None


def test_admins_do_not_erase_themselves(browser: Browser, people: tuple[Actor, Actor]) -> None:
    admin, _ann = people
    page = browser.post(f"/admin/accounts/{admin.id}/erase", {"name": "Root", "why": REASON})
    assert page.status_code == 422
    assert erasing.NOT_ONESELF in page.text
