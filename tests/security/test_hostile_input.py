"""Input that no page of ours sends: of other types, too long, too deep, twice, broken. Never a 5xx."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import community
import pytest
from browsing import Browser, make_app
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from makers import make_account

from forum.accounts.tables import Actor, Role
from forum.db import Database
from forum.web.routes import ROUTES
from forum.web.routing import Way

#: Values for any field or parameter.
VALUES = (
    "", "0", "-1", "2147483648", "9" * 400, "NaN", "1e309", "null", "true", "[]", "{}", '["a"]', "a\x00b",
    "\ud7ff\uffff", "\u202eevil", "%00", "%", "../../etc/passwd", "' OR 1=1 --", "\"; DROP TABLE post; --",
    "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "%s%n%x", "\r\nSet-Cookie: a=b", "x" * 5000, "é" * 300,
    "javascript:alert(1)", "data:text/html,x", "//evil.test", "١٢٣", "1٠",
)  # fmt: skip
UPLOAD = (
    b'--x\r\nContent-Disposition: form-data; name="text"; filename="a.svg"\r\n\r\n'
    b"<svg onload=alert(1)>\r\n--x--\r\n"
)
#: Bodies that are no form, with what they say they are.
BODIES: Sequence[tuple[str, bytes]] = (
    ("application/json", b'{"text": ["an", "array"]}'),
    ("application/json", b'{"a": NaN}'),
    ("application/json", b"[" * 20_000),
    ("application/json", json.dumps({"text": {"$gt": ""}}).encode()),
    ("text/plain", b"text=hello"),
    ("application/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    ("application/x-www-form-urlencoded", b"text=%ff%fe&title=%00&tags=%"),
    ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(5000))),
    ("application/x-www-form-urlencoded", b"text[]=a&text[0]=b&text.x=c"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", UPLOAD),
    ("multipart/form-data; boundary=x", b"--x\r\n" * 3000),
    ("multipart/form-data; boundary=x; charset=undefined", UPLOAD),
    ('multipart/form-data; boundary=x; charset="a\0b"', UPLOAD),
    ("", b"\x00" * 100),
)  # fmt: skip


@pytest.fixture(scope="module")
def here(new_database: Any) -> Iterator[tuple[Browser, dict[str, Actor | None], community.Community]]:
    database: Database = new_database("sqlite")
    place = community.settle(database)
    with database.writing() as db:
        admin = make_account(db, "admina", Role.ADMIN)
    with Browser(make_app(database)) as browser:
        yield browser, {"guest": None, "member": place.writer, "admin": admin}, place


def path_of(way: Way, place: community.Community, value: str | None = None) -> str:
    """The route's address about what is there, or with one hostile value in each of its parts."""
    known = {
        "thread_id": place.thread_id, "slug": place.slug, "post_id": place.answer_id,
        "item_id": place.item_id, "reference_id": place.reference_id,
        "name": "writer-with-quite-a-long-name-x",
    }  # fmt: skip
    parts = []
    for part in way.path.split("/"):
        if "{" in part and value is not None and ":int" not in part:
            parts.append(quote(value[:500], safe=""))
        elif "{" in part:
            name = part.partition("{")[2].partition("}")[0].removesuffix(":int")
            parts.append(part.replace("{" + name + ":int}", "{" + name + "}"))
        else:
            parts.append(part)
    path = "/".join(parts)
    for name, found in known.items():
        path = path.replace("{" + name + "}", str(found))
    while "{" in path:
        before, _, rest = path.partition("{")
        path = f"{before}1{rest.partition('}')[2]}"
    return path


def enter(browser: Browser, actor: Actor | None) -> None:
    browser.signed_out()
    if actor is not None:
        browser.signed_in(actor)


@pytest.mark.parametrize("who", ["guest", "member", "admin"])
def test_no_address_or_query_breaks_anything(here, who: str) -> None:
    browser, people, place = here
    enter(browser, people[who])
    gets = [way for way in ROUTES if way.method == "GET"]
    for number, way in enumerate(gets):
        for offset in range(2):
            value = VALUES[(number * 2 + offset) % len(VALUES)]
            typed = quote(value[:300], safe="")
            names = {*way.queries, "after", "q", "told", "next", "title", "tags", "part", "name", "code"}
            names |= {"undo", "thread", "page", "sort"}
            query = "&".join(f"{name}={typed}&{name}={typed}" for name in sorted(names))
            for path in (f"{path_of(way, place)}?{query}", path_of(way, place, value)):
                answer = browser.get(path)
                assert answer.status_code < 500, (who, path[:200])


@pytest.mark.parametrize("who", ["guest", "member", "admin"])
def test_no_field_breaks_anything(here, who: str) -> None:
    browser, people, place = here
    names = (
        "name", "email", "password", "text", "title", "tags", "kind", "why", "revision", "value", "version",
        "verdict", "rule", "reason", "words", "key", "next", "code", "id", "email_key", "role", "account_id",
        "parent_id", "thread_id", "item_id", "upto", "posts", "step", "note", "stance", "token",
        "place", "window", "began", "as", "asked_as", "seen", "alt", "bookmark", "theme",
    )  # fmt: skip
    for number, way in enumerate(way for way in ROUTES if way.method == "POST"):
        enter(browser, people[who])
        value = VALUES[number % len(VALUES)]
        answer = browser.post(path_of(way, place), dict.fromkeys(names, value))
        assert answer.status_code < 500, (who, way.path, value[:50])


@pytest.mark.parametrize(
    ("kind", "body"), BODIES, ids=[f"{kind or 'none'}-{n}" for n, (kind, _) in enumerate(BODIES)]
)
def test_no_body_breaks_anything(here, kind: str, body: bytes) -> None:
    browser, people, place = here
    for way in ROUTES:
        if way.method == "POST":
            enter(browser, people["member"])
            answer = browser.post(path_of(way, place), content=body, headers={"content-type": kind})
            assert answer.status_code < 500, (way.path, kind)
            assert answer.status_code >= 400 or not body.startswith(b"["), way.path


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=60)), max_size=8), st.sampled_from(ROUTES))
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_form_at_all_breaks_anything(here, fields: list[tuple[str, str]], way: Way) -> None:
    browser, people, place = here
    enter(browser, people["guest"])
    form = {name: value.encode("utf-8", "replace").decode() for name, value in fields}
    path = path_of(way, place)
    answer = browser.post(path, form) if way.method == "POST" else browser.get(path, params=form)
    assert answer.status_code < 500


def test_a_field_that_comes_twice_counts_once(here) -> None:
    browser, people, _ = here
    enter(browser, people["member"])
    titles = b"title=A+first+title+that+is+long&title=A+second+title+that+is+long"
    body = b"kind=question&tags=one&text=Words.&" + titles
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = browser.post("/ask", content=body, headers=form)
    page = browser.get(answer.headers["location"].partition("#")[0]).text
    assert ("A second title" in page, "A first title" in page) == (True, False)
