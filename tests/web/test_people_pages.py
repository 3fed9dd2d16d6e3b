"""The pages of a person: threads, answers and comments, references cited; badges that explain themselves."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle
from makers import make_account, make_answer, make_thread, unhurried
from sqlalchemy import event

from forum.accounts import people
from forum.accounts.tables import Account, Level
from forum.actions import effects
from forum.discussion import anonymity, posts
from forum.discussion.tables import Post, PostState

WRITER = "writer-with-quite-a-long-name-x"


@pytest.fixture(scope="module")
def seen(new_database: Callable[[str], Any]) -> Iterator[Browser]:
    """A community that is only looked at, with somebody in it who wrote nothing."""
    database = new_database("sqlite")
    settle(database)
    with database.writing() as db:
        make_account(db, "quiet")
        anonymity.account(db)
    with Browser(make_app(database)) as browser:
        yield browser


@pytest.fixture
def place(sqlite: Any) -> Iterator[tuple[Browser, Community]]:
    community = settle(sqlite)
    with Browser(make_app(sqlite, page_size=5)) as browser:
        yield browser, community


def read(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    assert faults(answer.text) == [], path
    return answer.text


def test_three_tabs_lead_to_each_other(seen: Browser) -> None:
    for view in ("", "/posts", "/references"):
        page = read(seen.signed_out(), f"/people/{WRITER}{view}")
        assert re.findall(rf'<a href="/people/{WRITER}([^"]*)" aria-current="page">', page) == [view]
        for other in ("", "/posts", "/references"):
            assert f'href="/people/{WRITER}{other}"' in page
        assert f'href="/feeds/people/{WRITER}.atom"' in page


def test_the_references_that_somebody_cites(place: tuple[Browser, Community]) -> None:
    browser, community = place
    page = read(browser, f"/people/{WRITER}/references")
    assert "2 sources in 1 post" in page and "Polito V" in page
    assert f'<a href="/p/{community.answer_id}">Does &lt;b&gt;anything' in page
    assert f"/people/{WRITER}/references.bib" in page
    with browser.site.database.writing() as db:
        post = db.get_one(Post, community.answer_id)
        effects.publish(db, post.thread_id, posts.move(db, post, PostState.HIDDEN, None))
    page = read(browser, f"/people/{WRITER}/references")
    assert "Polito" not in page and f"{WRITER} has not cited a source yet." in page
    # Not even to its author: what is hidden stands apart.
    assert "Polito V" not in read(browser.signed_in(community.writer), f"/people/{WRITER}/references")


def test_more_sources_stand_on_the_next_page(place: tuple[Browser, Community]) -> None:
    browser, community = place
    with unhurried(), browser.site.database.writing() as db:
        thread = make_thread(db)
        for number in range(8):
            make_answer(db, thread, community.writer, f"As in 10.5555/more{number}, which says so.")
    seen: list[str] = []
    path = f"/people/{WRITER}/references"
    while path:
        page = read(browser, path)
        seen += re.findall(r"10\.5555/more\d|Polito V", page)
        assert ("sources in" in page) == ("after=" not in path)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert {f"10.5555/more{number}" for number in range(8)} <= set(seen) and "Polito V" in seen


def test_the_number_of_queries_does_not_grow(place: tuple[Browser, Community]) -> None:
    browser, community = place
    asked: list[str] = []
    engine = browser.site.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def cost() -> int:
        asked.clear()
        read(browser, f"/people/{WRITER}/references")
        return len([sql for sql in asked if sql.lstrip().startswith(("SELECT", "WITH"))])

    few = cost()
    with unhurried(), browser.site.database.writing() as db:
        thread = make_thread(db)
        for number in range(6):
            make_answer(db, thread, community.writer, f"As in 10.5555/more{number}, which says so.")
    assert cost() == few <= 5


def test_badges_lead_to_what_they_mean(place: tuple[Browser, Community]) -> None:
    browser, community = place
    assert '<a class="badge" href="/about#moderators"' in read(browser, "/people/anna")
    assert "/help/trust" not in read(browser, "/people/asker")
    with browser.site.database.writing() as db:
        db.get_one(Account, community.asker.id).level = Level.TRUSTED
        effects.publish_person(db)
    page = read(browser, "/people/asker")
    assert re.search(r'<a class="badge good" href="/help/trust"[^>]*>trusted</a>', page)


def test_a_newcomer_is_not_marked(seen: Browser) -> None:
    """Who was silenced is a newcomer too, for a while: that is nobody's business."""
    page = read(seen.signed_out(), "/people/newcomer")
    assert 'class="badge' not in page.split("<h1>")[1].split("</div>")[0]


@pytest.mark.parametrize("view", ["", "/posts", "/references"])
def test_who_wrote_nothing_is_told_what_to_do(seen: Browser, view: str) -> None:
    assert "quiet has not " in read(seen.signed_out(), f"/people/quiet{view}")
    with seen.site.database.reading() as db:
        person = people.named(db, "quiet")
        assert person is not None
        quiet = people.acting(db, person.id)
    page = read(seen.signed_in(quiet), f"/people/quiet{view}")
    assert "quiet has not " not in page
    wanted = {"": "/ask", "/posts": "/unanswered", "/references": "/help/citing"}[view]
    assert f'<a href="{wanted}">' in page[page.index('<section class="section">') :]


def test_many_people_under_one_name_have_no_sources(seen: Browser) -> None:
    answer = seen.signed_out().get("/people/anonymous%20member/references")
    assert (answer.status_code, answer.headers["location"]) == (302, "/people/anonymous%20member")
    assert seen.get("/people/nobody-at-all/references").status_code == 404
