"""The page about the forum: its own words, who runs it and looks after it, and how much is in it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle
from makers import make_account, make_thread
from sqlalchemy import event, text

import forum
from forum.accounts.tables import Actor, Role
from forum.actions import administering, choosing, effects
from forum.discussion import posts, sums
from forum.discussion.tables import Post, PostState


@pytest.fixture
def place(sqlite: Any) -> Iterator[tuple[Browser, Community, Actor]]:
    community = settle(sqlite)
    with sqlite.writing() as db:
        boss = make_account(db, "boss", Role.ADMIN)
    with Browser(make_app(sqlite)) as browser:
        yield browser, community, boss


def read(browser: Browser) -> str:
    answer = browser.get("/about")
    assert answer.status_code == 200 and faults(answer.text) == []
    return answer.text


def numbers(page: str) -> list[str]:
    return re.findall(r"<dt>(?:Threads|Posts|Sources)</dt><dd>([^<]+)</dd>", page)


def test_it_says_who_looks_after_it_and_how_much_is_there(place: tuple[Browser, Community, Actor]) -> None:
    browser, _community, _boss = place
    page = read(browser)
    assert re.findall(r'<a href="/people/(\w+)">', page) == ["boss", "anna", "bela"], "admins first"
    assert f"Footnote {forum.__version__}" in page and "The admins named above." in page
    with browser.site.database.reading() as db:
        counted = [
            db.scalar(text(query))
            for query in (
                "SELECT count(*) FROM thread WHERE shown",
                "SELECT count(*) FROM post WHERE visible",
                "SELECT count(*) FROM reference WHERE citation_count > 0",
            )
        ]
    assert numbers(page) == [str(number) for number in counted] and counted[0] == 2
    with Browser(make_app(browser.site.database, contact="team@forum.test")) as other:
        assert 'href="mailto:team@forum.test"' in read(other)


def test_the_kept_page_is_never_older_than_what_it_shows(place: tuple[Browser, Community, Actor]) -> None:
    browser, community, boss = place
    threads, posts_before, _sources = map(int, numbers(read(browser)))
    assert browser.get("/about").headers.get("etag"), "it is kept"
    with browser.site.database.writing() as db:
        make_thread(db, title="A new question for this page")
    assert numbers(read(browser))[:2] == [str(threads + 1), str(posts_before + 1)]
    with browser.site.database.writing() as db:
        post = db.get_one(Post, community.answer_id)
        effects.publish(db, post.thread_id, posts.move(db, post, PostState.HIDDEN, None))
    assert int(numbers(read(browser))[1]) < posts_before + 1
    with browser.site.database.writing() as db:
        choosing.choose(db, boss, "Community", {"about": "For **whoever** reads."})
    assert "For <strong>whoever</strong> reads." in read(browser)
    with browser.site.database.writing() as db:
        administering.set_role(db, boss, community.second.id, "member", "")
    assert 'href="/people/bela"' not in read(browser)


def test_admins_write_it_where_they_choose(place: tuple[Browser, Community, Actor]) -> None:
    browser, community, boss = place
    assert "Nothing stands here yet" not in read(browser)
    assert "Nothing stands here yet" not in read(browser.signed_in(community.asker))
    assert 'href="/admin/settings#community"' in read(browser.signed_in(boss))
    assert 'name="about"' in browser.get("/admin/settings").text
    form = {
        "group": "Community",
        "about": "## Us\n\n<script>alert(1)</script> and [a source](https://example.org).",
    }
    assert browser.post("/admin/settings", form).status_code == 303
    page = read(browser)
    assert "<h4>Us</h4>" in page or ">Us</h" in page
    assert "<script>alert" not in page and 'href="https://example.org"' in page
    assert browser.post("/admin/settings", {"group": "Community", "about": "x" * 10_001}).status_code == 422


def test_more_than_most_is_not_counted(
    place: tuple[Browser, Community, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, _community, _boss = place
    monkeypatch.setattr(sums, "MOST", 2)
    page = read(browser)
    assert numbers(page)[:2] == ["2", "more than 2"]


def test_numbers_are_found_along_an_index(new_database: Callable[[str], Any]) -> None:
    database = new_database("sqlite")
    asked: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    with database.reading() as db:
        assert sums.read(db) == (0, 0, 0)
    found = [(sql, values) for sql, values in asked if "count" in sql]
    assert len(found) == 1
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {found[0][0]}", found[0][1])
        steps = [str(row[-1]) for row in rows]
    looks = [step for step in steps if re.match(r"(SCAN|SEARCH) (thread|post|reference)\b", step)]
    assert len(looks) == 3 and all("COVERING INDEX" in step for step in looks), steps


def test_a_forum_without_anybody(new_database: Callable[[str], Any]) -> None:
    with Browser(make_app(new_database("sqlite"))) as browser:
        page = read(browser)
        assert "Nobody yet: this forum is new." in page and numbers(page) == ["0", "0", "0"]
