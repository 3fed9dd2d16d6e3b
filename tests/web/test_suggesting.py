"""Suggestions while typing: options for our script, and completions for browsers."""

from collections.abc import Iterator

import pytest
from browsing import BASE, Browser, make_app
from makers import make_account, make_thread, opening, unhurried
from web.test_queries import listening, scans

from forum.actions import withdrawing
from forum.db import Database


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with unhurried(), database.writing() as db:
        writer = make_account(db, "heron-keeper")
        make_thread(db, writer, title="Why do <b>herons</b> stand on one leg?", tags="heronry")
        make_thread(db, make_account(db, shown_posts=0), title="Herons that wait", tags="heronswait")
        gone = make_thread(db, writer, title="Herons that are gone")
        withdrawing.withdraw(db, writer, opening(db, gone).id)
    with Browser(make_app(database)) as browser:
        yield browser


def test_options_for_a_list_box(browser: Browser) -> None:
    answer = browser.get("/search/suggest?q=hero")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    assert answer.text.count('<a role="option"') == 3
    assert 'href="/t/1/why-do-b-herons-b-stand-on-one-leg"' in answer.text
    assert "&lt;b&gt;herons&lt;/b&gt;" in answer.text
    assert 'href="/tags/heronry"' in answer.text
    assert 'href="/people/heron-keeper"' in answer.text


def test_completions_for_browsers(browser: Browser) -> None:
    answer = browser.get("/search/suggest.json?q=hero")
    assert answer.headers["content-type"].startswith("application/x-suggestions+json")
    typed, words, kinds, addresses = answer.json()
    assert typed == "hero"
    assert words == ["Why do <b>herons</b> stand on one leg?", "heronry", "heron-keeper"]
    assert kinds == ["question", "tag", "person"]
    assert addresses[1] == f"{BASE}/tags/heronry"


def test_nothing_is_said_of_what_nobody_sees(browser: Browser) -> None:
    for q in ("", "h", "%00%00", "xyzzy", "%ff%fe", "'%22", "heronswait", "herons that"):
        assert browser.get(f"/search/suggest?q={q}").text.strip() == "", q
        assert browser.get(f"/search/suggest.json?q={q}").json()[1:] == [[], [], []], q
    assert browser.get("/search/suggest").text.strip() == ""


def test_everybody_gets_the_same(browser: Browser) -> None:
    as_guest = browser.get("/search/suggest?q=hero").text
    with browser.site.database.writing() as db:
        newcomer = make_account(db)
    assert browser.signed_in(newcomer).get("/search/suggest?q=hero").text == as_guest


def test_no_large_table_is_read_whole(browser: Browser) -> None:
    with listening(browser.site.database) as asked:
        browser.get("/search/suggest?q=one+hero")
    assert len(asked) <= 9
    if browser.site.database.is_sqlite:
        for statement, values in asked:
            assert scans(browser.site.database, statement, values) == [], statement
