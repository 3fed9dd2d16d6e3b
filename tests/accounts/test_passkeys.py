"""Passkeys through the real routes: added, used, named, removed; alone, as a second step, as a proof."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from accounts.device import Device
from browsing import Browser, make_app
from community import faults
from conftest import Clock
from makers import make_account
from sqlalchemy import select

from forum import choices
from forum.accounts import passwords
from forum.accounts.door_tables import MailToken, Step
from forum.accounts.factor_tables import Passkey
from forum.accounts.record_tables import SecurityEvent
from forum.accounts.tables import Account, Actor, SignIn
from forum.actions import securing
from forum.db import Database
from forum.errors import Invalid
from forum.inbox.tables import Message
from forum.web import json_forms

#: Made once: it is slow on purpose.
PASSWORD = "a heron stands in the shallow water"
HASH = passwords.make_hash(PASSWORD)


@pytest.fixture
def person(database: Database) -> Actor:
    with database.writing() as db:
        actor = make_account(db, "mira")
        db.get_one(Account, actor.id).password_hash = HASH
    return actor


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser


@pytest.fixture
def device() -> Device:
    return Device("http://forum.test", "forum.test")


def asked(browser: Browser, path: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    answer = browser.post(path, form)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def add(browser: Browser, device: Device, name: str = "Phone") -> int:
    """Answers the status."""
    credential = device.make(asked(browser, "/account/passkeys/options"))
    return send(browser, "/account/passkeys", credential, passkey_name=name).status_code


def show(browser: Browser, device: Device) -> Any:
    return send(browser, "/sign-in/passkey", device.show(asked(browser, "/sign-in/passkey/options")))


def send(browser: Browser, path: str, credential: dict[str, Any], **form: str) -> Any:
    return browser.post(path, {"credential": json.dumps(credential), **form})


def who(browser: Browser) -> str:
    """The name of who is signed in; "" for nobody."""
    page = browser.get("/rules").text
    return page.partition('class="label who">')[2].partition("<")[0]


def kinds(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(SecurityEvent.kind).order_by(SecurityEvent.id)))


def sessions(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(SignIn.method).order_by(SignIn.id)))


def test_added_and_signed_in_with(
    database: Database, browser: Browser, device: Device, person: Actor
) -> None:
    browser.signed_in(person)
    assert add(browser, device) == 303
    page = browser.get("/account/factors").text
    assert "<b>Phone</b>" in page and "not used yet" in page
    browser.signed_out()
    answer = show(browser, device)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert who(browser) == "mira"
    assert sessions(database) == ["password", "passkey"]
    assert kinds(database) == ["passkey-added", "signed-in"]
    with database.reading() as db:
        assert db.scalars(select(Message.kind)).all() == ["way_changed"]
        passkey = db.scalars(select(Passkey)).one()
        assert (passkey.name, passkey.sign_count) == ("Phone", 1) and passkey.used_at
        assert db.get_one(Account, person.id).handle == device.keys[0].handle
        assert db.scalars(select(Step)).all() == [], "every challenge is spent"


def test_a_challenge_counts_once(browser: Browser, device: Device, person: Actor) -> None:
    browser.signed_in(person)
    add(browser, device)
    browser.signed_out()
    options = asked(browser, "/sign-in/passkey/options")
    kept = dict(browser.client.cookies)
    assert send(browser, "/sign-in/passkey", device.show(options)).status_code == 303
    browser.signed_out()
    browser.client.cookies.update(kept)
    answer = send(browser, "/sign-in/passkey", device.show(options))
    assert answer.status_code == 422 and "took too long, or was done before" in answer.text
    assert who(browser) == ""


def test_a_challenge_that_was_answered_wrongly_is_spent(
    browser: Browser, device: Device, person: Actor
) -> None:
    browser.signed_in(person)
    add(browser, device)
    browser.signed_out()
    options = asked(browser, "/sign-in/passkey/options")
    kept = dict(browser.client.cookies)
    assert browser.post("/sign-in/passkey", {"credential": "{}"}).status_code == 422
    browser.client.cookies.update(kept)
    assert send(browser, "/sign-in/passkey", device.show(options)).status_code == 422


def test_a_challenge_lasts_ten_minutes(
    browser: Browser, device: Device, person: Actor, frozen: Clock
) -> None:
    browser.signed_in(person)
    add(browser, device)
    browser.signed_out()
    options = asked(browser, "/sign-in/passkey/options")
    frozen.forward(minutes=10)
    assert send(browser, "/sign-in/passkey", device.show(options)).status_code == 422


def test_a_challenge_is_for_one_browser(
    database: Database, browser: Browser, device: Device, person: Actor
) -> None:
    browser.signed_in(person)
    add(browser, device)
    browser.signed_out()
    options = asked(browser, "/sign-in/passkey/options")
    answer = device.show(options)
    with Browser(make_app(database)) as other:
        assert send(other, "/sign-in/passkey", answer).status_code == 422
        asked(other, "/sign-in/passkey/options")
        assert send(other, "/sign-in/passkey", answer).status_code == 422
        assert who(other) == ""


def test_a_challenge_is_for_one_purpose(browser: Browser, device: Device, person: Actor) -> None:
    browser.signed_in(person)
    add(browser, device)
    # Asked as a proof by who is signed in; it opens nothing for who is signed out meanwhile.
    options = asked(browser, "/sign-in/passkey/options")
    del browser.client.cookies["session"]
    assert send(browser, "/sign-in/passkey", device.show(options)).status_code == 422
    assert who(browser) == ""


def test_an_unknown_passkey_opens_nothing(browser: Browser, device: Device) -> None:
    options = asked(browser, "/sign-up/passkey/options", {"name": "nobody-yet"})
    device.make(options)
    answer = show(browser, device)
    assert answer.status_code == 422 and "opens no account here" in answer.text


def test_the_device_must_mean_the_account(browser: Browser, device: Device, person: Actor) -> None:
    """Somebody else's handle, or none, with a passkey that is known."""
    browser.signed_in(person)
    add(browser, device)
    browser.signed_out()
    device.keys[0].handle = b"x" * 32
    assert show(browser, device).status_code == 422
    credential = device.show(asked(browser, "/sign-in/passkey/options"))
    del credential["response"]["userHandle"]
    assert send(browser, "/sign-in/passkey", credential).status_code == 422


def test_the_second_step(database: Database, browser: Browser, device: Device, person: Actor) -> None:
    browser.signed_in(person)
    add(browser, device)
    browser.signed_out()
    answer = browser.post("/sign-in", {"name": "mira", "password": PASSWORD})
    assert answer.headers["location"].startswith("/sign-in/code")
    assert who(browser) == "", "the password alone does not open the account"
    options = asked(browser, "/sign-in/passkey/options")
    assert len(options["allowCredentials"]) == 1
    # What is wrong leaves the step, so that a code can still be typed.
    assert browser.post("/sign-in/passkey", {"credential": "{}"}).status_code == 422
    assert "factor-failed" in kinds(database)
    assert browser.get("/sign-in/code").status_code == 200
    assert show(browser, device).status_code == 303
    assert who(browser) == "mira" and sessions(database)[-1] == "passkey"


def test_the_second_step_is_over_when_the_password_changes(
    database: Database, browser: Browser, device: Device, person: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also between the two transactions of one request: the answer is right, and comes too late."""
    browser.signed_in(person)
    add(browser, device)
    browser.signed_out()
    browser.post("/sign-in", {"name": "mira", "password": PASSWORD})
    read = json_forms.credential

    def change(text: str, *parts: str) -> dict[str, Any]:
        with database.writing() as db:
            securing.put_password(db, person.id, HASH)
        return read(text, *parts)

    monkeypatch.setattr(json_forms, "credential", change)
    assert show(browser, device).status_code == 422
    assert who(browser) == "" and sessions(database) == []


def test_the_second_step_is_the_same_persons(
    database: Database, browser: Browser, device: Device, person: Actor
) -> None:
    browser.signed_in(person)
    add(browser, device)
    with database.writing() as db:
        other = make_account(db, "tomas")
    theirs = Device(device.origin, device.host)
    browser.signed_out()
    browser.signed_in(other)
    add(browser, theirs)
    browser.signed_out()
    browser.post("/sign-in", {"name": "mira", "password": PASSWORD})
    answer = show(browser, theirs)
    assert answer.status_code == 422 and "another account" in answer.text
    assert who(browser) == ""


def test_a_proof_of_identity(
    database: Database, browser: Browser, device: Device, person: Actor, frozen: Clock
) -> None:
    browser.signed_in(person)
    add(browser, device)
    frozen.forward(minutes=11)
    assert "/account/prove" in browser.get("/account/factors").headers["location"]
    credential = device.show(asked(browser, "/sign-in/passkey/options"))
    answer = send(browser, "/sign-in/passkey", credential, next="/account/factors")
    assert answer.headers["location"] == "/account/factors"
    assert browser.get("/account/factors").status_code == 200
    assert sessions(database) == ["passkey"], "the same session, as strong as its new proof"


def test_a_proof_is_ones_own(
    database: Database, browser: Browser, device: Device, person: Actor, frozen: Clock
) -> None:
    browser.signed_in(person)
    add(browser, device)
    with database.writing() as db:
        other = make_account(db, "tomas")
    browser.signed_out()
    browser.signed_in(other)
    frozen.forward(minutes=11)
    answer = show(browser, device)
    assert answer.status_code == 422 and who(browser) == "tomas"
    assert "/account/prove" in browser.get("/account/factors").headers["location"]


@pytest.mark.parametrize("path", ["", "/options", "/1/rename", "/1/remove"])
def test_only_with_a_fresh_proof(path: str, browser: Browser, person: Actor, frozen: Clock) -> None:
    browser.signed_in(person)
    frozen.forward(minutes=11)
    answer = browser.post(f"/account/passkeys{path}", {"passkey_name": "x"})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/account/prove")


def test_named_and_removed(database: Database, browser: Browser, device: Device, person: Actor) -> None:
    browser.signed_in(person)
    add(browser, device)
    with database.reading() as db:
        passkey_id = db.scalars(select(Passkey.id)).one()
    place = f"/account/passkeys/{passkey_id}"
    assert browser.post(f"{place}/rename", {"passkey_name": " My\u200b  key "}).status_code == 303
    assert "My key" in browser.get("/account/factors").text
    assert browser.post(f"{place}/rename", {"passkey_name": " "}).status_code == 422
    with Browser(make_app(database)) as elsewhere:
        assert show(elsewhere, device).status_code == 303
        assert browser.post(f"{place}/remove").status_code == 303
        assert who(elsewhere) == "", "who came in with it is out"
        assert show(elsewhere, device).status_code == 422
    assert who(browser) == "mira"
    assert kinds(database)[-1] == "passkey-removed"
    assert browser.post(f"{place}/remove").status_code == 404


def test_the_last_way_in_stays(database: Database, browser: Browser, device: Device, person: Actor) -> None:
    with database.writing() as db:
        db.get_one(Account, person.id).password_hash = None
    browser.signed_in(person)
    add(browser, device, "Phone")
    with database.reading() as db:
        first = db.scalars(select(Passkey.id)).one()
    answer = browser.post(f"/account/passkeys/{first}/remove")
    assert answer.status_code == 422 and "only way into your account" in answer.text
    add(browser, device, "Key")
    assert browser.post(f"/account/passkeys/{first}/remove").status_code == 303


def test_anothers_passkey_is_not_there(
    database: Database, browser: Browser, device: Device, person: Actor
) -> None:
    browser.signed_in(person)
    add(browser, device)
    with database.writing() as db:
        passkey_id, other = db.scalars(select(Passkey.id)).one(), make_account(db, "tomas")
    browser.signed_in(other)
    for act in ("rename", "remove"):
        answer = browser.post(f"/account/passkeys/{passkey_id}/{act}", {"passkey_name": "mine"})
        assert answer.status_code == 404
    assert "<b>Phone</b>" not in browser.get("/account/factors").text


def test_a_passkey_is_not_added_twice(browser: Browser, device: Device, person: Actor) -> None:
    browser.signed_in(person)
    credential = device.make(asked(browser, "/account/passkeys/options"))
    assert send(browser, "/account/passkeys", credential).status_code == 303
    options = asked(browser, "/account/passkeys/options")
    assert len(options["excludeCredentials"]) == 1
    assert send(browser, "/account/passkeys", credential).status_code == 422


# --- joining with a passkey alone ------------------------------------------------------------------------


def join(browser: Browser, device: Device, name: str, **form: str) -> Any:
    credential = device.make(asked(browser, "/sign-up/passkey/options", {"name": name}))
    return send(browser, "/sign-up/passkey", credential, name=name, **form)


def test_joined_with_a_passkey_alone(database: Database, browser: Browser, device: Device) -> None:
    answer = join(browser, device, "halina")
    assert (answer.status_code, answer.headers["location"]) == (303, "/welcome")
    assert who(browser) == "halina" and browser.get("/welcome").status_code == 200
    with database.reading() as db:
        account = db.scalars(select(Account).where(Account.name == "halina")).one()
        assert (account.email, account.password_hash) == (None, None)
        assert account.handle == device.keys[0].handle
    browser.signed_out()
    assert show(browser, device).status_code == 303
    assert who(browser) == "halina"


def test_an_address_is_confirmed_first(database: Database, browser: Browser, device: Device) -> None:
    assert join(browser, device, "halina", email="halina@example.net").status_code == 303
    with database.reading() as db:
        account = db.scalars(select(Account).where(Account.name == "halina")).one()
        token = db.scalars(select(MailToken)).one()
    assert account.email is None
    assert (token.kind, token.email, token.account_id) == ("change_email", "halina@example.net", account.id)


def test_without_a_passkey_nobody_joins(database: Database, browser: Browser, device: Device) -> None:
    answer = browser.post("/sign-up/passkey", {"name": "halina", "email": "h@example.net"})
    assert answer.status_code == 422
    assert 'value="halina"' in answer.text and 'value="h@example.net"' in answer.text
    taken = browser.post("/sign-up/passkey/options", {"name": "ad"})
    assert taken.status_code == 422
    device.origin = "http://evil.test"
    assert join(browser, device, "halina").status_code == 422
    with database.reading() as db:
        assert db.scalars(select(Account).where(Account.name == "halina")).all() == []


# --- what anybody can send --------------------------------------------------------------------------------

PARTS = ("clientDataJSON", "authenticatorData", "signature")
WHOLE = (
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "a",'
    ' "authenticatorData": "a", "signature": "a", "attestationObject": "a"}}'
)
DAMAGED = {
    "nothing": "",
    "no JSON": "{",
    "a list": f"[{WHOLE}]",
    "a number": "1",
    "an array where a text was meant": WHOLE.replace('"rawId": "a"', '"rawId": ["a"]'),
    "an object where a text was meant": WHOLE.replace('"signature": "a"', '"signature": {}'),
    "a list where an object was meant": WHOLE.replace('"response": {', '"response": [{').replace("}}", "}]}"),
    "a text that is empty": WHOLE.replace('"id": "a"', '"id": ""'),
    "another kind of thing": WHOLE.replace("public-key", "password"),
    # Beside what is right there is something that no browser sends.
    **{
        name: f"{WHOLE[:-1]}, {more}}}"
        for name, more in {
            "NaN": '"more": NaN',
            "infinite": '"more": 1e999',
            "minus infinite": '"more": -Infinity',
            "a name twice": '"id": "b"',
            "deep": f'"more": {"[" * 9}{"]" * 9}',
            "very deep": '"more": ' + "[" * 5000,
            "deep objects": '"more": ' + '{"a":' * 9 + "1" + "}" * 9,
            "long": f'"more": "{"a" * 40_000}"',
            "a huge number": f'"more": {"9" * 5000}',
        }.items()
    },
}
#: As JSON it is right; what it holds is not.
NO_BASE64 = (
    '{"id": "é", "rawId": "!", "type": "public-key", "response": {"clientDataJSON": "a",'
    ' "authenticatorData": "%", "signature": "b", "attestationObject": "=", "userHandle": "c"}}'
)


@pytest.mark.parametrize("sent", DAMAGED.values(), ids=DAMAGED)
def test_damaged_answers_are_invalid(sent: str) -> None:
    with pytest.raises(Invalid):
        json_forms.credential(sent, *PARTS)


def test_what_is_right_is_taken_and_nothing_else() -> None:
    found = json_forms.credential(f'{WHOLE[:-1]}, "more": [[1.5, "a"]]}}', *PARTS)
    assert found.keys() == {"id", "rawId", "type", "response"}
    assert found["response"] == dict.fromkeys(PARTS, "a")


def test_damaged_answers_are_refused(browser: Browser, person: Actor) -> None:
    """By the routes: 422, never 500."""
    for path in ("/sign-in/passkey", "/sign-up/passkey", "/account/passkeys"):
        if path.startswith("/account"):
            browser.signed_in(person)
        for damaged in (DAMAGED["very deep"], DAMAGED["an object where a text was meant"], NO_BASE64):
            asked(browser, f"{path}/options", {"name": "halina"})
            answer = browser.post(path, {"credential": damaged, "name": "halina"})
            assert answer.status_code == 422, (path, damaged)


# --- pages -------------------------------------------------------------------------------------------------


def test_the_pages_are_whole(browser: Browser, device: Device, person: Actor) -> None:
    pages = [browser.get("/sign-up/passkey"), browser.get("/sign-in"), browser.get("/sign-up")]
    pages.append(browser.post("/sign-in/passkey"))
    browser.signed_in(person)
    add(browser, device)
    pages.append(browser.get("/account/factors"))
    pages.append(browser.post("/account/passkeys", {"passkey_name": "<b>"}))
    assert [page.status_code for page in pages] == [200, 200, 200, 422, 200, 422]
    assert [faults(page.text) for page in pages] == [[]] * 6
    for page in pages:
        hidden, shown = page.text.count("data-passkeys hidden"), page.text.count("/static/")
        assert hidden == 1 and shown, "only a script shows what needs one"


@pytest.mark.parametrize("mode", ["closed", "invitation"])
def test_where_not_everybody_can_join(
    mode: str, database: Database, browser: Browser, device: Device
) -> None:
    with database.writing() as db:
        choices.choose(db, "sign_up", mode, make_account(db).id)
    assert browser.get("/sign-up/passkey").headers["location"] == "/sign-up"
    assert join(browser, device, "halina").status_code == 422
    with database.reading() as db:
        assert db.scalars(select(Account).where(Account.name == "halina")).all() == []
