"""What opens one's own account: each change wants a fresh proof of identity, and ends other sessions."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from browsing import Browser, make_app
from community import faults
from conftest import Clock
from keyring import PASSWORD, give_codes, give_password, give_recovery_codes
from makers import make_account
from sqlalchemy import select

from forum.accounts import factors, history, mail_tokens, people, sessions
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Actor, Role, SignIn
from forum.actions import securing, signing_in
from forum.clock import now
from forum.db import Database
from forum.errors import Conflict, NotFound
from forum.inbox.tables import Message

NEW = "quite another sentence"
PAGES = ("/account/factors", "/account/password", "/account/codes")


@pytest.fixture
def ada(database: Database) -> Actor:
    with database.writing() as db:
        ada = make_account(db, "ada")
        give_password(db, ada)
    return ada


@pytest.fixture
def browser(database: Database, ada: Actor) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser.signed_in(ada)


def elsewhere(database: Database, who: Actor) -> str:
    """The token of another browser in which they are signed in."""
    with database.writing() as db:
        return sessions.start(db, who.id)


def is_alive(database: Database, token: str) -> bool:
    with database.reading() as db:
        return sessions.actor(db, token) is not None


def kinds(database: Database, who: Actor) -> list[str]:
    with database.reading() as db:
        return [event.kind for event in reversed(history.latest(db, who.id, 20))]


def told(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(Message.subject).order_by(Message.id)))


# --- a fresh proof -------------------------------------------------------------------------------------


def test_pages_that_change_the_account_want_a_fresh_proof(
    browser: Browser, database: Database, frozen: Clock
) -> None:
    for page in PAGES:
        assert browser.get(page).status_code == 200
    frozen.forward(minutes=10)
    for page in PAGES:
        assert browser.get(page).headers["location"] == f"/account/prove?next={page}"
    for act in ("/account/password", "/account/codes/begin", "/account/codes/off"):
        assert (
            browser.post(act, {"current": PASSWORD, "password": NEW})
            .headers["location"]
            .startswith("/account/prove?next=/account/")
        )
    assert told(database) == []


def test_the_password_proves_it(browser: Browser, database: Database, ada: Actor, frozen: Clock) -> None:
    frozen.forward(minutes=10)
    page = browser.get("/account/prove?next=/account/password").text
    assert faults(page) == [] and "Is it you, ada?" in page and 'value="/account/password"' in page
    wrong = browser.post("/account/prove", {"password": "wrong", "next": "/account/password"})
    assert wrong.status_code == 422 and browser.get("/account/factors").status_code == 303
    proved = browser.post("/account/prove", {"password": PASSWORD, "next": "/account/password"})
    assert proved.headers["location"] == "/account/password"
    assert browser.get("/account/password").status_code == 200
    assert browser.get("/account/prove?next=//evil.test").headers["location"] == "/"
    assert kinds(database, ada) == ["sign-in-failed"]


@pytest.mark.parametrize(
    ("act", "page"),
    [
        ("/account/codes/off", "/account/codes"),
        ("/account/codes/recovery", "/account/codes"),
        ("/account/passkeys/3/remove", "/account/factors"),
        ("/account/name", "/account/name"),
        ("https://evil.test", "/"),
    ],
)
def test_after_the_proof_there_is_a_page(browser: Browser, frozen: Clock, act: str, page: str) -> None:
    frozen.forward(minutes=10)
    proved = browser.post("/account/prove", {"password": PASSWORD, "next": act})
    assert proved.headers["location"] == page


def test_a_code_proves_it_for_who_has_no_password(
    browser: Browser, database: Database, frozen: Clock
) -> None:
    with database.writing() as db:
        eve = make_account(db, "eve")
        app, paper = give_codes(db, eve), give_recovery_codes(db, eve)
    browser.signed_in(eve)
    for number in range(2):
        frozen.forward(minutes=10)
        assert "Code of your app" in browser.get("/account/prove").text
        for wrong in ({"code": "000000"}, {"password": ""}, {}):
            assert browser.post("/account/prove", wrong).status_code == 422
        code = [app.at(now()), paper[0]][number]
        assert browser.post("/account/prove", {"code": code}).status_code == 303
        assert browser.get("/account/factors").status_code == 200


def test_who_has_neither_is_told_of_the_mail(browser: Browser, database: Database, frozen: Clock) -> None:
    with database.writing() as db:
        eve = make_account(db, "eve")
    browser.signed_in(eve)
    frozen.forward(minutes=10)
    page = browser.get("/account/prove").text
    assert "Have a link mailed to you" in page and 'name="password"' not in page
    assert browser.post("/account/prove", {"password": "", "code": ""}).status_code == 422
    assert browser.get("/account/factors").status_code == 303


# --- the password --------------------------------------------------------------------------------------


def test_a_changed_password_ends_all_else_and_its_owner_is_told(
    browser: Browser, database: Database, ada: Actor
) -> None:
    other = elsewhere(database, ada)
    with database.writing() as db:
        token = mail_tokens.draw(db, mail_tokens.issue(db, Kind.RESET_PASSWORD, "ada@example.org", ada.id).id)
    assert token is not None
    for form, said in (
        ({"current": "wrong", "password": NEW}, "This is not your password."),
        ({"current": PASSWORD, "password": "short"}, "at least 10 characters"),
        ({"current": PASSWORD, "password": "ada@example.org"}, "what others know of you"),
        ({"password": NEW}, "This is not your password."),
    ):
        refused = browser.post("/account/password", form)
        assert refused.status_code == 422 and said in refused.text
    assert is_alive(database, other) and told(database) == []
    changed = browser.post("/account/password", {"current": PASSWORD, "password": NEW})
    assert changed.headers["location"] == "/account/factors?told=password-changed"
    assert browser.get("/account/factors").status_code == 200, "this browser stays signed in"
    assert not is_alive(database, other)
    with database.reading() as db:
        assert mail_tokens.find(db, Kind.RESET_PASSWORD, token[1]) is None
        assert signing_in.recognise(db, "ada", NEW) and not signing_in.recognise(db, "ada", PASSWORD)
    assert kinds(database, ada) == ["sign-in-failed"] * 2 + ["password-changed"]
    assert told(database) == ["Your password was changed"]


def test_the_link_that_keeps_the_old_address_outlives_a_changed_password(
    browser: Browser, database: Database, ada: Actor
) -> None:
    """Or a thief who changed the address could end it by changing the password too."""
    with database.writing() as db:
        kept = mail_tokens.draw(db, mail_tokens.issue(db, Kind.KEEP_EMAIL, "ada@example.org", ada.id).id)
    browser.post("/account/password", {"current": PASSWORD, "password": NEW})
    with database.reading() as db:
        assert kept and mail_tokens.find(db, Kind.KEEP_EMAIL, kept[1]) is not None


def test_who_has_no_password_chooses_the_first(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        eve = make_account(db, "eve")
    browser.signed_in(eve)
    assert 'name="current"' not in browser.get("/account/password").text
    assert browser.post("/account/password", {"password": NEW}).status_code == 303
    with database.reading() as db:
        assert signing_in.recognise(db, "eve", NEW) is not None


# --- one-time and recovery codes -----------------------------------------------------------------------


def begun(browser: Browser) -> pyotp.TOTP:
    """The app, as the page tells it the secret."""
    assert browser.post("/account/codes/begin").headers["location"] == "/account/codes"
    page = browser.get("/account/codes").text
    return pyotp.TOTP(re.findall(r'class="secret">([A-Z2-7 ]+)<', page)[0].replace(" ", ""))


def test_codes_are_switched_on_with_a_code_and_off_again(
    browser: Browser, database: Database, ada: Actor
) -> None:
    other = elsewhere(database, ada)
    app = begun(browser)
    page = browser.get("/account/codes").text
    assert "<svg" in page and "style=" not in page and faults(page) == []
    wrong = browser.post("/account/codes", {"code": "000000"})
    assert wrong.status_code == 422 and "Codes change every 30 seconds" in wrong.text and "<svg" in wrong.text
    assert is_alive(database, other)
    on = browser.post("/account/codes", {"code": app.at(now())})
    paper = re.findall(r"<code>([a-z0-9-]{27})</code>", on.text)
    assert on.status_code == 200 and len(paper) == 10 and faults(on.text) == []
    assert on.headers["cache-control"] == "private, no-store"
    assert not is_alive(database, other)
    with database.reading() as db:
        assert db.scalars(select(SignIn.method)).all() == ["code"], (
            "this session is as good as one with a code"
        )
        assert factors.of(db, ada.id).recovery_codes == 10
    assert app.secret not in browser.get("/account/codes").text.replace(" ", "")
    assert browser.post("/account/codes", {"code": app.at(now())}).status_code == 404
    assert browser.post("/account/codes/begin").status_code == 409
    other = elsewhere(database, ada)
    assert browser.post("/account/codes/off").headers["location"] == "/account/factors?told=codes-off"
    assert not is_alive(database, other)
    with database.reading() as db:
        assert factors.of(db, ada.id)[2:] == (False, 0, 0, 0)
    assert kinds(database, ada) == ["codes-on", "recovery-codes-made", "codes-off"]
    assert told(database) == ["Signing in takes two steps from now on", "One-time codes are switched off"]


def test_recovery_codes_are_made_anew_where_they_count(
    browser: Browser, database: Database, ada: Actor
) -> None:
    assert browser.post("/account/codes/recovery").status_code == 409, "nothing would ask for them"
    with database.writing() as db:
        give_codes(db, ada)
        old = give_recovery_codes(db, ada)
    assert "10 codes left" in browser.get("/account/factors").text
    made = browser.post("/account/codes/recovery")
    assert made.status_code == 200 and len(re.findall(r"<code>", made.text)) == 10 and old[0] not in made.text


def test_who_could_be_locked_out_is_offered_recovery_codes_first(
    browser: Browser, database: Database, ada: Actor
) -> None:
    offered = '<button class="button">Make recovery codes</button>'
    assert offered not in browser.get("/account/factors").text
    with database.writing() as db:
        give_codes(db, ada)
    page = browser.get("/account/factors").text
    assert page.index(offered) < page.index("Change it")
    with database.writing() as db:
        give_recovery_codes(db, ada)
    page = browser.get("/account/factors").text
    assert offered not in page and "Make ten new ones" in page


def test_a_role_that_wants_two_factors_says_so_until_there_are_two(database: Database, frozen: Clock) -> None:
    with database.writing() as db:
        mod = make_account(db, "mod", Role.MODERATOR)
        give_password(db, mod)
    with Browser(make_app(database, second_factor="moderators")) as browser:
        browser.signed_in(mod)
        note = "sign in with a second step; until then"
        assert "Set up a second step" in browser.signed_in(mod).get("/moderation").text
        assert note in browser.get("/inbox").text and browser.get("/moderation").status_code == 403
        app = begun(browser)
        browser.post("/account/codes", {"code": app.at(now())})
        assert note not in browser.get("/inbox").text and browser.get("/moderation").status_code == 200
        frozen.forward(minutes=1)
        browser.signed_out().post("/sign-in", {"name": "mod", "password": PASSWORD})
        browser.post("/sign-in/code", {"code": app.at(now())})
        assert browser.get("/moderation").status_code == 200


def test_who_lost_everything_else_is_let_in_by_the_command_line(
    browser: Browser, database: Database, ada: Actor
) -> None:
    with database.writing() as db:
        give_codes(db, ada)
        give_recovery_codes(db, ada)
        people.add(db, "Imported", None, None)
    with database.writing() as db:
        securing.reset_factors(db, None, "ADA")
    with database.reading() as db:
        assert factors.of(db, ada.id)[2:] == (False, 0, 0, 0)
    assert browser.get("/account/factors").status_code == 303, "everybody is signed out"
    assert kinds(database, ada) == ["reset-by-admin"]
    assert told(database) == ["Your second step was taken away"]
    for name, error in (("nobody", NotFound), ("Imported", Conflict)):
        with pytest.raises(error), database.writing() as db:
            securing.reset_factors(db, None, name)
