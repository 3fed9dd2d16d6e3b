"""Coming in and going out, as actions and as pages."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from browsing import Browser, make_app
from conftest import Clock
from doors import PASSWORD, join, link_of
from sqlalchemy import event, select, text, update
from sqlalchemy.orm import Session

from forum.accounts import history, mail_tokens, ownership, passwords, people
from forum.accounts.door_tables import MailToken
from forum.accounts.tables import Account, Actor, Role
from forum.actions import joining, securing, signing_in
from forum.db import Database
from forum.errors import Invalid, NotFound
from forum.inbox import building
from forum.inbox.tables import Message

ADA = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}
#: What the page behind the mailed link wants to know.
OWN = {"password": PASSWORD}


def subjects(db: Session) -> list[str]:
    return list(db.scalars(select(Message.subject).order_by(Message.id)))


def test_sign_up_confirm_sign_in(db: Session) -> None:
    joining.sign_up(db, None, " Ada ", "ada@example.org", PASSWORD)
    assert people.named(db, "Ada") is None, "an account before the mailed link was used"
    assert signing_in.recognise(db, "ada", PASSWORD) is None
    token = link_of(db, "ada@example.org")
    joining.confirm(db, None, token, device="Firefox on Linux")
    for typed in ("ada", "ADA@example.org"):
        known = signing_in.recognise(db, typed, PASSWORD)
        assert known is not None
        assert [event.kind for event in history.latest(db, known.account_id, 9)] == ["signed-up"]
    assert signing_in.recognise(db, "ada", PASSWORD + "x") is None
    assert signing_in.recognise(db, "nobody", PASSWORD) is None
    assert subjects(db) == ["Welcome, Ada"]
    with pytest.raises(NotFound):
        joining.confirm(db, None, token)


def test_everything_wrong_is_said_at_once(db: Session) -> None:
    with pytest.raises(Invalid) as error:
        joining.sign_up(db, None, "", "nowhere", "short")
    assert set(error.value.fields) == {"name", "email", "password"}
    with pytest.raises(Invalid) as error:
        joining.sign_up(db, None, "Moderator", "ada@example.org", PASSWORD)
    assert error.value.fields == {"name": people.NAME_RESERVED}


def test_a_link_is_good_for_a_day_and_until_there_is_a_newer_one(db: Session, frozen: Clock) -> None:
    joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
    older = link_of(db, "ada@example.org")
    joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
    newer = link_of(db, "ada@example.org")
    assert joining.waiting(db, older) is None
    frozen.forward(hours=23)
    assert joining.waiting(db, newer) is not None
    frozen.forward(hours=1)
    for token in (older, newer, "never was", ""):
        with pytest.raises(NotFound):
            joining.confirm(db, None, token)
    assert people.named(db, "Ada") is None


def test_a_known_address_makes_no_second_account_and_its_owner_is_told_once(
    db: Session, frozen: Clock
) -> None:
    join(db, "Ada")
    for name in ("Eve", "Eve2", "Eve3"):
        joining.sign_up(db, None, name, "ADA@example.org", "another sentence")
    assert db.scalars(select(MailToken.id)).all() == []
    assert subjects(db) == ["Welcome, Ada", "You already have an account"]
    frozen.forward(days=1, seconds=1)
    joining.sign_up(db, None, "Eve", "ada@example.org", "another sentence")
    assert len(subjects(db)) == 3
    assert signing_in.recognise(db, "ada@example.org", PASSWORD) is not None


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("who@bücher.example", "who@xn--bcher-kva.example"),
        ("who@xn--bcher-kva.example", "WHO@Bücher.example"),
        ("zoe\u0308@example.org", "zoë@example.org"),
    ],
)
def test_a_known_address_is_known_however_it_is_written(db: Session, stored: str, typed: str) -> None:
    if building.can_reach(stored):
        join(db, "Ada", stored)
    else:
        people.add(db, "Ada", stored, passwords.make_hash(PASSWORD))
    assert people.owner_of_address(db, typed) is not None
    assert signing_in.recognise(db, typed, PASSWORD) is not None


def test_a_taken_name_hides_that_the_address_is_taken_too(db: Session) -> None:
    join(db, "Ada")
    for address in ("ada@example.org", "eve@example.org"):
        with pytest.raises(Invalid) as error:
            joining.sign_up(db, None, "ADA", address, PASSWORD)
        assert error.value.fields == {"name": people.NAME_TAKEN}
    assert subjects(db) == ["Welcome, Ada"]


def test_a_name_that_looks_like_anothers_is_refused(db: Session) -> None:
    join(db, "Mira")
    for name in ("rnira", "M1ra", "mirà"):
        with pytest.raises(Invalid) as error:
            joining.sign_up(db, None, name, "eve@example.org", PASSWORD)
        assert error.value.fields == {"name": people.NAME_ALIKE}


def test_an_account_without_a_password_lets_nobody_in(db: Session) -> None:
    people.add(db, "Imported", None, None)
    assert signing_in.recognise(db, "Imported", "") is None
    assert signing_in.recognise(db, "Imported", "nobody has this password") is None


def test_an_outworn_hash_is_made_anew(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    join(db, "Ada")
    before = people.login(db, "Ada")
    monkeypatch.setattr(passwords, "is_outdated", lambda _hash: True)
    known = signing_in.recognise(db, "Ada", PASSWORD)
    assert known is not None
    signing_in.sign_in(db, None, known)
    db.flush()
    after = people.login(db, "Ada")
    assert before != after
    assert signing_in.recognise(db, "Ada", PASSWORD) is not None


def test_a_password_that_was_changed_meanwhile_lets_nobody_in(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is the new one replaced by a stronger hash of the old one."""
    account = join(db, "Ada")
    monkeypatch.setattr(passwords, "is_outdated", lambda _hash: True)
    known = signing_in.recognise(db, "Ada", PASSWORD)
    assert known is not None
    securing.put_password(db, account.id, passwords.make_hash("quite another sentence"))
    with pytest.raises(NotFound):
        signing_in.sign_in(db, None, known)
    db.expire_all()
    assert signing_in.recognise(db, "Ada", "quite another sentence") is not None


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Database]:
    database = new_database(request.param)
    yield database
    database.close()


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with database.writing() as db:
        for table in ("setup_code", "sign_in", "job", "message", "mail_token", "security_event", "account"):
            db.execute(text(f"DELETE FROM {table}"))
    with Browser(make_app(database)) as browser:
        yield browser


def signed_in_as(browser: Browser) -> str | None:
    """The name on the top of the page."""
    page = browser.get("/nowhere").text
    return "Ada" if 'href="/people/Ada"' in page else None


def joined(browser: Browser, form: Mapping[str, str] = ADA) -> httpx.Response:
    """Somebody signs up, opens the mailed link and presses its button; from then on the browser is theirs."""
    assert browser.post("/sign-up", form).headers["location"] == "/sign-up/sent"
    with browser.site.database.writing() as db:
        token = link_of(db, form["email"])
    assert browser.get(f"/confirm/{token}").status_code == 200
    return browser.post(f"/confirm/{token}", OWN)


def test_a_newcomer_joins_and_is_welcomed_and_signs_out_and_in(browser: Browser) -> None:
    entered = joined(browser, ADA | {"next": "/t/1/a-thread"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/welcome?next=%2Ft%2F1%2Fa-thread")
    cookie = entered.headers["set-cookie"].lower()
    for part in ("session=", "httponly", "samesite=lax", "path=/", "max-age=2592000"):
        assert part in cookie
    assert signed_in_as(browser) == "Ada"
    page = browser.get(entered.headers["location"]).text
    assert "Welcome, Ada" in page and 'href="/t/1/a-thread"' in page and "first 2 posts" in page
    token = browser.client.cookies[browser.site.cookie]
    assert browser.post("/sign-out").status_code == 303
    assert signed_in_as(browser) is None
    browser.client.cookies.set(browser.site.cookie, token)
    assert signed_in_as(browser) is None, "the token still works after signing out"
    entered = browser.post("/sign-in", {"name": "ada", "password": PASSWORD, "next": "/t/1/a-thread"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/t/1/a-thread")
    assert signed_in_as(browser) == "Ada"


def test_opening_the_link_changes_nothing(browser: Browser, database: Database) -> None:
    browser.post("/sign-up", ADA)
    with database.writing() as db:
        token = link_of(db, ADA["email"])
    for _ in range(3):
        page = browser.get(f"/confirm/{token}")
        assert (page.status_code, "set-cookie" in page.headers) == (200, False)
        assert "Ada" in page.text and "Make my account" in page.text
    assert browser.ask("HEAD", f"/confirm/{token}").status_code == 200
    with database.reading() as db:
        assert people.named(db, "Ada") is None
    assert browser.post(f"/confirm/{token}", OWN).status_code == 303


def test_a_link_that_does_not_work_says_how_to_get_one(browser: Browser) -> None:
    joined(browser)
    browser.signed_out().post("/sign-up", ADA | {"name": "Eve", "email": "eve@example.org"})
    with browser.site.database.writing() as db:
        used = link_of(db, "eve@example.org")
    browser.post(f"/confirm/{used}", OWN)
    browser.signed_out()
    for token in (used, "x" * 43, "%00", "é"):
        for answer in (browser.get(f"/confirm/{token}"), browser.post(f"/confirm/{token}", OWN)):
            assert answer.status_code == 404
            assert "This link no longer works" in answer.text and 'href="/sign-up"' in answer.text


def test_a_name_that_was_taken_meanwhile_is_asked_for_again(browser: Browser, database: Database) -> None:
    browser.post("/sign-up", ADA)
    browser.post("/sign-up", ADA | {"email": "late@example.org"})
    with database.writing() as db:
        first, late = link_of(db, ADA["email"]), link_of(db, "late@example.org")
    browser.post(f"/confirm/{first}", OWN)
    browser.signed_out()
    asked = browser.post(f"/confirm/{late}", OWN)
    assert asked.status_code == 422
    assert people.NAME_TAKEN in asked.text and 'name="name"' in asked.text and 'value="Ada"' in asked.text
    assert browser.post(f"/confirm/{late}", OWN | {"name": "a b"}).status_code == 422
    assert browser.post(f"/confirm/{late}", OWN | {"name": "Late"}).headers["location"] == "/welcome"
    with database.reading() as db:
        assert people.owner_of_address(db, "late@example.org") is not None
        known = people.login(db, "Late")
        assert known is not None and passwords.matches(known.password_hash, PASSWORD)


def test_who_is_signed_in_makes_no_other_account(browser: Browser, database: Database) -> None:
    browser.post("/sign-up", ADA)
    with database.writing() as db:
        token = link_of(db, ADA["email"])
        other = people.add(db, "Other", None, None)
    browser.signed_in(people_actor(database, other.id))
    assert "You are signed in as Other." in browser.get(f"/confirm/{token}").text
    assert browser.post(f"/confirm/{token}", OWN).status_code == 403
    assert browser.signed_out().post(f"/confirm/{token}", OWN).status_code == 303


def people_actor(database: Database, account_id: int) -> Actor:
    with database.reading() as db:
        return people.acting(db, account_id)


@pytest.mark.parametrize("same", ["name", "link", "address"])
def test_of_two_at_once_one_has_the_account(browser: Browser, database: Database, same: str) -> None:
    with database.writing() as db:
        joining.sign_up(db, None, "Ada", "one@example.org", PASSWORD)
        name = "Ada" if same == "name" else "Eve"
        if same == "address":
            # As if both forms had been sent in the same moment.
            db.execute(update(MailToken).values(email_key="first"))
        joining.sign_up(
            db, None, name, "one@example.org" if same == "address" else "two@example.org", PASSWORD
        )
        ids = db.scalars(select(MailToken.id).order_by(MailToken.id)).all()
        tokens = [mail_tokens.draw(db, each)[1] for each in ids]  # type: ignore[index]
    if same == "link":
        tokens = [tokens[0], tokens[0]]
    start = Barrier(2)

    def hurry(token: str) -> str:
        start.wait()
        try:
            with database.writing() as db:
                joining.confirm(db, None, token)
        except Invalid as error:
            return next(iter(error.fields))
        except NotFound:
            return "link"
        return "in"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(hurry, tokens)) == sorted(["in", "email" if same == "address" else same])
    with database.reading() as db:
        assert len(db.scalars(select(Account.id)).all()) == 1
        if same == "name":
            assert len(db.scalars(select(MailToken.id)).all()) == 1, "the link of who was later is dead"


def test_a_form_sent_twice_makes_one_account(browser: Browser, database: Database) -> None:
    assert [browser.post("/sign-up", ADA).status_code for _ in "12"] == [303, 303]
    with database.writing() as db:
        assert len(db.scalars(select(MailToken.id)).all()) == 1
        token = link_of(db, ADA["email"])
    assert browser.post(f"/confirm/{token}", OWN).status_code == 303
    assert browser.signed_out().post(f"/confirm/{token}", OWN).status_code == 404
    with database.reading() as db:
        assert db.scalars(select(Account.name)).all() == ["Ada"]


def test_a_stranger_cannot_tell_whether_an_address_is_known(browser: Browser) -> None:
    joined(browser)
    browser.signed_out()
    known = browser.post("/sign-up", ADA | {"name": "Eve"})
    again = browser.post("/sign-up", ADA | {"name": "Eve"})
    unknown = browser.post("/sign-up", {"name": "Eve", "email": "eve@example.org", "password": PASSWORD})
    assert known.headers["location"] == "/sign-up/sent"
    for other in (again, unknown):
        assert (known.status_code, known.text) == (other.status_code, other.text)
        assert str(dict(known.headers)) == str(dict(other.headers))
    assert "Look into your mail" in browser.get("/sign-up/sent").text
    for name in ("ada", "ada@example.org", "nobody", "nobody@example.org", ""):
        wrong = browser.post("/sign-in", {"name": name, "password": "not the right one"})
        assert wrong.status_code == 422
        assert wrong.text.replace(f'value="{name}"', 'value=""') == browser.post("/sign-in").text


def test_where_the_mails_are_when_there_is_no_mail_server(database: Database) -> None:
    here = "http://127.0.0.1:8000"
    with Browser(make_app(database, data_dir="/srv/forum", base_url=here, hosts="forum.test")) as browser:
        assert "<code>/srv/forum/mail</code>" in browser.get("/sign-up/sent").text
    with Browser(make_app(database, data_dir="/srv/forum")) as browser:
        page = browser.get("/sign-up/sent").text
        assert "/srv/forum" not in page and "its mails are files" in page
    with Browser(make_app(database, mail_url="smtp://mail.example.org")) as browser:
        assert "its mails are files" not in browser.get("/sign-up/sent").text


def test_signing_in_says_what_for(browser: Browser) -> None:
    page = browser.get("/sign-in?next=/ask%3Ftags%3Dx").text
    assert "To ask a question, sign in or join." in page and 'href="/recover"' in page
    assert "sign in or join" not in browser.get("/sign-in?next=/t/1/askew").text
    failed = browser.post("/sign-in", {"name": "Ada", "password": "no", "next": "/inbox"}).text
    assert "To read your inbox, sign in or join." in failed
    assert "Please type your password again." in failed and "Nothing you typed is lost" not in failed


def test_a_form_that_fails_comes_back_filled_in(browser: Browser) -> None:
    joined(browser)
    browser.signed_out()
    answer = browser.post("/sign-up", {"name": "ADA", "email": "new@example.org", "password": PASSWORD})
    assert answer.status_code == 422
    assert people.NAME_TAKEN in answer.text
    assert 'value="new@example.org"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert PASSWORD not in answer.text
    for form in ({}, {"name": "x" * 5000, "email": "y" * 5000, "password": "z" * 5000}):
        assert browser.post("/sign-up", form).status_code == 422
        assert browser.post("/sign-in", form).status_code == 422


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.test",
        "///evil.test",
        "/\t/evil.test",
        "https://evil.test",
        "/\\evil.test",
        "javascript:alert(1)",
        "/ /x",
        "http:/x",
    ],
)
def test_nobody_is_led_away(browser: Browser, evil: str) -> None:
    welcomed = joined(browser, ADA | {"next": evil})
    assert welcomed.headers["location"] == "/welcome"
    assert "Go on" not in browser.get("/welcome", params={"next": evil}).text
    browser.signed_out()
    entered = browser.post("/sign-in", {"name": "ada", "password": PASSWORD, "next": evil})
    assert (entered.status_code, entered.headers["location"]) == (303, "/")


def test_signing_in_again_ends_the_older_session(browser: Browser) -> None:
    joined(browser)
    browser.post("/sign-in", {"name": "ada", "password": PASSWORD})
    old = browser.client.cookies[browser.site.cookie]
    browser.post("/sign-in", {"name": "ada", "password": PASSWORD})
    assert signed_in_as(browser) == "Ada"
    browser.signed_out().client.cookies.set(browser.site.cookie, old)
    assert signed_in_as(browser) is None


def test_the_owner_of_an_empty_forum_becomes_its_admin_once(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        code = ownership.issue(db)
    assert browser.get("/setup").status_code == 404
    assert browser.get("/setup?code=wrong").status_code == 404
    assert browser.get(f"/setup?code={code}").status_code == 200
    assert browser.post("/setup", ADA | {"code": "wrong"}).status_code == 404
    failed = browser.post("/setup", {"name": "Ada", "code": code})
    assert (failed.status_code, f'value="{code}"' in failed.text) == (422, True)
    made = browser.post("/setup", ADA | {"code": code})
    assert (made.status_code, made.headers["location"]) == (303, "/?told=set-up")
    assert signed_in_as(browser) == "Ada"
    with database.reading() as db:
        assert db.scalars(select(Account.role)).all() == [Role.ADMIN]
    again = browser.signed_out().post("/setup", ADA | {"name": "Eve", "code": code})
    assert again.status_code == 404
    for used in (code, "never-was"):
        page = browser.get(f"/setup?code={used}")
        assert page.status_code == 404 and "This forum has its admin already." in page.text


def test_one_code_makes_one_admin_however_many_hurry(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        code = ownership.issue(db) or ""
    start = Barrier(4)

    def hurry(number: int) -> bool:
        who = f"Owner{number}", f"owner{number}@example.org", PASSWORD
        start.wait()
        try:
            with database.writing() as db:
                joining.create_first_admin(db, None, code, *who)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(hurry, range(4))) == [False, False, False, True]
    with database.reading() as db:
        assert db.scalars(select(Account.role)).all() == [Role.ADMIN]


def test_a_code_is_not_spent_by_a_form_that_fails(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        code = ownership.issue(db) or ""
    with pytest.raises(Invalid), database.writing() as db:
        joining.create_first_admin(db, None, code, "Ada", "ada@example.org", "short")
    with database.writing() as db:
        joining.create_first_admin(db, None, code, "Ada", "ada@example.org", PASSWORD)


def test_nobody_waits_for_a_password_to_be_hashed(
    browser: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as db:
        code = ownership.issue(db) or ""
    happened: list[str] = []
    monkeypatch.setattr(passwords, "make_hash", lambda _password: happened.append("hashed") or "hash")
    note = lambda _connection: happened.append("begun")  # noqa: E731
    event.listen(database.engine, "begin", note)
    try:
        with database.writing() as db:
            joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
        with database.writing() as db:
            joining.create_account(db, None, "Joan", None, PASSWORD, Role.MEMBER)
        with database.writing() as db:
            joining.create_first_admin(db, None, code, "Grace", "grace@example.org", PASSWORD)
    finally:
        event.remove(database.engine, "begin", note)
    assert happened == ["hashed", "begun"] * 3


def test_who_owns_an_address_makes_no_account_for_a_stranger(browser: Browser, database: Database) -> None:
    """Somebody signs up with the address of another, who opens the mailed link and presses the button."""
    browser.post("/sign-up", ADA)
    with database.writing() as db:
        token = link_of(db, ADA["email"])
    for typed in ("", "what the owner would type", PASSWORD.upper()):
        page = browser.post(f"/confirm/{token}", {"password": typed})
        assert page.status_code == 422
        assert typed not in page.text or not typed
    with database.reading() as db:
        assert people.named(db, "Ada") is None
    assert browser.post(f"/confirm/{token}", OWN).status_code == 303
