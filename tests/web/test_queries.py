"""What pages ask the database: as many queries for much as for little, and never a look at every row."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_comment, make_thread, opening, unhurried
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import flagging
from forum.db import Database
from forum.web.routes import ROUTES

#: Tables that grow with the forum.
LARGE = (
    *("account", "citation", "decision", "flag", "generation", "log_entry", "message", "post", "post_move"),
    *("follow", "reference", "reference_identifier", "reference_merge", "reference_notice"),
    *("reference_record", "reference_relation", "review_item", "revision", "search_document", "sign_in"),
    *("tag", "thread", "thread_read", "thread_tag", "verification", "vote"),
    *("bookmark", "image", "post_image"),
)
#: Signed out, these are read; the signed-in ones include what is the reader's own.
PAGES = (
    "/",
    "/?after={cursor}",
    "/unanswered",
    "/tags",
    "/tags/evidence",
    "/t/{thread}/{slug}",
    "/t/{thread}/{slug}?sort=newest",
    "/t/{thread}/cite",
    "/p/{post}/revisions",
    "/references",
    "/references?q=careful",
    "/references/{reference}/{reference_slug}",
    "/t/{thread}/references.json",
    "/search?q=careful+words",
    "/people/writer",
    "/log",
    "/feeds/latest.atom",
    "/feeds/tags/evidence.atom",
    "/feeds/threads/{thread}.json",
    "/feeds/people/writer.json",
    "/feeds/references/{reference}.atom",
    "/feeds/search.atom?q=careful+words",
    "/log.json",
    "/sitemap.xml",
    "/sitemaps/threads-1.xml",
    "/sitemaps/references-1.xml",
    "/sitemaps/tags-1.xml",
)
#: Every row may be read here, because words may stand anywhere in a source: so the page is answered by the
#: slow pool, where nobody who only reads waits behind it.
#: The index reads three hundred documents by their numbers: in so small a forum those are all there are.
EXEMPT = {"/references?q=careful": "reference", "/search?q=careful+words": "search_document"}
#: Pages that gather more than others: one is kept for guests, one is the whole of a case, and a search counts
#: how rare its words are and what could narrow it.
MORE = {
    "/references/{reference}/{reference_slug}": 3,
    "/moderation/items/{item}": 5,
    "/search?q=careful+words": 5,
}
#: Where few posts have all the words, those that have some are looked for too: once more each.
LOOKS = {"/search?q=careful+words": 1}
OWN_PAGES = (
    *PAGES,
    "/inbox",
    "/inbox?show=answers",
    "/account/messages",
    "/account/bookmarks",
    "/images",
    "/ask",
    "/moderation",
    "/moderation?kind=flagged&reason=other&tag=evidence&age=day&whose=free",
    "/moderation?whose=mine",
    "/moderation/items/{item}",
    "/moderation/texts",
    "/p/{post}/flag",
)


class Asked(list[tuple[str, Any]]):
    """The SELECTs of one page, with their values."""


@contextmanager
def listening(database: Database) -> Iterator[Asked]:
    asked = Asked()

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def grow(db: Session, people: Sequence[Actor], threads: int, answers: int) -> None:
    """More of everything that pages show."""
    moderator, writer, reader = people
    for number in range(threads):
        words = f"Careful words with a source [@doi:10.5555/s{number % 40}] and more."
        title, tags = f"A question with careful words {number}", f"evidence tag-{number}"
        thread = make_thread(db, writer, title=title, tags=tags, text=words)
        for each in range(answers):
            answer = make_answer(
                db, thread, reader if each % 2 else None, text=f"Careful words {each}, {words}"
            )
            if number < 5:  # Only these are looked at; the others are there for the length of the tables.
                make_comment(db, answer, reader)
        flagging.flag(db, reader, opening(db, thread).id, "other", "Please look at it.")
    assert moderator


@pytest.fixture(scope="module")
def small_and_large(new_database) -> Iterator[tuple[Browser, Browser, Sequence[Actor]]]:
    """The same forum with little in it, and with more on every page."""
    browsers = []
    for threads, answers in ((2, 1), (45, 6)):
        database: Database = new_database("sqlite")
        with unhurried(), database.writing() as db:
            people = (
                make_account(db, "boss", Role.ADMIN),
                make_account(db, "writer"),
                make_account(db, "reader"),
            )
            grow(db, people, threads, answers)
        with database.writing() as db:
            db.execute(text("ANALYZE"))
        browsers.append(Browser(make_app(database, cache_bytes=0, page_size=30)))
    yield browsers[0], browsers[1], people
    for browser in browsers:
        browser.__exit__()


def address(browser: Browser, page: str) -> str:
    with browser.site.database.reading() as db:
        values = {
            "cursor": "",
            "thread": 1,
            "slug": db.scalar(text("SELECT slug FROM thread WHERE id = 1")),
            "post": 1,
            "reference": 1,
            "reference_slug": db.scalar(text("SELECT slug FROM reference WHERE id = 1")),
            "item": 1,
        }
    if "{cursor}" in page:
        found = re.search(r'href="/\?after=([^"&]+)"', browser.get("/").text)
        values["cursor"] = found[1] if found else ""
    return page.format(**values)


def asked_for(browser: Browser, page: str, reader: Actor | None) -> Asked:
    browser.signed_out()
    if reader:
        browser.signed_in(reader)
    path = address(browser, page)
    with listening(browser.site.database) as asked:
        answer = browser.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return asked


@pytest.mark.parametrize("page", PAGES)
def test_signed_out_pages_ask_as_often_for_much_as_for_little(small_and_large, page: str) -> None:
    small, large, _people = small_and_large
    few, many = asked_for(small, page, None), asked_for(large, page, None)
    assert len(few) in (len(many), len(many) + LOOKS.get(page, 0)), [statement for statement, _ in many]
    assert len(many) <= 6 + MORE.get(page, 0)


@pytest.mark.parametrize("page", OWN_PAGES)
def test_signed_in_pages_ask_as_often_for_much_as_for_little(small_and_large, page: str) -> None:
    small, large, people = small_and_large
    few, many = asked_for(small, page, people[0]), asked_for(large, page, people[0])
    assert len(few) in (len(many), len(many) + LOOKS.get(page, 0)), [statement for statement, _ in many]
    assert len(many) <= 9 + MORE.get(page, 0)


@pytest.mark.parametrize("page", OWN_PAGES)
def test_no_page_looks_at_every_row(small_and_large, page: str) -> None:
    _small, large, people = small_and_large
    for reader in (None, people[0]) if page in PAGES else (people[0],):
        for statement, values in asked_for(large, page, reader):
            found = scans(large.site.database, statement, values)
            allowed = f"SCAN {EXEMPT.get(page)} "
            assert [step for step in found if not f"{step} ".startswith(allowed)] == [], statement


def test_what_reads_every_row_keeps_no_reader_waiting() -> None:
    for page in EXEMPT:
        (way,) = (way for way in ROUTES if way.method == "GET" and way.path == page.partition("?")[0])
        assert way.slow, page


def scans(database: Database, statement: str, values: Any) -> list[str]:
    """The steps of SQLite's plan that read a whole large table, or a whole index of one."""
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    steps = [str(step[-1]) for step in plan]
    # A page of rows in the order of an index, or of the primary key, is found without looking at the others;
    # not so if it is looked for by words.
    walks = "ORDER BY" in statement and "LIMIT" in statement and " LIKE " not in statement
    if walks and not any("TEMP B-TREE" in step for step in steps):
        steps = steps[1:]
    return [step for step in steps if _SCAN.match(step)]


#: SQLAlchemy numbers the aliases of a table: `thread_1`.
_SCAN = re.compile(rf"SCAN ({'|'.join(LARGE)})(_\d+)?\b(?!.*VIRTUAL)")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT id FROM post WHERE plain LIKE '%x%'", ["SCAN post"]),
        ("SELECT p.id FROM post AS post_1, post AS p WHERE p.id = post_1.id", ["SCAN post_1"]),
        ("SELECT count(*) FROM vote", ["SCAN vote USING COVERING INDEX"]),
        ("SELECT title FROM thread ORDER BY score LIMIT 3", ["SCAN thread"]),
        ("SELECT title FROM thread ORDER BY id", ["SCAN thread"]),
        ("SELECT plain FROM post ORDER BY id DESC LIMIT 3", []),
        ("SELECT name FROM tag ORDER BY name LIMIT 3", []),
        ("SELECT name FROM tag WHERE name LIKE '%x%' ORDER BY name LIMIT 3", ["SCAN tag USING"]),
    ],
)
def test_a_scan_would_be_seen(small_and_large, statement: str, found: list[str]) -> None:
    _small, large, _people = small_and_large
    seen = scans(large.site.database, statement, ())
    assert len(seen) == len(found), seen
    assert all(step.startswith(start) for step, start in zip(seen, found, strict=True)), seen
