"""When the forum cannot be reached, a browser that has been here shows a page of ours; no other is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.server import Forum
from makers import make_account
from playwright.sync_api import Browser, Page, expect

from forum import schema
from forum.db import Database

REGISTER = (
    "() => navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => 1)"
)
KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname);
  }
  return kept.sort();
}"""
WORDS = "The forum cannot be reached just now"


@pytest.fixture
def forum(tmp_path: Path) -> Forum:
    database = Database(f"sqlite:///{tmp_path / 'forum.sqlite3'}")
    schema.migrate(database)
    with database.writing() as db:
        make_account(db, "mira")
    database.close()
    return Forum(tmp_path, "http://127.0.0.1:9")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_offline_and_back(forum: Forum, page: Page) -> None:
    with forum.running("--no-worker"):
        session = {"name": "session", "value": forum.session_of("mira"), "url": forum.base}
        page.context.add_cookies([session])
        page.goto(f"{forum.base}/")
        assert page.evaluate(REGISTER) == 1
        # From the second page on the worker stands between, and keeps none of them.
        page.goto(f"{forum.base}/inbox")
        page.goto(f"{forum.base}/account")
        kept = page.evaluate(KEPT)
        assert len(kept) == 3 and kept[0] == "/offline", kept
        assert [path.rpartition("/")[2] for path in kept[1:]] == ["icon.svg", "style.css"]
        body = page.evaluate("() => caches.match('/offline').then(found => found.text())")
        assert WORDS in body and "mira" not in body
    page.goto(f"{forum.base}/tags")
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS)
    assert page.evaluate("() => document.styleSheets[0].cssRules.length") > 50, "its style sheet is there too"
    with forum.running("--no-worker"):
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Tags")
