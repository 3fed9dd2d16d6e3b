"""To the identity provider and back, as people go: without scripts one button more has to be pressed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts.provider import Provider
from browser.people import Look, Person
from browser.server import Forum
from browser.test_accessibility import AXE, CHECK, RULES
from playwright.sync_api import Browser, expect
from references.fake_services import FakeServices


@pytest.fixture
def forum(
    sample_file: Path, tmp_path: Path, crossref: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Forum]:
    """With a provider that knows one person, on another port."""
    shutil.copy(sample_file, tmp_path / "forum.sqlite3")
    with Provider().running() as provider:
        for name, value in provider.settings().items():
            monkeypatch.setenv(f"FORUM_{name.upper()}", value)
        with Forum(tmp_path, crossref.base).running("--no-worker") as running:
            yield running


def test_there_and_back(chromium: Browser, forum: Forum) -> None:
    new = Person(chromium, forum, Look("narrow-dark", 390, "dark"))
    new.go("/sign-up")
    new.click("button", "Go on with Commons ID")
    new.sees("You have no account here yet.")
    new.fill("Name", "quiet-heron")
    new.shoot("provider-01-name")
    new.page.evaluate(AXE)
    assert new.page.evaluate(CHECK, RULES) == []
    new.click("button", "Join", new.page.locator("main"))
    expect(new.page.locator(".who")).to_have_text("quiet-heron")
    new.go("/account/factors")
    new.shoot("provider-02-own")
    new.close()

    plain = Person(chromium, forum, Look("plain", scripts=False))
    plain.go("/sign-in?next=/inbox")
    plain.shoot("provider-03-sign-in")
    plain.click("button", "Go on with Commons ID")
    plain.sees("Back from Commons ID")
    plain.shoot("provider-04-back")
    plain.click("button", "Go on")
    expect(plain.page.locator(".who")).to_have_text("quiet-heron")
    assert plain.page.url.endswith("/inbox")
    plain.close()
