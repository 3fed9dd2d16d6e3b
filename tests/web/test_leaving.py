"""Taking one's data along and closing the account, as its owner does it in a browser."""

import io
import zipfile
from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from conftest import Clock
from makers import make_account

from forum.accounts.tables import Actor
from forum.actions import exporting
from forum.config import Settings
from forum.db import Database


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser


@pytest.fixture
def ann(database: Database) -> Actor:
    with database.writing() as db:
        return make_account(db, "Ann")


def test_a_copy_is_asked_for_made_and_downloaded(browser: Browser, ann: Actor, database: Database) -> None:
    browser.signed_in(ann)
    assert "Make a copy of my data" in browser.get("/account/export").text
    assert browser.post("/account/export.zip").status_code == 404
    assert browser.post("/account/export").headers["location"] == "/account/export?told=export-asked"
    assert "is being made" in browser.get("/account/export").text
    again = browser.post("/account/export")
    assert (again.status_code, "within the last day" in again.text) == (429, True)
    exporting.make(database, Settings(), 1)
    assert "Download it" in browser.get("/account/export").text
    file = browser.post("/account/export.zip")
    assert file.headers["content-type"] == "application/zip"
    assert file.headers["cache-control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(file.content)) as folder:
        assert sorted(folder.namelist()) == ["data.html", "data.json"]


def test_an_account_is_closed_by_typing_its_name(browser: Browser, ann: Actor) -> None:
    browser.signed_in(ann)
    page = browser.post("/account/close", {"name": "Anna", "posts": "withdraw"})
    assert page.status_code == 422
    assert 'value="Anna"' in page.text
    assert 'value="withdraw" checked' in page.text
    closed = browser.post("/account/close", {"name": "Ann", "posts": "keep"})
    assert closed.headers["location"] == "/?told=closed"
    browser.client.cookies.clear()
    assert "Your account is closed" in browser.get("/?told=closed").text
    assert browser.get("/people/Ann").status_code == 404


@pytest.mark.parametrize("path", ["/account/export", "/account/close"])
def test_both_want_a_fresh_proof(browser: Browser, ann: Actor, frozen: Clock, path: str) -> None:
    browser.signed_in(ann)
    frozen.forward(minutes=11)
    for answer in (browser.get(path), browser.post(path, {"name": "Ann"})):
        assert answer.headers["location"] == f"/account/prove?next={path}"
    assert browser.get("/people/Ann").status_code == 200
