"""What lists cost: however many threads there are, an index answers with about as many rows as are shown."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import Database
from forum.discussion import best, listings, ranking, tagged, tags, written
from forum.discussion.best import Span
from forum.discussion.tables import Post, Tag, Thread, ThreadTag
from forum.discussion.tagged import Order

THREADS, TAGS, PAGE = 3000, 12, 10
LARGE = r"(thread|thread_tag|post|tag|account)(_\d+)?"

#: Reads a page that goes on after a cursor.
Read = Callable[[Session, str | None], Any]


def _with(*numbers: int, order: Order = Order.LATEST) -> Read:
    def read(db: Session, after: str | None) -> Any:
        found = tags.all_named(db, [f"tag-{number}" for number in numbers])
        return tagged.with_all(db, list(found.values()), after, PAGE, order)

    return read


#: Lists that an index has in their order already, and which one that is.
ORDERED: dict[str, tuple[str, Read]] = {
    "latest": ("ix_thread_latest", lambda db, after: listings.latest(db, after, PAGE)),
    "newest": ("ix_thread_newest", lambda db, after: listings.newest(db, after, PAGE)),
    "unanswered": ("ix_thread_unanswered", lambda db, after: listings.unanswered(db, after, PAGE)),
    "ever": ("ix_thread_hot", lambda db, after: best.best(db, Span.EVER, after, PAGE)),
    "author": ("ix_thread_author", lambda db, after: listings.by_author(db, 1, after, PAGE)),
    "written": ("ix_post_written", lambda db, after: written.written(db, 1, after, PAGE)),
    "tag latest": ("ix_thread_tag_latest", _with(1)),
    "tag newest": ("ix_thread_tag_newest", _with(1, order=Order.NEWEST)),
    "tag top": ("ix_thread_tag_hot", _with(1, order=Order.TOP)),
    "tag unanswered": ("ix_thread_tag_unanswered", _with(1, order=Order.UNANSWERED)),
    "two tags": ("ix_thread_tag_latest", _with(1, 2)),
    "tags by use": ("ix_tag_busy", lambda db, after: tags.listing(db, after, 3)),
    "tags by name": ("", lambda db, after: tags.listing(db, after, 3, tags.Order.NAME)),
    "newest tags": ("", lambda db, after: tags.listing(db, after, 3, tags.Order.NEWEST)),
}
#: Lists that put together a page of each of several such lists, and sort that.
MERGED: dict[str, Read] = {
    "week": lambda db, after: best.best(db, Span.WEEK, after, PAGE),
    "month": lambda db, after: best.best(db, Span.MONTH, after, PAGE),
    "year": lambda db, after: best.best(db, Span.YEAR, after, PAGE),
}


@contextmanager
def listening(database: Database) -> Iterator[list[tuple[str, Any]]]:
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def _fill(db: Session) -> None:
    moment = now()
    people = ({"id": n, "name": f"m{n}", "name_key": f"m{n}", "created_at": moment} for n in range(1, 9))
    db.execute(insert(Account), list(people))
    db.execute(insert(Tag), [{"id": n, "name": f"tag-{n}", "thread_count": 9} for n in range(1, TAGS + 1)])
    threads, carried, written_posts = [], [], []
    for number in range(1, THREADS + 1):
        begun, score, author = moment - timedelta(hours=2 * number), number * 7 % 23, number % 8 + 1
        facts = {"shown": True, "active_at": begun, "created_at": begun, "is_unanswered": number % 3 == 0}
        facts["hot"] = ranking.hot(score, begun)
        place = {"id": number, "title": f"Question {number}", "slug": "question", "score": score}
        by = {"author_id": author, "active_by_id": author, "age": ranking.age(begun, moment)}
        threads.append({**facts, **place, **by})
        ids = {number % TAGS + 1, number // TAGS % TAGS + 1, number % 5 + 1}
        carried += [{**facts, "thread_id": number, "tag_id": each} for each in ids]
        for kind in ("opening", "answer"):
            post = {"thread_id": number, "kind": kind, "author_id": author, "state": "shown", "visible": True}
            words = {"text": "x", "html": "x", "plain": "x", "markup_version": 1, "created_at": begun}
            written_posts.append({**post, **words})
    for table, values in ((Thread, threads), (ThreadTag, carried), (Post, written_posts)):
        db.execute(insert(table), values)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def large(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Database:
    database = new_database(request.param)
    with database.writing() as db:
        _fill(db)
    with database.writing() as db:
        db.execute(text("ANALYZE"))
    return database


def asked_for(database: Database, read: Read) -> list[tuple[str, Any]]:
    """The queries of the first page and of the third."""
    with database.reading() as db:
        second = read(db, None).next
        after = read(db, second).next
        assert second and after
        with listening(database) as asked:
            assert read(db, None).items and read(db, after).items
    return asked


def plan(database: Database, statement: str, values: Any) -> list[str]:
    """The steps of SQLite's plan."""
    with database.engine.connect() as connection:
        return [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]


def rows_read(database: Database, statement: str, values: Any) -> int:
    """How many rows PostgreSQL looked at."""
    explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}"
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql(explain, values).scalar_one()
    return _rows(found[0]["Plan"])


def _rows(node: dict[str, Any]) -> int:
    own = 0
    if "Scan" in node["Node Type"] and node.get("Relation Name") not in (None, "account", "tag"):
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return int(own) + sum(_rows(part) for part in node.get("Plans", ()))


def check(database: Database, asked: list[tuple[str, Any]], *, may_sort: bool, most: int) -> None:
    for statement, values in asked:
        if not database.is_sqlite:
            assert rows_read(database, statement, values) <= most, statement
            continue
        steps = plan(database, statement, values)
        # The few rows of a page of each part are put together and sorted; nothing else is.
        bad = rf"SCAN {LARGE}\b" + ("" if may_sort else "|TEMP B-TREE")
        # Tags are walked in an order that they have, to the end of the page.
        walks = [step for step in steps if re.match(bad, step) and not re.match(r"SCAN tag\b", step)]
        assert walks == [], (statement, steps)


@pytest.mark.parametrize("name", ORDERED)
def test_an_index_has_the_list_in_its_order(large: Database, name: str) -> None:
    index, read = ORDERED[name]
    asked = asked_for(large, read)
    # Whether a thread with one tag carries the other is known only when it is looked at.
    check(large, asked, may_sort=False, most=(40 if name == "two tags" else 5) * PAGE)
    if large.is_sqlite:
        assert all(
            f" {index}" in " ".join(plan(large, *each)) for each in asked if " tag.name IN" not in each[0]
        )


@pytest.mark.parametrize("name", MERGED)
def test_lists_that_are_put_together_look_at_a_page_of_each_part(large: Database, name: str) -> None:
    check(large, asked_for(large, MERGED[name]), may_sort=True, most=40 * PAGE)


@pytest.mark.parametrize("count", [1, 2])
def test_companions_are_counted_on_some_hundred_threads(
    large: Database, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(tagged, "LOOKED_AT", 50)
    tagged._companions.cache_clear()
    with large.reading() as db:
        found = list(tags.all_named(db, [f"tag-{number}" for number in range(1, count + 1)]).values())
        with listening(large) as asked:
            assert tagged.companions(db, found)
    tagged._companions.cache_clear()
    check(large, asked, may_sort=True, most=50 * 40)


def test_a_sort_and_a_scan_would_be_seen(large: Database) -> None:
    by_title: Read = lambda db, _after: db.execute(  # noqa: E731
        text("SELECT title FROM thread WHERE shown ORDER BY title LIMIT 3")
    )
    with large.reading() as db, listening(large) as asked:
        by_title(db, None)
    with pytest.raises(AssertionError):
        check(large, asked, may_sort=False, most=40 * PAGE)
    with pytest.raises(AssertionError):
        check(large, asked, may_sort=True, most=40 * PAGE)
