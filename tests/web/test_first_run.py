"""A forum in which nothing has happened yet: every page says so, and what to do next, to whoever looks."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import Browser, make_app
from community import faults
from makers import make_account, make_thread

from forum.accounts import ownership
from forum.accounts.tables import Account, Actor, Role
from forum.actions import choosing

GUESTS = (
    *("/", "/newest", "/unanswered", "/top", "/tags", "/references"),
    *("/search", "/search?q=x", "/log", "/about"),
)
MEMBERS = ("/for-me", "/inbox", "/people/mira", "/people/mira/posts", "/people/mira/references")


@pytest.fixture
def browser(sqlite: Any) -> Iterator[Browser]:
    with Browser(make_app(sqlite)) as browser:
        yield browser


@pytest.fixture(scope="module")
def empty(new_database: Callable[[str], Any]) -> Iterator[tuple[Browser, Actor]]:
    """A forum in which somebody has joined and nothing was written; it is only looked at."""
    with Browser(make_app(new_database("sqlite"))) as browser:
        with browser.site.database.writing() as db:
            mira = make_account(db, "mira")
        yield browser, mira


@pytest.fixture
def boss(browser: Browser) -> Actor:
    with browser.site.database.writing() as db:
        actor = make_account(db, "boss", Role.ADMIN)
        db.get_one(Account, actor.id).password_hash = "of no use"
        return actor


def main(browser: Browser, path: str) -> str:
    """What the page itself says, without what stands on all."""
    answer = browser.get(path)
    assert answer.status_code == 200, path
    assert faults(answer.text) == [], path
    return answer.text[answer.text.index('<main class="body"') : answer.text.index("</main>")]


def test_without_any_account_the_owner_is_led_in(browser: Browser) -> None:
    page = main(browser, "/")
    assert "Is this your forum?" in page and 'href="/sign-up">Create an account' in page
    assert main(browser, "/about")
    with browser.site.database.writing() as db:
        code = ownership.issue(db)
    setup = main(browser, f"/setup?code={code}")
    assert "It is empty and has no admin yet" in setup and "What comes next" in setup


@pytest.mark.parametrize("path", GUESTS)
def test_a_guest_is_led_on_from_every_empty_page(empty: tuple[Browser, Actor], path: str) -> None:
    page = main(empty[0].signed_out(), path)
    assert re.search(r'<a [^>]*href="/|<button', page), "something to do"
    assert "Before you invite others" not in page and "Traceback" not in page


@pytest.mark.parametrize("path", MEMBERS)
def test_a_member_is_led_on_from_what_is_theirs(empty: tuple[Browser, Actor], path: str) -> None:
    browser, mira = empty
    page = main(browser.signed_in(mira), path)
    assert re.search(r'<a href="/(ask|unanswered|tags|help/citing)"', page)


def test_a_member_is_asked_to_begin(browser: Browser, boss: Actor) -> None:
    with browser.site.database.writing() as db:
        mira = make_account(db, "mira")
    page = main(browser.signed_in(mira), "/")
    assert '<a class="button" href="/ask">Ask the first question</a>' in page
    assert "Before you invite others" not in page and "Is this your forum?" not in page


def test_an_admin_has_a_list_of_what_is_left(browser: Browser, boss: Actor) -> None:
    page = main(browser.signed_in(boss), "/")
    step = r"<li( class=\"done\")?>(?:<span[^>]*>Done: </span>)?<(?:a|strong)[^>]*>([^<]+)<"
    steps = re.findall(step, page)
    assert [name for _, name in steps] == [
        "Give it a name",
        "Let it send mail",
        "Say how to reach you",
        "Say what it is for",
        "Read the rules",
        "Decide who may join",
        "Ask the first question",
        "Invite somebody",
    ]
    assert not [name for done, name in steps if done]
    for href in ("/admin/mail", "/admin/settings#community", "/rules", "/ask", "/account/invitations"):
        assert f'href="{href}"' in page


def test_what_is_done_is_ticked(browser: Browser, boss: Actor) -> None:
    with browser.site.database.writing() as db:
        make_account(db, "anna", Role.MODERATOR)
        choosing.choose(db, boss, "Community", {"about": "For us."})
        choosing.choose(db, boss, "Joining", {"sign_up": "invitation"})
    chosen = {"name": "Ours", "contact": "a@forum.test", "mail_url": "smtp://mail.forum.test"}
    with Browser(make_app(browser.site.database, **chosen)) as other:
        page = main(other.signed_in(boss), "/")
        assert page.count('<li class="done">') == 6
        with other.site.database.writing() as db:
            make_thread(db, boss)
        assert "Before you invite others" not in main(other, "/")
