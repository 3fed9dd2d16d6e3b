"""The page for when the forum cannot be reached, and the service worker that has it at hand."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import Browser, make_app
from community import faults
from makers import make_account

from forum.paths import STATIC
from forum.web.pages import offline


@pytest.fixture(scope="module")
def browser(new_database: Callable[[str], Any]) -> Iterator[Browser]:
    with Browser(make_app(new_database("sqlite"))) as browser:
        yield browser


def test_the_page_says_nothing_of_who_asks(browser: Browser) -> None:
    page = browser.get("/offline")
    assert page.status_code == 200 and faults(page.text) == []
    assert "cannot be reached" in page.text and 'href="">Try again' in page.text
    with browser.site.database.writing() as db:
        ada = make_account(db, "ada")
    assert browser.signed_in(ada).get("/offline").text == page.text
    browser.signed_out()


def test_the_worker_is_small_and_looked_at_anew_each_time(browser: Browser) -> None:
    answer = browser.get("/sw.js")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert (STATIC / "sw.js").stat().st_size <= 720
    kept = re.search(r'P = "([^"]+)"', answer.text)
    assert kept and "VERSION" not in answer.text
    paths = kept[1].split()
    assert paths[0] == "/offline" and len(paths) == 3
    assert [browser.get(path).status_code for path in paths] == [200, 200, 200]


def test_what_it_keeps_decides_its_version(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    first = offline.script(browser.site)
    assert offline.script(browser.site) == first
    with Browser(make_app(browser.site.database, name="Another name")) as other:
        assert offline.script(other.site) != first
    monkeypatch.setattr(browser.site.static, "hash", "0123456789ab")
    assert "0123456789ab/style.css" in offline.script(browser.site) != first
