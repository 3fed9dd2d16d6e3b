"""Every GET that anybody can find, as each kind of person: no row of any table is another afterwards."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import parse_qs, urldefrag

import community
import pytest
import snapshot
from browsing import Browser, make_app
from makers import make_account

from forum.accounts.tables import Actor, Role
from forum.db import Database

PEOPLE = ("guest", "member", "moderator", "admin")
#: Addresses beyond these differ in a number or in the words of a search only.
MOST_ALIKE = 3
_LINK = re.compile(r"""(?:href|src|action)=(["'])(.*?)\1""")
_LOC = re.compile(r"<loc>(.*?)</loc>")


def links(page: str, base: str) -> Iterator[str]:
    """Addresses of ours that a page names, forms' too: whoever follows a form's address sends a GET."""
    for _, address in _LINK.findall(page):
        yield urldefrag(unescape(address).removeprefix(base)).url
    for address in _LOC.findall(page):
        yield address.removeprefix(base)


def kind_of(address: str) -> str:
    """The address without its numbers; of a search, which one condition it has, or that it has several."""
    path, _, query = address.partition("?")
    conditions = sorted({field for q in parse_qs(query).get("q", []) for field in re.findall(r"(\w+):", q)})
    rest = re.sub(r"(?<=\bafter=)[^&]+|(?<=\bq=)[^&]+", "", query)
    return re.sub(r"\d+", "0", f"{path}?{rest}{conditions if len(conditions) < 2 else 'several'}")


def crawl(browser: Browser) -> list[tuple[str, int]]:
    """Every address that can be reached from the start page by links and forms, with its status."""
    base = browser.site.settings.base_url
    waiting, known, alike = deque(["/", "/robots.txt", "/sitemap.xml"]), set[str](), dict[str, int]()
    visited = []
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        if address in known or not re.match(r"/(?!/|static/)", address) or alike.get(kind, 0) >= MOST_ALIKE:
            continue
        known.add(address)
        alike[kind] = alike.get(kind, 0) + 1
        answer = browser.get(address)
        visited.append((address, answer.status_code))
        found = [*links(answer.text, base), answer.headers.get("location", "").removeprefix(base)]
        waiting.extend(found)
    return visited


@pytest.fixture
def database(new_database: Callable[[str], Database]) -> Database:
    """What pages do differs in nothing between the two databases."""
    return new_database("sqlite")


@pytest.fixture
def people(database: Database) -> dict[str, Actor | None]:
    here = community.settle(database)
    with database.writing() as db:
        admin = make_account(db, "admina", Role.ADMIN)
    return {"guest": None, "member": here.writer, "moderator": here.moderator, "admin": admin}


def test_no_get_changes_a_row(database: Database, people: dict[str, Actor | None]) -> None:
    with Browser(make_app(database)) as browser:
        for who in PEOPLE:
            actor = people[who]
            if actor is not None:
                browser.signed_in(actor)
            before = snapshot.rows(database)
            visited = crawl(browser)
            after = snapshot.rows(database)
            changed = snapshot.changed(before, after)
            assert not changed, f"{who}: {changed}"
            broken = [(address, status) for address, status in visited if status >= 500]
            assert not broken, f"{who}: {broken}"
            # Enough was found that the test says something.
            assert len(visited) > (60 if who == "guest" else 120), f"{who}: {len(visited)}"


def test_a_get_that_writes_would_be_found(database: Database, people: dict[str, Actor | None]) -> None:
    before = snapshot.rows(database)
    with database.writing() as db:
        make_account(db, "somebody")
    assert snapshot.rows(database) != before
