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
from forum.web.conditional import checked, digest, names

MOMENT = datetime(2026, 11, 1, 12, 0, 0, 999, tzinfo=UTC)
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


#: What guests can ask for again.
SAME = (
    "/feeds/latest.atom",
    "/feeds/threads/1.json",
    "/feeds/search.atom?q=words",
    "/log.atom",
    "/sitemap.xml",
    "/sitemaps/threads-1.xml",
    "/robots.txt",
    "/opensearch.xml",
    "/references/1.bib",
    "/t/1/references.json",
    "/",
    "/search?q=words",
    "/tags?utm=1",
    "/rules",
)


@pytest.mark.parametrize("path", SAME)
def test_what_has_not_changed_is_not_sent_again(place: Place, path: str) -> None:
    browser = place[0]
    whole = browser.get(path)
    assert whole.status_code == 200 and whole.headers["cache-control"] == "no-cache"
    tag = whole.headers["etag"]
    assert "last-modified" not in whole.headers
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        for method in ("GET", "HEAD"):
            again = browser.ask(method, path, headers={"if-none-match": known})
            assert (again.status_code, again.content) == (304, b""), known
            assert again.headers["etag"] == tag and "cookie" in again.headers["vary"]
            assert "content-type" not in again.headers and again.headers["cache-control"] == "no-cache"
    assert browser.get(path, headers={"if-none-match": 'W/"other"'}).status_code == 200
    head = browser.ask("HEAD", path)
    assert (head.content, head.headers) == (b"", whole.headers)


@pytest.mark.parametrize("path", ["/feeds/threads/{}.atom", "/feeds/latest.json", "/sitemap.xml"])
def test_a_date_alone_keeps_nothing(place: Place, path: str) -> None:
    """Whoever knows only a date gets the present answer: of what was taken away no date tells."""
    browser, _database, thread, *_ = place
    path = path.format(thread.id)
    for known in ("Sun, 01 Nov 2026 12:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT", "yesterday"):
        assert browser.get(path, headers={"if-modified-since": known}).status_code == 200
        both = {"if-modified-since": known, "if-none-match": '"other"'}
        assert browser.get(path, headers=both).status_code == 200
    tag = browser.get(path).headers["etag"]
    old = {"if-modified-since": "Sun, 01 Nov 2020 12:00:00 GMT", "if-none-match": tag}
    assert browser.get(path, headers=old).status_code == 304


def test_what_was_taken_away_is_a_change(place: Place) -> None:
    """Also when it was not the newest, so that the newest moment in the feed is the same before and after."""
    browser, database, thread, _answer, moderator = place
    with clock.standing_at(MOMENT + timedelta(hours=1)), database.writing() as db:
        older = make_answer(db, db.get_one(Thread, thread.id), text="Older words.")
    with clock.standing_at(MOMENT + timedelta(hours=2)), database.writing() as db:
        make_answer(db, db.get_one(Thread, thread.id), text="Newer words.")
    path = f"/feeds/threads/{thread.id}.atom"
    before = browser.get(path)
    assert "Older words." in before.text
    with database.writing() as db:
        flag(db, db.get_one(Post, older.id))
        decide(db, moderator, older, "hide")
    kept = {"if-none-match": before.headers["etag"]}
    dated = {"if-modified-since": before.headers.get("last-modified", before.headers.get("date", ""))}
    for headers in (kept, dated):
        after = browser.get(path, headers=headers)
        assert after.status_code == 200 and "Older words." not in after.text


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
    whole = Response("body", headers={"vary": "accept", "x": "y"})
    unchanged = checked(whole, [(b"if-none-match", f'"{TAG}"'.encode())])
    assert (unchanged.status_code, bytes(unchanged.body)) == (304, b"")
    assert dict(unchanged.headers) == {"vary": "accept", "x": "y", "etag": f'W/"{TAG}"'}
