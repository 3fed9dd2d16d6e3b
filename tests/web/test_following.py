"""Following as pages: the menu everywhere it stands, all that one follows, saved searches, notes."""

import re
from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from community import faults
from discussion.test_list_plans import listening
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import select

from forum.accounts.tables import Actor
from forum.actions import bookmarking, effects
from forum.db import Database
from forum.discussion import posts
from forum.discussion.tables import Post, PostState, Tag
from forum.inbox import following, searches
from forum.inbox.following import Kind, Level
from forum.references.tables import Reference

TITLE = "What of psilocybin for sleep?"


@pytest.fixture
def place(sqlite: Database) -> Iterator[tuple[Browser, Database, Actor]]:
    with sqlite.writing() as db:
        reader = make_account(db, "reader")
        text = "See 10.1371/journal.pone.0211023."
        make_thread(db, make_account(db, "ann"), title=TITLE, tags="lsd", text=text)
    with Browser(make_app(sqlite, page_size=5)) as browser:
        yield browser.signed_in(reader), sqlite, reader


def read(browser: Browser, path: str, status: int = 200) -> str:
    page = browser.get(path)
    while page.status_code in (301, 302):
        page = browser.get(page.headers["location"])
    assert page.status_code == status, (path, page.status_code)
    assert faults(page.text) == [], path
    return page.text


PAGES = {
    "/t/1/what-of-psilocybin-for-sleep": ("/t/1/follow", Kind.THREAD),
    "/tags/lsd?by=top": ("/tags/lsd/follow", Kind.TAG),
    "/people/ann": ("/people/ann/follow", Kind.PERSON),
    "/references/1": ("/references/1/follow", Kind.REFERENCE),
}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_menu_that_works_and_comes_back(place, path: str) -> None:
    browser, database, reader = place
    action, kind = PAGES[path]
    page = read(browser, path)
    assert f'action="{action}"' in page and "Follow</summary>" in page
    back = re.search(rf'action="{action}"><input type="hidden" name="next" value="([^"]+)"', page)
    assert back
    if "?" in path:
        assert back[1].replace("&amp;", "&") == path
    levels = ("watch", "follow", "none") if kind is Kind.REFERENCE else ("watch", "follow", "mute", "none")
    assert tuple(re.findall(r'name="level" value="(\w+)"', page)) == levels
    for level in levels:
        answer = browser.post(action, {"level": level, "next": back[1].replace("&amp;", "&")})
        assert answer.status_code == 303 and answer.headers["location"].startswith(back[1].split("?")[0])
        with database.reading() as db:
            chosen = following.level_of(db, reader.id, kind, 2 if kind is Kind.PERSON else 1)
        assert chosen == (None if level == "none" else Level(level))
        shown = read(browser, answer.headers["location"])
        assert f'value="{level}" aria-current="true"' in shown and 'role="status"' in shown
    read(browser.signed_out(), path)
    assert browser.post(action, {"level": "follow"}).status_code == 401
    assert action not in read(browser, path)


def test_nobody_follows_themselves_or_who_is_not_there(place) -> None:
    browser, _, _ = place
    assert "/people/reader/follow" not in read(browser, "/people/reader")
    assert browser.post("/people/reader/follow", {"level": "watch"}).status_code == 422
    for name in ("nobody-here", "anonymous%20member"):
        assert browser.post(f"/people/{name}/follow", {"level": "watch"}).status_code == 404


def test_everything_that_is_followed_on_one_page_with_undo(place) -> None:
    browser, database, reader = place
    assert "You do not follow anything yet" in read(browser, "/account/following")
    assert 'href="/account/following"' in read(browser, "/account")
    for action, _kind in PAGES.values():
        browser.post(action, {"level": "watch"})
    browser.post("/account/searches", {"q": "psilocybin", "level": "watch"})
    page = read(browser, "/account/following")
    for heading in ("Threads", "Tags", "People", "Sources", "Searches"):
        assert f"<h2>{heading}</h2>" in page
    assert page.count("Watching<span") == 5 and TITLE in page and ">ann</a>" in page
    sent = {"kind": "tag", "id": "1", "was": "watch", "level": "none", "next": "/account/following"}
    answer = browser.post("/account/following", sent)
    assert answer.headers["location"] == "/account/following?was=tag.1.watch&told=level-none"
    page = read(browser, answer.headers["location"])
    assert "Not what you meant?" in page and "<h2>Tags</h2>" not in page
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', page[page.index('class="note"') :]))
    assert browser.post("/account/following", {**fields, "kind": "tag", "id": "1"}).status_code == 303
    with database.reading() as db:
        assert following.level_of(db, reader.id, Kind.TAG, 1) == Level.WATCH


def test_what_is_hidden_is_listed_without_its_name_and_can_be_let_go(place) -> None:
    browser, database, _reader = place
    browser.post("/t/1/follow", {"level": "watch"})
    browser.post("/tags/lsd/follow", {"level": "watch"})
    browser.post("/references/1/follow", {"level": "watch"})
    with database.writing() as db:
        post = db.get_one(Post, 1)
        effects.publish(db, 1, posts.move(db, post, PostState.HIDDEN, None))
        assert db.scalars(select(Tag.thread_count)).one() == 0
        title = db.scalars(select(Reference.title)).one()
    page = read(browser, "/account/following")
    assert page.count("Not there now") == 3
    assert TITLE not in page and ">lsd<" not in page and title not in page
    for kind in ("thread", "tag", "reference"):
        browser.post("/account/following", {"kind": kind, "id": "1", "level": "none"})
        assert (
            browser.post("/account/following", {"kind": kind, "id": "1", "level": "watch"}).status_code == 404
        )
    assert "You do not follow anything yet" in read(browser, "/account/following")


@pytest.mark.parametrize("kind", [*Kind, "nonsense"])
def test_what_was_never_there_is_not_followed(place, kind: str) -> None:
    browser, _, _ = place
    sent = {"kind": str(kind), "id": "98765", "level": "watch"}
    assert browser.post("/account/following", sent).status_code == 404


def test_many_things_come_page_by_page(place, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, database, reader = place
    monkeypatch.setattr("forum.web.pages.following.FEW", 2)
    monkeypatch.setattr("forum.web.pages.following.PAGE", 2)
    with database.writing() as db:
        for number in range(3):
            thread = make_thread(db, title=f"A question with number {number}")
            following.set(db, reader.id, Kind.THREAD, thread.id, Level.FOLLOW)
    assert "All of them" in read(browser, "/account/following")
    page = read(browser, "/account/following?kind=thread")
    older = re.search(r'<a rel="next" href="([^"]+)"', page)
    assert older and page.count("A question with number") % 2 == 0
    last = read(browser, older[1].replace("&amp;", "&"))
    assert "A question with number" in last and 'rel="next"' not in last


def test_a_search_is_saved_from_its_results_renamed_and_deleted(place) -> None:
    browser, database, reader = place
    page = read(browser, "/search?q=psilocybin")
    assert "Save this search" in page
    assert "Save this search" not in read(browser.signed_out(), "/search?q=psilocybin")
    browser.signed_in(reader)
    answer = browser.post("/account/searches", {"q": "psilocybin", "level": "watch"})
    assert answer.headers["location"] == "/account/searches?told=search-kept"
    assert "Watching<span" in read(browser, "/account/searches")
    answer = browser.post("/account/searches/1", {"name": " "})
    assert answer.status_code == 422 and 'id="name-1-error"' in answer.text and faults(answer.text) == []
    browser.post("/account/searches/1", {"name": "For the night"})
    assert "For the night" in read(browser, "/account/searches")
    for path in ("/account/searches/1", "/account/searches/98765"):
        other = browser.signed_in(reader if path.endswith("5") else _another(database))
        assert other.post(path, {"name": "Theirs"}).status_code == 404
    browser.signed_in(reader).post("/account/searches/1", {"delete": "1"})
    with database.reading() as db:
        assert searches.of_account(db, reader.id) == []


def _another(database: Database) -> Actor:
    with database.writing() as db:
        return make_account(db)


def test_a_search_that_is_not_understood_comes_back_with_the_reason(place) -> None:
    browser, _, _ = place
    answer = browser.post("/account/searches", {"q": "score:many", "name": "Mine"})
    assert answer.status_code == 422 and faults(answer.text) == []
    assert (
        'value="score:many"' in answer.text
        and 'id="q-error"' in answer.text
        and 'value="Mine"' in answer.text
    )


def test_a_bookmark_s_note_and_day_without_scripts(place) -> None:
    browser, database, reader = place
    with database.writing() as db:
        bookmarking.bookmark(db, reader, 1)
    answer = browser.post(
        "/p/1/note", {"note": "Read <b>again</b>.", "day": "2999-01-31", "next": "/account/bookmarks"}
    )
    assert answer.headers["location"] == "/account/bookmarks?told=bookmark-kept"
    page = read(browser, answer.headers["location"])
    assert "Read &lt;b&gt;again&lt;/b&gt;." in page and "31 Jan 2999" in page and 'value="2999-01-31"' in page
    answer = browser.post("/p/1/note", {"note": "Typed again", "day": "2001-01-01"})
    assert answer.status_code == 422 and faults(answer.text) == []
    assert "Typed again</textarea>" in answer.text and 'id="day-1-error"' in answer.text
    assert browser.post("/p/98765/note", {"note": "x", "day": ""}).status_code == 404


def test_from_a_bookmarked_post_a_link_leads_to_its_note(place) -> None:
    browser, database, reader = place
    with database.writing() as db:
        thread = make_thread(db, title="Another one that is marked later")
        bookmarking.bookmark(db, reader, opening(db, thread).id)
    link = '<a href="/account/bookmarks?of=1">Note and reminder</a>'
    assert link not in read(browser, "/t/1/what-of-psilocybin-for-sleep")
    browser.post("/p/1/bookmark", {"bookmark": "1"})
    assert link in read(browser, "/t/1/what-of-psilocybin-for-sleep")
    page = read(browser, "/account/bookmarks?of=1")
    assert TITLE in page and "marked later" not in page and "<details open>" in page
    home = "/account/bookmarks?of=1"
    assert f'action="/p/1/note"><input type="hidden" name="next" value="{home}">' in page
    answer = browser.post("/p/1/note", {"note": "Again", "day": "2001-01-01", "next": home})
    assert answer.status_code == 422 and "marked later" not in answer.text
    answer = browser.post("/p/1/note", {"note": "Again", "day": "", "next": home})
    assert answer.headers["location"] == f"{home}&told=bookmark-kept"
    assert '<p class="said">Again</p>' in read(browser, home)
    browser.post("/p/1/bookmark", {"bookmark": "0"})
    assert "You have no bookmark there any more." in read(browser, home)


def test_these_pages_take_as_many_queries_for_many_as_for_few(place) -> None:
    browser, database, reader = place
    counts = []
    for _round in range(2):
        with database.writing() as db:
            for _ in range(4):
                thread = make_thread(db)
                make_answer(db, thread)
                for kind, target in ((Kind.THREAD, thread.id), (Kind.PERSON, thread.author_id)):
                    following.set(db, reader.id, kind, target, Level.FOLLOW)
                bookmarking.bookmark(db, reader, opening(db, thread).id)
        for path in ("/account/following", "/for-me", "/account/bookmarks", "/account/searches"):
            with listening(database) as asked:
                read(browser, path)
            counts.append(len(asked))
    assert counts[:4] == counts[4:]
