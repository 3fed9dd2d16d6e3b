"""How often something may be done: the table of limits, each of them met through its real route."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

import pytest
from browsing import Browser, make_app
from conftest import Clock
from httpx import Response
from makers import make_account

from forum import policy
from forum.accounts import passwords, sessions, steps
from forum.accounts.tables import Actor, Role
from forum.config import settings
from forum.db import Database
from forum.errors import TooMany
from forum.web import client, doors, limits
from forum.web.limits import Limits, Rule
from forum.web.routes import ROUTES

PROXY = "127.0.0.0/8"
PASSWORD = "a sentence of my own"
Form = Mapping[str, str]


class Recipe(NamedTuple):
    """How a route is asked again and again: with a form that names the `who`-th person."""

    form: Callable[[int], Form]
    path: str = ""
    role: Role = Role.ADMIN


def nothing(_who: int) -> Form:
    return {}


def person(who: int) -> Form:
    return {"name": f"person{who}", "email": f"person{who}@example.org", "password": PASSWORD}


def code(_who: int) -> Form:
    return {"code": "123456"}


def paper(_who: int) -> Form:
    return {"text": "10.5555/limits", "query": "10.5555/limits", "words": "About a post."}


#: Every route of the table; one without a line here fails.
RECIPES: Mapping[str, Recipe] = {
    "/sign-in": Recipe(person),
    "/sign-in/code": Recipe(code),
    "/sign-in/passkey": Recipe(nothing),
    "/sign-in/passkey/options": Recipe(nothing),
    "/sign-in/provider": Recipe(nothing),
    "/sign-in/provider/back": Recipe(nothing),
    "/sign-up": Recipe(person),
    "/sign-up/passkey": Recipe(person),
    "/sign-up/passkey/options": Recipe(person),
    "/sign-up/provider": Recipe(person),
    "/confirm/{token}": Recipe(person, path=f"/confirm/{'x' * 43}"),
    "/begin/{token}": Recipe(person, path=f"/begin/{'x' * 43}"),
    "/recover": Recipe(person),
    "/recover/{token}": Recipe(person, path=f"/recover/{'x' * 43}"),
    "/setup": Recipe(person),
    "/account/prove": Recipe(person),
    "/account/password": Recipe(person),
    "/account/codes": Recipe(code),
    "/account/email": Recipe(person),
    "/account/passkeys": Recipe(nothing),
    "/account/passkeys/options": Recipe(nothing),
    "/account/provider": Recipe(nothing),
    "/account/invitations": Recipe(nothing),
    "/admin/mail": Recipe(nothing),
    "/report": Recipe(paper),
    "/preview": Recipe(paper),
    "/images": Recipe(nothing),
    "/drafts": Recipe(paper),
    "/cite": Recipe(paper),
    "/cite/look": Recipe(paper),
}
EACH = [(path, place) for (_, path), costs in limits.TABLE.items() for place in range(len(costs.rules))]


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No password is right, and that is known at once: here only attempts are counted."""
    monkeypatch.setattr(passwords, "matches", lambda _stored, _password: False)
    monkeypatch.setattr(doors, "UNHURRIED", 0)
    monkeypatch.setattr(passwords, "make_hash", lambda _password: "$argon2id$")


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets how much of the usual is allowed."""

    def allow(part: float) -> None:
        monkeypatch.setenv("FORUM_LIMITS", str(part))
        settings.cache_clear()

    return allow


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database, trusted_proxies=PROXY)) as browser:
        yield browser


@pytest.fixture
def people(browser: Browser) -> list[Actor]:
    with browser.site.database.writing() as db:
        return [make_account(db, role=Role.ADMIN) for _ in range(4)]


class Knocking:
    """Somebody who asks one route again and again, and stays the same only in what one rule counts."""

    def __init__(self, browser: Browser, people: list[Actor], path: str, rule: Rule) -> None:
        self.browser, self.people, self.path, self.by = browser, people, path, rule.by
        self.turn = 0

    def again(self) -> Response:
        self.turn += 1
        form = RECIPES[self.path].form(0 if self._stays("named", "mailed", "named_from_here") else self.turn)
        here = 1 if self._stays("address", "named_from_here") else self.turn
        self._come_in(self.people[0 if self._stays("account", "on_the_way") else self.turn % 4])
        headers = {"x-forwarded-for": f"203.0.113.{here}"}
        return self.browser.post(RECIPES[self.path].path or self.path, form, headers=headers)

    def _stays(self, *names: str) -> bool:
        return self.by.__name__ in names

    def _come_in(self, actor: Actor) -> None:
        self.browser.signed_out()
        with self.browser.site.database.writing() as db:
            if self.path.startswith(("/sign-", "/setup", "/recover", "/begin", "/confirm")):
                token = steps.begin(db, steps.Kind.FACTOR, actor.id)
                self.browser.client.cookies.set(self.browser.site.step_cookie, token)
            else:
                token = sessions.start(db, actor.id)
                self.browser.client.cookies.set(self.browser.site.cookie, token)


def others_free(costs: Limits, rule: Rule, part: float) -> timedelta:
    """How long it takes until the other rules about the same person let one more pass."""
    waits = [
        other.limit.per / min(other.limit.most * part, 1.0)
        for other in costs.rules
        if other.by is rule.by and other is not rule and other.limit.per < rule.limit.per
    ]
    return max(waits, default=timedelta(0))


def test_the_table_names_routes_and_each_has_a_recipe() -> None:
    ways = {(way.method, way.path) for way in ROUTES}
    assert set(limits.TABLE) <= ways
    assert {path for _, path in limits.TABLE} == set(RECIPES)
    assert {method for method, _ in limits.TABLE} == {"POST"}, "a GET must not write"


def test_only_at_doors_passwords_are_hashed_for_strangers(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere nothing counts how often they ask, and members would wait behind them."""
    hashed: list[str] = []

    def note(*passwords: str | None) -> str:
        hashed.append(str(passwords[-1]))
        return ""

    monkeypatch.setattr(passwords, "matches", note)
    monkeypatch.setattr(passwords, "make_hash", note)
    open_to_all = [way for way in ROUTES if way.method == "POST" and policy.allows(way.permit, None)]
    for way in open_to_all:
        if not limits.of(way.method, way.path).at_door:
            browser.post(re.sub(r"\{[^}]*\}", "1", way.path), person(1))
    assert len(open_to_all) > 12 and hashed == []


def test_limits_that_share_a_name_are_the_same() -> None:
    named: dict[str, Rule] = {}
    for costs in limits.TABLE.values():
        for rule in costs.rules:
            assert named.setdefault(rule.limit.name, rule) == rule


# On one kind of database: what counts is the same, and the tests below count on both.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("path", "place"), EACH)
def test_each_limit_is_met(
    browser: Browser,
    people: list[Actor],
    frozen: Clock,
    allow: Callable[[float], None],
    path: str,
    place: int,
) -> None:
    """Two are let through of a limit that is made as small as that; time passing frees it."""
    costs = limits.TABLE["POST", path]
    rule = costs.rules[place]
    part = 2 / rule.limit.most
    allow(part)
    knocking, pause = Knocking(browser, people, path, rule), others_free(costs, rule, part)
    for _ in range(2):
        assert knocking.again().status_code != 429
        frozen.forward(seconds=pause.total_seconds())
    refused = knocking.again()
    assert (refused.status_code, refused.headers["cache-control"]) == (429, "private, no-store")
    assert "A little slower, please" in refused.text
    assert costs.words in refused.text
    assert "Please try again in" in refused.text
    assert PASSWORD not in refused.text
    wait = int(refused.headers["retry-after"])
    assert 0 < wait <= rule.limit.per.total_seconds()
    # The clock of the fresh session goes on too.
    frozen.forward(seconds=wait + 1)
    assert knocking.again().status_code != 429


def guess(browser: Browser, name: str, address: str = "203.0.113.9") -> int:
    headers = {"x-forwarded-for": address}
    return browser.post("/sign-in", {"name": name, "password": "wrong"}, headers=headers).status_code


def test_two_processes_share_what_is_counted(database: Database, allow: Callable[[float], None]) -> None:
    allow(0.2)
    app, other = (make_app(database, trusted_proxies=PROXY) for _ in range(2))
    with Browser(app) as here, Browser(other) as there:
        assert [guess(each, "ada") for each in (here, there, here, there)] == [422, 422, 429, 429]


def test_a_stranger_does_not_lock_the_owner_out(browser: Browser, allow: Callable[[float], None]) -> None:
    """From another address, and for other names, all is as it was; refused guesses use nothing up."""
    allow(0.2)
    for _ in range(25):
        guess(browser, "ada")
    assert guess(browser, "ada") == 429
    assert guess(browser, "Ada") == 429
    assert guess(browser, "ada", "203.0.113.10") == 422
    assert guess(browser, "bela") == 422


def test_limits_can_be_off(browser: Browser) -> None:
    assert {guess(browser, "ada") for _ in range(12)} == {422}


def test_unlimited_sign_in_is_not_possible(browser: Browser, allow: Callable[[float], None]) -> None:
    """The usual figures, through the real route: ten guesses at one account, thirty from one address."""
    allow(1)
    answers = [guess(browser, "ada") for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2
    answers = [guess(browser, f"name{number}") for number in range(22)]
    assert answers == [422] * 20 + [429] * 2


@pytest.mark.parametrize("route", ["/sign-up", "/recover"])
def test_unlimited_mail_is_not_possible(
    browser: Browser, allow: Callable[[float], None], frozen: Clock, route: str
) -> None:
    """Three mails an hour to one address and ten a day, from wherever and however it is spelled."""
    allow(1)

    def ask(turn: int) -> int:
        spelled = f"ada+{turn}@example.org" if turn % 2 else "Ada@EXAMPLE.org"
        form = {"name": f"ada{turn}", "email": spelled, "password": PASSWORD}
        headers = {"x-forwarded-for": f"203.0.113.{turn}"}
        return browser.post(route, form, headers=headers).status_code

    assert [ask(turn) == 429 for turn in range(4)] == [False, False, False, True]
    passed = 3
    for hour in range(1, 24):
        frozen.forward(hours=1)
        passed += sum(ask(10 * hour + turn) != 429 for turn in range(3))
    # All ten at once, and one more whenever a tenth of the day has gone by.
    assert 10 <= passed <= 20


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "counted"),
    [
        ("203.0.113.9", [], "", "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "", "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "10.0.0.0/8", "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1, 10.9.9.9"], "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, rubbish, 10.9.9.9"], "10.0.0.0/8", "10.9.9.9"),
        ("10.0.0.1", ["198.51.100.1:4711"], "10.0.0.0/8", "198.51.100.1"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.1"], "10.0.0.0/8", "198.51.100.1"),
        ("fd00::1", ["[2001:db8:1:2:3:4:5:6]:80"], "fd00::/8", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:aaaa::1", [], "", "2001:db8:1:2::/64"),
        ("2001:db8:1:3:aaaa::1", [], "", "2001:db8:1:3::/64"),
        (None, ["198.51.100.1"], "10.0.0.0/8", "unknown"),
    ],
)
def test_where_a_request_comes_from(
    peer: str | None, forwarded: list[str], trusted: str, counted: str
) -> None:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    headers += [(b"x-real-ip", b"6.6.6.6"), (b"forwarded", b"for=6.6.6.6")]
    scope = {"client": (peer, 1) if peer else None, "headers": headers}
    assert client.address(scope, trusted) == counted


def test_neighbours_in_one_network_of_ipv6_count_as_one(
    browser: Browser, allow: Callable[[float], None]
) -> None:
    allow(0.2)
    answers = [guess(browser, "ada", f"2001:db8:1:2::{host:x}") for host in range(1, 4)]
    assert answers == [422, 422, 429]
    assert guess(browser, "ada", "2001:db8:1:3::1") == 422


def test_a_header_of_ones_own_frees_nobody(database: Database, allow: Callable[[float], None]) -> None:
    allow(0.2)
    with Browser(make_app(database)) as browser:
        assert [guess(browser, "ada", f"203.0.113.{host}") for host in range(3)] == [422, 422, 429]


def test_what_was_typed_is_not_lost(
    browser: Browser, people: list[Actor], allow: Callable[[float], None]
) -> None:
    allow(1 / 300)
    browser.signed_in(people[0])
    assert browser.post("/preview", {"text": "My long answer."}).status_code == 200
    refused = browser.post("/preview", {"text": "My long answer."})
    assert (refused.status_code, "My long answer." in refused.text) == (429, True)


def test_reading_costs_nothing(browser: Browser, allow: Callable[[float], None]) -> None:
    allow(0.01)
    assert {browser.get("/sign-in").status_code for _ in range(20)} == {200}


def test_the_words_are_words() -> None:
    for costs in limits.TABLE.values():
        assert costs.words.endswith((".", "!")) and costs.words[0].isupper()
    assert "in 15 minutes" in TooMany("Words.", 900).words
