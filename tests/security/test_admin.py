"""The doors of the admins: shut for everybody else with the very next click, and nothing typed runs there."""

import re
from collections.abc import Callable, Iterator

import html5lib
import pytest
from browsing import Browser, make_app
from makers import make_account, make_thread
from sqlalchemy import select

from forum import choices
from forum.accounts import admin_log, history
from forum.accounts.tables import Account, Actor, Level, Role, Standing
from forum.actions import administering
from forum.clock import now
from forum.db import Database
from forum.jobs import Job
from forum.web.routes import ROUTES

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
DOORS = [way for way in ROUTES if way.path == "/admin" or way.path.startswith("/admin/")]


@pytest.fixture(scope="module")
def forum(new_database: Callable[[str], Database]) -> Iterator[tuple[Browser, dict[str, Actor]]]:
    database = new_database("sqlite")
    with database.writing() as db:
        people = {
            "admin": make_account(db, "the-admin", Role.ADMIN),
            "other": make_account(db, "other-admin", Role.ADMIN),
            "moderator": make_account(db, "a-moderator", Role.MODERATOR),
            "member": make_account(db, "a-member"),
            "keeper": make_account(db, "a-keeper"),
        }
        make_thread(db, tags="sleep")
        for name in ("admin", "other"):
            db.get_one(Account, people[name].id).password_hash = "a hash"
        db.get_one(Account, people["keeper"].id).tends = "1"
    with Browser(make_app(database)) as browser:
        yield browser, people


def knock(browser: Browser, way: object, account_id: int) -> int:
    path = way.path.replace("{account_id:int}", str(account_id))  # type: ignore[attr-defined]
    form = {"step": "role", "role": "admin", "tags": "", "group": "Joining", "sign_up": "closed", "job": "1"}
    if way.method == "GET":  # type: ignore[attr-defined]
        return browser.get(path).status_code
    return browser.post(path, form).status_code


def test_there_are_doors_and_each_names_its_permit() -> None:
    assert len(DOORS) >= 11
    assert {way.permit for way in DOORS} == {"administer"}
    assert {way.path for way in DOORS if way.fresh} >= {"/admin/settings", "/admin/accounts/{account_id:int}"}


@pytest.mark.parametrize("who", [None, "member", "keeper", "moderator"])
def test_nobody_else_comes_in_anywhere(forum, who: str | None) -> None:
    browser, people = forum
    browser.signed_out()
    if who:
        browser.signed_in(people[who])
    # Who is signed out is led to the sign-in page.
    assert {knock(browser, way, people["member"].id) for way in DOORS} == ({403} if who else {303, 401})
    with browser.site.database.reading() as db:
        assert db.get_one(Account, people["member"].id).role == Role.MEMBER
        assert choices.get(db, "sign_up") == "open"


@pytest.mark.parametrize("change", [{"role": Role.MODERATOR}, {"standing": Standing.SUSPENDED}])
def test_a_demoted_or_suspended_admin_is_out_with_the_next_click(forum, change: dict[str, str]) -> None:
    browser, people = forum
    browser.signed_in(people["other"])
    assert browser.get("/admin").status_code == 200
    with browser.site.database.writing() as db:
        for name, value in change.items():
            setattr(db.get_one(Account, people["other"].id), name, value)
    assert {knock(browser, way, people["member"].id) for way in DOORS} == {403}
    assert 'href="/admin"' not in browser.get("/").text
    with browser.site.database.writing() as db:
        account = db.get_one(Account, people["other"].id)
        account.role, account.standing = Role.ADMIN, Standing.ACTIVE


def test_a_role_that_was_taken_away_stands_on_no_kept_page(forum) -> None:
    browser, people = forum
    database = browser.site.database
    with database.writing() as db:
        former = make_account(db, "a-former-one", Role.MODERATOR)
        thread = make_thread(db, former)
    browser.signed_out()
    pages = (f"/t/{thread.id}/{thread.slug}", "/people/a-former-one")
    badge = re.compile('class="badge"[^>]*>moderator<')
    for _twice in range(2):
        assert all(badge.search(browser.get(page).text) for page in pages)
    with database.writing() as db:
        administering.set_role(db, people["admin"], former.id, "member", "")
    for page in pages:
        assert not badge.search(browser.get(page).text), page


def test_an_admin_without_the_second_factor_that_is_wanted_is_a_member(forum) -> None:
    _browser, people = forum
    database = _browser.site.database
    with Browser(make_app(database, second_factor="admins")) as strict:
        strict.signed_in(people["admin"])
        assert {knock(strict, way, people["member"].id) for way in DOORS} == {403}


def test_nothing_that_anybody_wrote_runs_on_these_pages(forum) -> None:
    browser, people = forum
    browser.signed_in(people["admin"])
    with browser.site.database.writing() as db:
        db.get_one(Account, people["member"].id).name = EVIL[:30]
        db.get_one(Account, people["member"].id).email = f'"{EVIL[:20]}"@example.org'
        error = f"ValueError: {EVIL}"
        failed = {"run_at": now(), "buried": True, "last_error": error}
        db.add(Job(name=EVIL[:60], payload={EVIL: EVIL, "about": EVIL}, **failed))
        db.add(Job(name="mail.link", payload={}, **failed))
        choices.choose(db, "sign_up_question", EVIL, people["admin"].id)
        admin_log.write(db, people["admin"].id, EVIL[:30], people["member"].id, EVIL)
        history.note(db, people["member"].id, "signed-in", device=EVIL, detail=EVIL)
    account = f"/admin/accounts/{people['member'].id}"
    for path in (
        "/admin", "/admin/settings", "/admin/accounts", account, "/admin/jobs", "/admin/mail", "/admin/log",
        f"/admin/log?account={people['member'].id}", f"/admin/accounts?q={EVIL}", f"/admin/jobs?name={EVIL}",
    ):  # fmt: skip
        page = browser.get(path)
        document = html5lib.parse(page.text, namespaceHTMLElements=False)
        assert page.status_code == 200, path
        assert all(script.get("src") for script in document.iter("script")), path
        assert list(document.iter("img")) == [], path
        assert [node for node in document.iter() if any(key.startswith("on") for key in node.attrib)] == []
    for step in ("role", "factors"):
        typed = browser.post(account, {"step": step, "role": EVIL, "tags": EVIL, "reason": EVIL * 99})
        assert typed.status_code == 422
        assert "<script>alert" not in typed.text


def test_fields_that_no_form_has_change_nothing(forum) -> None:
    browser, people = forum
    browser.signed_in(people["admin"])
    member_id = people["member"].id
    more = {
        "email": "thief@example.org", "password_hash": "x", "standing": "suspended", "is_level_fixed": "1",
        "account_id": str(people["admin"].id), "id": "1", "role": "admin",
    }  # fmt: skip
    form = {"step": "level", "level": "trusted", **more}
    assert browser.post(f"/admin/accounts/{member_id}", form).status_code == 303
    group = {"group": "Asking", "anonymous": "yes", "sign_up": "closed", "secret": "x", "key": "sign_up"}
    assert browser.post("/admin/settings", group).status_code == 303
    with browser.site.database.reading() as db:
        account = db.get_one(Account, member_id)
        facts = account.role, account.standing, account.level
        assert facts == (Role.MEMBER, Standing.ACTIVE, Level.TRUSTED)
        assert not account.is_level_fixed and account.password_hash is None
        assert "thief" not in (account.email or "")
        assert (choices.get(db, "anonymous"), choices.get(db, "sign_up")) == ("yes", "open")
        assert db.get_one(Account, people["admin"].id).level != Level.TRUSTED


@pytest.mark.parametrize("field", ["role", "level", "tags", "reason", "step", "group", "sign_up", "job"])
def test_an_array_where_a_string_was_meant_is_refused_kindly(forum, field: str) -> None:
    browser, people = forum
    browser.signed_in(people["admin"])
    for path in (f"/admin/accounts/{people['member'].id}", "/admin/settings", "/admin/jobs", "/admin/mail"):
        for form in (
            {field: ["admin", "member"], "step": "role"},
            {f"{field}[]": "admin", "step": "role"},
            {field: "\x00", "step": "factors"},
        ):
            assert browser.post(path, form).status_code in (303, 404, 422), (path, form)
        body = '{"step": "role", "role": ["admin"]}'
        answer = browser.post(path, headers={"content-type": "application/json"}, content=body)
        assert answer.status_code == 400, path
    with browser.site.database.reading() as db:
        assert db.scalars(select(Account.role).where(Account.id == people["member"].id)).one() == Role.MEMBER


def test_an_admin_cannot_be_made_by_a_link_or_from_elsewhere(forum) -> None:
    browser, people = forum
    browser.signed_in(people["admin"])
    path = f"/admin/accounts/{people['member'].id}"
    assert browser.get(f"{path}?step=role&role=admin").status_code == 200
    form = {"step": "role", "role": "admin", "tags": ""}
    assert browser.post(path, form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    with browser.site.database.reading() as db:
        assert db.get_one(Account, people["member"].id).role == Role.MEMBER
