"""Passkeys as people use them, with Chromium's own device that keeps them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.people import Look, Person
from browser.server import Forum
from browser.test_accessibility import AXE, CHECK, RULES
from playwright.sync_api import Browser, CDPSession, expect

WIDE, NARROW = Look("wide"), Look("narrow-dark", 390, "dark")
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def forum(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    """At a name: passkeys are for names of hosts, and this one counts as safe without https."""
    folder = tmp_path_factory.mktemp("passkeys")
    shutil.copy(sample_file, folder / "forum.sqlite3")
    with Forum(folder, "http://127.0.0.1:9", "localhost").running("--no-worker") as running:
        yield running


class Owner(Person):
    """Somebody whose browser has a device for passkeys."""

    def __init__(self, chromium: Browser, forum: Forum, look: Look, name: str = "") -> None:
        super().__init__(chromium, forum, look, name)
        self.tools: CDPSession = self.context.new_cdp_session(self.page)
        self.tools.send("WebAuthn.enable")
        added = self.tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.device: str = added["authenticatorId"]

    def keys(self) -> list[Any]:
        found = self.tools.send("WebAuthn.getCredentials", {"authenticatorId": self.device})
        return list(found["credentials"])

    def is_the_owner(self, is_it: bool) -> None:
        """Whether the device is told so by a finger or a face."""
        said = {"authenticatorId": self.device, "isUserVerified": is_it}
        self.tools.send("WebAuthn.setUserVerified", said)

    def signs_out(self) -> None:
        self.page.locator(".menu summary").click()
        self.click("button", "Sign out")
        self.sees("You are signed out.")

    def is_accessible(self) -> None:
        self.page.evaluate(AXE)
        assert self.page.evaluate(CHECK, RULES) == []

    def is_in(self, name: str) -> None:
        expect(self.page.locator(".who")).to_have_text(name)


def test_added_used_and_removed(chromium: Browser, forum: Forum) -> None:
    mira = Owner(chromium, forum, WIDE, "mira").is_signed_in()
    assert isinstance(mira, Owner)
    mira.go("/account/factors")
    mira.fill("Name of a new passkey", "My laptop")
    mira.click("button", "Add a passkey")
    mira.sees("Your passkey is added.")
    mira.sees("My laptop")
    mira.shoot("passkeys-01-added")
    mira.is_accessible()
    (key,) = mira.keys()
    assert key["isResidentCredential"] and key["rpId"] == "localhost"
    # The device has one for this account already.
    mira.click("button", "Add a passkey")
    mira.sees("This device has a passkey for your account already.")

    # Alone.
    mira.signs_out()
    mira.go("/sign-in?next=/inbox")
    mira.shoot("passkeys-02-sign-in")
    mira.is_accessible()
    mira.click("button", "Use a passkey")
    mira.is_in("mira")
    assert mira.page.url.endswith("/inbox")

    # Not by somebody else who holds the device.
    mira.signs_out()
    mira.go("/sign-in")
    mira.is_the_owner(False)
    mira.click("button", "Use a passkey")
    mira.sees("your device did not finish")
    mira.is_the_owner(True)

    # As the second step, without which the password does not do.
    mira.fill("Name or mail address", "mira")
    mira.fill("Password", "citation-needed")
    mira.click("button", "Sign in", mira.page.locator("main"))
    mira.sees("Your password was right.")
    mira.shoot("passkeys-03-second-step")
    mira.click("button", "Use a passkey")
    mira.is_in("mira")

    mira.go("/account/factors")
    mira.page.get_by_text("Rename or remove").click()
    mira.click("button", "Remove My laptop")
    mira.sees("The passkey is removed.")
    mira.signs_out()
    mira.go("/sign-in")
    mira.click("button", "Use a passkey")
    mira.sees("This passkey opens no account here.")
    mira.shoot("passkeys-04-removed")
    mira.is_accessible()
    mira.close()


def test_joined_with_a_passkey_alone(chromium: Browser, forum: Forum) -> None:
    new = Owner(chromium, forum, NARROW)
    new.go("/sign-up")
    new.click("link", "Join with a passkey")
    new.fill("Name", "mira")
    new.click("button", "Join", new.page.locator("main"))
    new.sees("This name is taken.")
    new.fill("Name", "quiet-heron")
    new.shoot("passkeys-05-join")
    new.is_accessible()
    new.click("button", "Join", new.page.locator("main"))
    new.is_in("quiet-heron")
    assert len(new.keys()) == 1
    new.signs_out()
    new.go("/sign-in")
    new.click("button", "Use a passkey")
    new.is_in("quiet-heron")
    new.close()


def test_where_the_browser_cannot(chromium: Browser, forum: Forum) -> None:
    """Without scripts nothing offers what would not work."""
    plain = Person(chromium, forum, Look("plain", scripts=False))
    plain.go("/sign-in")
    expect(plain.page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    plain.go("/sign-up/passkey")
    plain.sees("This browser cannot make passkeys here")
    plain.close()
