"""Pages on the way in and about one's own account, as they are when something is wrong, or nothing there."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from browsing import BASE, HOST, Browser, make_app
from community import beside, faults, typed
from keyring import PASSWORD, give_codes, give_password
from makers import make_account
from sqlalchemy import update

from forum.accounts import mail_tokens, sessions
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Actor, Role, SignIn
from forum.clock import now
from forum.db import Database


class Place(NamedTuple):
    browser: Browser
    member: Actor
    guarded: Actor
    without_password: Actor
    moderator: Actor
    admin: Actor

    def as_(self, who: str) -> Browser:
        return self.browser.signed_in(getattr(self, who)) if who else self.browser.signed_out()

    def link(self, kind: Kind, **wanted: object) -> str:
        """The token of a mailed link."""
        account_id = self.member.id if kind is Kind.RESET_PASSWORD else None
        with self.browser.site.database.writing() as db:
            row = mail_tokens.issue(db, kind, "member@example.org", account_id, **wanted)
            drawn = mail_tokens.draw(db, row.id)
        assert drawn is not None
        return drawn[1]


@pytest.fixture(scope="module")
def place(new_database: Callable[[str], Database]) -> Iterator[Place]:
    database = new_database("sqlite")
    with database.writing() as db:
        member, guarded = make_account(db, "member"), make_account(db, "guarded")
        moderator, admin = make_account(db, "mo", Role.MODERATOR), make_account(db, "ad", Role.ADMIN)
        give_password(db, member)
        give_password(db, guarded)
        give_codes(db, guarded)
        without_password = make_account(db, "keyed")
        give_codes(db, without_password)
    with Browser(make_app(database)) as browser:
        yield Place(browser, member, guarded, without_password, moderator, admin)


#: Who sends which form where, and the fields that need another look.
WRONG = [
    ("", "/sign-up", {"name": "a b", "email": "x", "password": "short"}, ["name", "email", "password"]),
    ("", "/sign-up/passkey", {"name": "a b", "email": "me@example.org"}, ["name"]),
    ("", "/recover", {"email": "x"}, ["email"]),
    ("member", "/account/name", {"name": "a b"}, ["name"]),
    ("member", "/account/about", {"about": "x" * 1001}, ["about"]),
    ("member", "/account/email", {"email": "x"}, ["email"]),
    ("member", "/account/password", {"current": "wrong", "password": PASSWORD}, ["current"]),
    ("member", "/account/password", {"current": PASSWORD, "password": "short"}, ["password"]),
    ("member", "/account/close", {"name": "somebody", "posts": "withdraw"}, ["name"]),
    ("member", "/account/prove", {"password": "wrong"}, ["password"]),
    ("without_password", "/account/prove", {"code": "123"}, ["code"]),
    ("moderator", "/account/invitations", {"note": "x" * 200}, ["note"]),
    ("admin", "/admin/accounts/new", {"name": "a b", "email": "x"}, ["name", "email"]),
    ("admin", "/admin/accounts/1", {"step": "role", "role": "king"}, ["role"]),
    ("admin", "/admin/accounts/1", {"step": "role", "role": "member", "tags": "no-such-tag"}, ["tags"]),
    ("admin", "/admin/accounts/1", {"step": "level", "level": "high"}, ["level"]),
    ("admin", "/admin/accounts/1", {"step": "factors", "reason": ""}, ["reason"]),
    ("admin", "/admin/settings", {"group": "Trust", "member_posts": "many"}, ["member_posts"]),
]


@pytest.mark.parametrize(
    ("who", "path", "form", "fields"),
    WRONG,
    ids=[f"{one[1]} {one[3][0]}" for one in WRONG],
)
def test_what_is_wrong_stands_beside_its_field(
    place: Place, who: str, path: str, form: dict[str, str], fields: list[str]
) -> None:
    answer = place.as_(who).post(path, form)
    assert answer.status_code == 422 and faults(answer.text) == []
    assert "<title>Error: " in answer.text
    for field in fields:
        assert beside(answer.text, field), field
    for name, value in form.items():
        if name not in ("step", "group", "role", "level"):
            secret = name in ("password", "current", "code")
            assert typed(answer.text, name).strip() == ("" if secret else value), name


@pytest.mark.parametrize(
    ("kind", "path", "wanted"),
    [
        (Kind.MADE, "/begin/{token}", {"known_as": "Ada", "by": "ad"}),
        (Kind.RESET_PASSWORD, "/recover/{token}", {}),
    ],
)
def test_a_weak_password_stands_beside_its_field(
    place: Place, kind: Kind, path: str, wanted: dict[str, object]
) -> None:
    answer = place.as_("").post(path.format(token=place.link(kind, **wanted)), {"password": "short"})
    assert answer.status_code == 422 and faults(answer.text) == [] and beside(answer.text, "password")


def test_the_second_step(place: Place) -> None:
    browser = place.as_("")
    first = browser.post("/sign-in", {"name": "guarded", "password": PASSWORD, "next": "/inbox"})
    assert first.headers["location"] == "/sign-in/code?next=%2Finbox"
    page = browser.get(first.headers["location"])
    assert page.status_code == 200 and faults(page.text) == []
    wrong = browser.post("/sign-in/code", {"code": "000", "next": "/inbox"})
    assert wrong.status_code == 422 and faults(wrong.text) == [] and beside(wrong.text, "code")
    assert typed(wrong.text, "next") == "/inbox"


@pytest.mark.parametrize("who", ["member", "guarded"])
def test_who_they_are_is_asked_again(place: Place, who: str) -> None:
    _as_long_ago(place, who)
    sent = place.browser.get("/account/email")
    assert sent.headers["location"] == "/account/prove?next=/account/email"
    page = place.browser.get(sent.headers["location"])
    assert page.status_code == 200 and faults(page.text) == []
    assert typed(page.text, "next") == "/account/email"


def _as_long_ago(place: Place, who: str) -> None:
    """Signed in since longer than a proof counts."""
    with place.browser.site.database.writing() as db:
        token = sessions.start(db, getattr(place, who).id)
        db.execute(update(SignIn).values(proved_at=now() - sessions.FRESH))
    place.browser.signed_out().client.cookies.set(place.browser.site.cookie, token, domain=HOST)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/account/history?after=1", "There is nothing older."),
        ("/admin/jobs?state=buried", "Nothing of this kind."),
        ("/admin/log", "Nothing of this kind yet"),
        ("/admin/accounts?q=nobody-like-it", "Show all accounts"),
    ],
)
def test_where_there_is_nothing_a_page_says_so(place: Place, path: str, words: str) -> None:
    page = place.as_("admin").get(path)
    assert page.status_code == 200 and faults(page.text) == [] and words in page.text


def test_a_sign_in_leads_on_within_the_forum(place: Place) -> None:
    page = place.as_("").get(f"/sign-in?next={BASE}.elsewhere/")
    assert typed(page.text, "next") == "/"
