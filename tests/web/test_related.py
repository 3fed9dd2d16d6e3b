"""The page beside a thread: what is about the same, and what cites the same."""

from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from community import faults
from makers import make_account, make_answer, make_thread, opening, unhurried
from web.test_queries import listening, scans

from forum.actions import withdrawing
from forum.db import Database
from forum.discussion.tables import Thread

CITING = "It says so [@doi:10.5555/herons]."


@pytest.fixture
def place(database: Database) -> Iterator[tuple[Browser, Thread]]:
    with unhurried(), database.writing() as db:
        thread = make_thread(db, title="Why do herons stand on one leg?", text=CITING)
        make_thread(db, title="Do herons sleep on one leg, too?")
        make_answer(db, make_thread(db, title="What do people count in wetlands?"), text=CITING)
        make_thread(db, title="Quite another thing altogether", text="Plain words.")
    with Browser(make_app(database)) as browser:
        yield browser, thread


def test_a_page_that_needs_no_script(place: tuple[Browser, Thread]) -> None:
    browser, thread = place
    address = f"/t/{thread.id}/related"
    assert f'<a href="{address}">' in browser.get(f"/t/{thread.id}/{thread.slug}").text
    page = browser.get(address)
    assert page.status_code == 200 and faults(page.text) == []
    related, _, citing = page.text.partition("Threads that cite the same sources")
    assert "Do herons sleep on one leg, too?" in related
    assert "What do people count in wetlands?" in citing and "1 source in common" in citing
    assert "Quite another thing" not in page.text
    assert f'<a href="/t/{thread.id}/{thread.slug}">' in page.text


def test_a_part_for_the_end_of_the_page(place: tuple[Browser, Thread]) -> None:
    browser, thread = place
    part = browser.get(f"/t/{thread.id}/related?part=1").text
    assert "Do herons sleep" in part and "<html" not in part and "<h1" not in part


def test_what_becomes_hidden_is_gone_from_the_kept_page(place: tuple[Browser, Thread]) -> None:
    browser, thread = place
    with browser.site.database.writing() as db:
        writer = make_account(db)
        other = make_thread(db, writer, title="Which leg do herons stand on?", text=CITING)
    for path in (f"/t/{thread.id}/related", f"/t/{thread.id}/related?part=1"):
        assert browser.get(path).text.count("Which leg do herons") == 2, path
    with browser.site.database.writing() as db:
        withdrawing.withdraw(db, writer, opening(db, other).id)
    for path in (f"/t/{thread.id}/related", f"/t/{thread.id}/related?part=1"):
        assert "Which leg do herons" not in browser.get(path).text, path
    assert browser.get(f"/t/{other.id}/related").status_code == 404


def test_nothing_is_said_to_be_near_where_nothing_is(database: Database) -> None:
    with database.writing() as db:
        thread = make_thread(db)
    with Browser(make_app(database)) as browser:
        assert "No other thread is about this yet." in browser.get(f"/t/{thread.id}/related").text
        assert browser.get("/t/99999/related").status_code == 404


def test_a_title_that_would_be_the_address_of_the_page(database: Database) -> None:
    with database.writing() as db:
        thread = make_thread(db, title="Related!!!")
    with Browser(make_app(database)) as browser:
        assert "<h1>Related!!!</h1>" in browser.get(f"/t/{thread.id}/{thread.slug}").text


def test_it_reads_no_table_whole(place: tuple[Browser, Thread]) -> None:
    browser, thread = place
    with listening(browser.site.database) as asked:
        browser.get(f"/t/{thread.id}/related")
    assert len(asked) <= 14, [statement for statement, _ in asked]
    if browser.site.database.is_sqlite:
        for statement, values in asked:
            assert scans(browser.site.database, statement, values) == [], statement
