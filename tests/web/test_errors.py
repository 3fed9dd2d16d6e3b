"""Every error that people meet is a page that says what happened, what to do, and leads on."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from browsing import Browser, make_app
from community import faults
from makers import make_account
from starlette.responses import Response

from forum.accounts.tables import Actor
from forum.errors import (
    Busy,
    Conflict,
    FactorRequired,
    Forbidden,
    ForumError,
    Restrained,
    SignInRequired,
    TooMany,
    TooMuch,
)
from forum.policy import Permit
from forum.web import trouble, ways_on
from forum.web.doors import Crowded
from forum.web.endpoint import Visit
from forum.web.forms import Unreadable
from forum.web.routing import get, post

#: Raised by the page at /raise/<number>.
RAISED: tuple[Exception, ...] = (
    Unreadable(),
    SignInRequired(),
    Forbidden(),
    Restrained(),
    FactorRequired(),
    trouble.CrossSite(),
    Conflict("Somebody has settled this meanwhile."),
    TooMuch(),
    TooMany("That was a lot.", 600),
    ZeroDivisionError("a secret of ours"),
    Busy(),
    trouble.WrongHost(),
    trouble.TooSlow(),
    trouble.TookTooLong(),
    Crowded(),
)


def raises(visit: Visit) -> Response:
    raise RAISED[visit.path["number"]]


def slow(_visit: Visit) -> Response:
    time.sleep(0.3)
    return Response()


ROUTES = (
    get("/raise/{number:int}", raises),
    post("/raise/{number:int}", raises, Permit.SIGN_IN),
    post("/p/{post_id:int}/vote", raises, Permit.SIGN_IN),
    get("/slow", slow),
)


@pytest.fixture(scope="module")
def browser(new_database: Callable[[str], Any]) -> Iterator[Browser]:
    app = make_app(new_database("sqlite"), ROUTES, contact="team@forum.test", body_bytes=64 * 1024)
    with Browser(app) as browser:
        yield browser


@pytest.fixture(scope="module")
def ada(browser: Browser) -> Actor:
    with browser.site.database.writing() as db:
        return make_account(db, "ada")


def at(kind: type[Exception]) -> str:
    return f"/raise/{next(number for number, error in enumerate(RAISED) if type(error) is kind)}"


def whole(answer: httpx.Response, status: int) -> str:
    """The page, which is valid, named by its status, and offers something to press."""
    assert answer.status_code == status, answer.text
    page = answer.text
    assert faults(page) == [] and page.startswith("<!doctype html>")
    assert f'<p class="soft small">{status}</p>' in page and page.count("<h1>") == 1
    assert re.search(r'<a class="button" href="[^"]+">[^<]{3,}</a>', page)
    assert '<link rel="stylesheet" href="/static/' in page
    return page


def main(page: str) -> str:
    return page[page.index('<div class="empty">') : page.index("</main>")]


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_each_has_its_page(browser: Browser, error: Exception) -> None:
    status, title = 500, trouble.OurMistake.title
    if isinstance(error, ForumError):
        status, title = error.status, error.title
    page = whole(browser.signed_out().post(at(type(error))), status)
    assert f"<h1>{title}</h1>" in page and "a secret of ours" not in page


@pytest.mark.parametrize(
    ("kind", "href"),
    [
        (SignInRequired, "/sign-in?next=/raise/1"),
        (Forbidden, "/account/trust"),
        (Restrained, "/account/standing"),
        (FactorRequired, "/account/factors"),
    ],
)
def test_who_may_not_is_told_what_to_do(
    browser: Browser, ada: Actor, kind: type[Exception], href: str
) -> None:
    page = whole(browser.signed_in(ada).post(at(kind)), 401 if kind is SignInRequired else 403)
    assert f'<a class="button" href="{href}">' in page
    # Who is not signed in has nothing there to look at.
    assert "/account/trust" not in main(browser.signed_out().post(at(Forbidden)).text)


def test_nothing_at_an_address_leads_to_a_search_for_its_words(browser: Browser) -> None:
    page = whole(browser.signed_out().get("/t/12/how-to-read-a-paper"), 404)
    assert '<input type="search" name="q" value="how to read paper"' in page
    assert 'href="/tags"' in main(page) and 'href="/help"' in main(page)
    assert 'value="&#34;&gt;' not in whole(browser.get('/tags/"><b>'), 404)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/tags/lithium", "lithium"),
        ("/references/12/a-study-of-sleep", "study of sleep"),
        ("/wp-admin/setup.php", "wp setup"),
        ("/p/123", ""),
        ("/t/9/gr%C3%B6%C3%9Fe", "größe"),
        # An address that opens a door goes into no other one.
        ("/recover/aBcDeFgHiJk/more", ""),
        ("/sign-up/whatever", ""),
        ("/" + "many-words-" * 40, " ".join(["many", "words"] * 4)),
    ],
)
def test_the_words_in_an_address(path: str, words: str) -> None:
    assert ways_on.words_in(path) == words


def test_another_method_leads_to_the_page(browser: Browser) -> None:
    assert 'href="/slow">Open the page' in whole(browser.post("/slow"), 405)
    # What only a button sends leads to where the button is.
    assert 'href="/p/12">See how it is now' in whole(browser.get("/p/12/vote"), 405)
    for path in ("/account/searches/3", "/account/pushes/3/remove", "/account/messages/try-again"):
        assert ways_on.offered_on(path) == "/".join(path.split("/")[:3]), path


def test_who_was_slower_sees_how_it_is(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.web.ways_on.offered_on", lambda _path: "/inbox")
    page = whole(browser.post(at(Conflict), {"text": "My <careful> words."}), 409)
    assert 'href="/inbox">See how it is now' in page and "settled this meanwhile" in page
    assert "My &lt;careful&gt; words.</textarea>" in page, "nothing that somebody typed is lost"


def test_too_much_says_how_much_would_do(browser: Browser) -> None:
    page = whole(browser.post("/raise/1", {"text": "x" * 70_000}), 413)
    assert "64 kB" in page
    with Browser(make_app(browser.site.database, ROUTES, body_bytes=100 * 1024)) as wider:
        # A short form has a bound of its own, which the setting cannot raise.
        assert "64 kB" in wider.post("/raise/1", {"text": "x" * 70_000}).text


def test_too_often_says_when(browser: Browser) -> None:
    answer = browser.post(at(TooMany))
    assert "in 10 minutes" in whole(answer, 429) and answer.headers["retry-after"] == "600"


def test_a_fault_of_ours_names_itself_and_whom_to_tell(browser: Browser) -> None:
    page = whole(browser.get(f"{at(ZeroDivisionError)}?a=b+c"), 500)
    assert f'href="{at(ZeroDivisionError)}?a=b+c">Try again' in page
    assert "mailto:team@forum.test" in page and re.search(r"<code>[0-9a-f]{8}</code>", page)
    # Who sent something is not led to sending it twice.
    assert "Try again</a>" not in browser.post(at(ZeroDivisionError)).text


def test_busy_can_be_tried_again(browser: Browser) -> None:
    answer = browser.get(at(Busy))
    assert f'href="{at(Busy)}">Try again' in whole(answer, 503) and answer.headers["retry-after"] == "5"


def test_by_another_name_one_is_led_to_the_forums_own(browser: Browser) -> None:
    page = whole(browser.get("/raise/0", headers={"host": "elsewhere.test"}), 400)
    assert 'href="http://forum.test/">Go to the start page' in page and "elsewhere" not in page


def test_a_page_without_the_database_looks_like_the_others(browser: Browser) -> None:
    app = make_app(browser.site.database, ROUTES, request_seconds=0.1, name="A <Forum>")
    with Browser(app) as hurried:
        page = whole(hurried.get("/slow"), 503)
        assert "A &lt;Forum&gt;</title>" in page and 'name="viewport"' in page
        style = re.search(r'href="(/static/[^"]+)"', page)
        assert style and hurried.get(style[1]).status_code == 200
