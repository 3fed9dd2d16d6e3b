"""What a guest has already is not sent again (RFC 9110, 13), and what is somebody's own is never kept."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_thread
from moderation.acts import decide, flag
from starlette.responses import Response

from forum import clock
from forum.accounts.tables import Actor, Role
from forum.db import Database
from forum.discussion.tables import Post, Thread
from forum.web import conditional
from forum.web.conditional import checked, digest, names

MOMENT = datetime(2026, 11, 1, 12, 0, 0, 999, tzinfo=UTC)
WRITTEN = "Sun, 01 Nov 2026 12:00:00 GMT"
TAG = digest(b"body").decode()
Place = tuple[Browser, Database, Thread, Post, Actor]


@pytest.fixture(scope="module")
def place(new_database: Callable[[str], Database]) -> Iterator[Place]:
    database = new_database("sqlite")
    with clock.standing_at(MOMENT), database.writing() as db:
        thread = make_thread(db, make_account(db, "asker"), text="Words and a source [@doi:10.5555/one].")
        answer = make_answer(db, thread)
        moderator = make_account(db, "anna", Role.MODERATOR)
    with Browser(make_app(database)) as browser:
        yield browser, database, thread, answer, moderator


#: What guests can ask for again; of those with True it is known when they changed.
SAME = (
    ("/feeds/latest.atom", True),
    ("/feeds/threads/1.json", True),
    ("/feeds/search.atom?q=words", True),
    ("/log.atom", True),
    ("/sitemap.xml", True),
    ("/sitemaps/threads-1.xml", True),
    ("/robots.txt", False),
    ("/opensearch.xml", False),
    ("/references/1.bib", False),
    ("/t/1/references.json", False),
    ("/", False),
    ("/search?q=words", False),
    ("/tags?utm=1", False),
    ("/rules", False),
)


@pytest.mark.parametrize(("path", "is_dated"), SAME)
def test_what_has_not_changed_is_not_sent_again(place: Place, path: str, is_dated: bool) -> None:
    browser = place[0]
    whole = browser.get(path)
    assert whole.status_code == 200 and whole.headers["cache-control"] == "no-cache"
    tag = whole.headers["etag"]
    assert ("last-modified" in whole.headers) == is_dated
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        for method in ("GET", "HEAD"):
            again = browser.ask(method, path, headers={"if-none-match": known})
            assert (again.status_code, again.content) == (304, b""), known
            assert again.headers["etag"] == tag and "cookie" in again.headers["vary"]
            assert "content-type" not in again.headers and again.headers["cache-control"] == "no-cache"
    assert browser.get(path, headers={"if-none-match": 'W/"other"'}).status_code == 200
    head = browser.ask("HEAD", path)
    assert (head.content, head.headers) == (b"", whole.headers)


def test_a_moment_counts_only_without_a_tag(place: Place) -> None:
    browser = place[0]
    moment = browser.get("/feeds/latest.atom").headers["last-modified"]
    assert moment == WRITTEN
    ask = lambda **headers: browser.get("/feeds/latest.atom", headers=headers).status_code  # noqa: E731
    assert ask(**{"if-modified-since": moment}) == 304
    assert ask(**{"if-modified-since": "Sun, 01 Nov 2026 11:59:59 GMT"}) == 200
    assert ask(**{"if-modified-since": "yesterday"}) == 200
    assert ask(**{"if-modified-since": moment, "if-none-match": '"other"'}) == 200
    tag = browser.get("/feeds/latest.atom").headers["etag"]
    assert ask(**{"if-modified-since": "Sun, 01 Nov 2020 12:00:00 GMT", "if-none-match": tag}) == 304


def test_what_was_taken_away_is_a_change(place: Place) -> None:
    browser, database, thread, _answer, moderator = place
    with clock.standing_at(MOMENT + timedelta(hours=1)), database.writing() as db:
        newest = make_answer(db, db.get_one(Thread, thread.id), text="Newer words.")
    path = f"/feeds/threads/{thread.id}.atom"
    before = browser.get(path).headers
    with database.writing() as db:
        flag(db, db.get_one(Post, newest.id))
        decide(db, moderator, newest, "hide")
    for header, validator in (("if-none-match", "etag"), ("if-modified-since", "last-modified")):
        assert browser.get(path, headers={header: before[validator]}).status_code == 200, header


@pytest.mark.parametrize("path", ["/feeds/latest.atom", "/", "/sitemap.xml", "/references/1.bib"])
def test_who_is_signed_in_keeps_nothing(place: Place, path: str) -> None:
    browser, *_, moderator = place
    browser.signed_out()
    tag = browser.get(path).headers["etag"]
    browser.signed_in(moderator)
    answer = browser.get(path, headers={"if-none-match": tag})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    assert "etag" not in answer.headers
    browser.signed_out()


def test_long_answers_are_packed_for_who_can_unpack_them(place: Place) -> None:
    browser = place[0]
    plain = browser.get("/search?q=words", headers={"accept-encoding": "identity"})
    packed = browser.get("/search?q=words", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content and packed.headers["etag"] == plain.headers["etag"]
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) == len(plain.content)
    assert "accept-encoding" in packed.headers["vary"]


@pytest.mark.parametrize(
    ("known", "is_meant"),
    [
        (f'"{TAG}"', True),
        (f'W/"{TAG}"', True),
        (f'"a","b" ,W/"{TAG}"', True),
        ("*", True),
        ('"other"', False),
        (TAG, False),
        ("", False),
    ],
)
def test_which_tags_are_meant(known: str, is_meant: bool) -> None:
    assert names(known.encode(), TAG.encode()) == is_meant
    response = checked(Response("body"), [(b"if-none-match", known.encode()), (b"host", b"x")])
    assert response.status_code == (304 if is_meant else 200)


def test_an_unchanged_answer_keeps_what_matters() -> None:
    whole = conditional.modified(
        Response("body", headers={"vary": "accept", "x": "y"}),
        MOMENT,
    )
    unchanged = checked(whole, [(b"if-modified-since", WRITTEN.encode())])
    assert (unchanged.status_code, bytes(unchanged.body)) == (304, b"")
    assert dict(unchanged.headers) == {
        "vary": "accept", "x": "y", "etag": f'W/"{TAG}"', "last-modified": WRITTEN
    }  # fmt: skip
