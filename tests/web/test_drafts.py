"""Drafts through pages alone: restored, thrown away, listed, undone; and edits at once, put together."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle
from conftest import Clock
from sqlalchemy import select

from forum.actions import drafting, editing
from forum.clock import now
from forum.db import Database
from forum.discussion import drafts
from forum.discussion.combining import NOW, STILL_THERE, TYPED
from forum.discussion.private_tables import Draft
from forum.discussion.tables import Post, PostState, Thread
from forum.markup import LIMIT

Place = tuple[Browser, Community]


@pytest.fixture
def community(sqlite: Database) -> Iterator[Place]:
    community = settle(sqlite)
    with Browser(make_app(sqlite)) as browser:
        yield browser.signed_in(community.asker), community


def read(browser: Browser, path: str) -> str:
    answer = browser.get(path.partition("#")[0])
    assert answer.status_code == 200 and faults(answer.text) == [], path
    return answer.text


def value(page: str, name: str) -> str:
    """What the form's field says."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    found = found or re.search(rf'<textarea id="{name}"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found is not None, name
    return html.unescape(found[1]).removeprefix("\n")


def paths(there: Community) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Of each form: where it is shown, where it is sent, and what is typed there."""
    words = {"text": "Some <b>words</b> & more.\n\nA second line."}
    return {
        "ask": (
            "/ask",
            "/ask",
            {**words, "kind": "discussion", "title": "What is “blind”?", "tags": "sleep x"},
        ),
        f"answer-{there.thread_id}": (there.thread, f"/t/{there.thread_id}/answer", words),
        f"comment-{there.answer_id}": (f"/p/{there.answer_id}/comment",) * 2 + (words,),
        f"edit-{there.own_id}": (f"/p/{there.own_id}/edit",) * 2 + ({**words, "why": "it was late"},),
    }


@pytest.mark.parametrize("by", ["script", "button"])
def test_every_form_comes_back_filled_in_until_one_starts_anew(community: Place, by: str) -> None:
    browser, there = community
    for place, (shown, sent, typed) in paths(there).items():
        before = read(browser, shown)
        assert f'data-kept="{place}" data-saved=""' in before and "Start anew" not in before
        if by == "script":
            revision = {"revision": "1"} if place.startswith("edit") else {}
            answer = browser.post(
                "/drafts", {**typed, **revision, "place": place, "window": "w", "began": ""}
            )
            assert (answer.status_code, answer.text) == (204, "")
        else:
            answer = browser.post(sent, {**typed, "revision": "1", "step": "draft"})
            assert answer.status_code == 303
            landed = browser.get(answer.headers["location"])
            landed = browser.get(landed.headers["location"]) if landed.is_redirect else landed
            assert "Your draft is saved." in landed.text
        page = read(browser, shown)
        assert "Your draft from" in page and "Start anew" in page
        assert {name: value(page, name) for name in typed if name != "kind"} == {
            name: words for name, words in typed.items() if name != "kind"
        }
        answer = browser.post("/drafts/discard", {"place": place, "next": shown})
        assert answer.headers["location"].startswith(shown)
        assert "<b>words" not in value(read(browser, shown), "text")


def test_another_device_and_nobody_else_has_the_draft(community: Place) -> None:
    browser, there = community
    browser.post("/drafts", {"place": f"answer-{there.thread_id}", "text": "A secret thought."})
    browser.post("/drafts", {"place": "ask", "text": "A secret thought.", "title": "A secret title"})
    seen = [there.thread, "/ask", "/account/drafts"]
    browser.client.cookies.clear()
    browser.signed_in(there.asker)
    assert all("A secret thought." in read(browser, path) for path in seen)
    for other in (there.writer, there.moderator):
        browser.signed_in(other)
        for path in (*seen, f"/people/{there.asker.name}"):
            assert "secret" not in browser.get(path).text, (other.name, path)
        browser.post("/drafts/discard", {"place": "ask"})
    assert "secret" not in browser.signed_out().get(there.thread).text
    assert "secret thought" in read(browser.signed_in(there.asker), "/ask")


def test_two_windows_do_not_overwrite_each_other(community: Place) -> None:
    browser, _ = community
    first = {"place": "ask", "window": "1", "began": "", "text": "One"}
    assert browser.post("/drafts", first).status_code == 204
    assert browser.post("/drafts", {**first, "window": "2", "text": "Two"}).status_code == 409
    began = re.search(r'data-saved="([^"]+)"', read(browser, "/ask"))
    assert began is not None
    assert browser.post("/drafts", {**first, "window": "2", "began": began[1]}).status_code == 204
    assert browser.post("/drafts", first).status_code == 409


def test_what_cannot_be_a_draft(community: Place) -> None:
    browser, _ = community
    assert browser.post("/drafts", {"place": "elsewhere", "text": "x"}).status_code == 404
    assert browser.post("/drafts", {"place": "ask", "text": "x" * (LIMIT + 1)}).status_code == 422
    assert browser.signed_out().post("/drafts", {"place": "ask", "text": "x"}).status_code == 401


def test_a_post_that_fails_is_kept(community: Place) -> None:
    browser, there = community
    forms = {
        "/ask": {"kind": "question", "title": "Short", "tags": "sleep", "text": "Kept words."},
        f"/t/{there.thread_id}/answer": {"text": "Kept words. " * 3000},
        f"/p/{there.answer_id}/comment": {"text": "Kept words. " * 300},
        f"/p/{there.own_id}/edit": {"text": "", "why": "Kept words.", "revision": "1"},
    }
    for path, form in forms.items():
        answer = browser.post(path, form)
        assert answer.status_code == 422 and faults(answer.text) == [] and "Kept words." in answer.text
        assert "Start anew" not in answer.text
    with browser.site.database.reading() as db:
        # The answer is longer than anything that is kept: the form that came back is all there is.
        kept = {f"comment-{there.answer_id}", f"edit-{there.own_id}", "ask"}
        assert set(db.scalars(select(Draft.place))) == kept
    assert "Kept words." in read(browser, "/ask")


def test_a_new_question_does_not_lose_the_title_that_was_searched_for(community: Place) -> None:
    browser, _ = community
    browser.post("/drafts", {"place": "ask", "text": "Words.", "title": "The older draft"})
    page = read(browser, "/ask?title=Something+else+%26+more&told=draft-gone")
    assert value(page, "title") == "The older draft"
    anew = value(page, "next")
    assert value(read(browser, anew), "next") == anew
    location = browser.post("/drafts/discard", {"place": "ask", "next": anew}).headers["location"]
    assert value(read(browser, location), "title") == "Something else & more"


def test_the_list_leads_to_each_form(community: Place) -> None:
    browser, there = community
    page = read(browser, "/account/drafts")
    assert "You have no drafts" in page and '<a href="/account/drafts">' in read(browser, "/account")
    for place, (_, _, typed) in paths(there).items():
        browser.post("/drafts", {**typed, "place": place})
    page = read(browser, "/account/drafts")
    assert "What is “blind”?" in page and page.count("Some &lt;b&gt;words&lt;/b&gt; &amp; more.") == 8
    for form in ("/ask", f"{there.thread}#text", f"/p/{there.answer_id}/comment", f"/p/{there.own_id}/edit"):
        assert f'<h2><a href="{form}">' in page and "Start anew" in read(browser, form)


# --- other windows and devices: nothing is lost ------------------------------------------------------------


def test_what_another_window_wrote_is_put_aside_and_taken_back(community: Place) -> None:
    browser, there = community
    for place, (shown, sent, typed) in paths(there).items():
        mine = {**typed, "text": "Written on the first device.", "revision": "1", "place": place}
        began = value(read(browser, shown), "began")
        saved = browser.post("/drafts", {**mine, "window": "1", "began": began})
        refused = browser.post("/drafts", {**mine, "text": "On the second.", "window": "2", "began": began})
        assert (refused.status_code, refused.json()["saved"]) == (409, saved.headers["draft-saved"])
        if place == "ask":
            over = {"text": "On the second.", "window": "2", "began": began, "place": place, "over": "1"}
            assert browser.post("/drafts", over).status_code == 204
        else:
            browser.post(sent, {**mine, "text": "On the second.", "began": began, "step": "draft"})
        page = read(browser, shown)
        assert value(page, "text") == "On the second." and "Another text of yours was here" in page
        assert "Written on the first device." in page and "put aside" in read(browser, "/account/drafts")
        back = browser.post("/drafts/take-back", {"place": place, "next": shown})
        page = read(browser, back.headers["location"].partition("?")[0])
        assert value(page, "text") == "Written on the first device." and "On the second." in page
        browser.post("/drafts/discard", {"place": f"aside-{place}", "next": shown})
        assert "Another text of yours was here" not in read(browser, shown)
        assert browser.post("/drafts/take-back", {"place": place}).status_code == 404


def test_a_button_in_the_window_that_saved_puts_nothing_aside(community: Place) -> None:
    browser, there = community
    shown, sent, typed = paths(there)[f"answer-{there.thread_id}"]
    place = f"answer-{there.thread_id}"
    browser.post("/drafts", {**typed, "place": place, "window": "w", "began": ""})
    browser.post(sent, {"text": "Shorter.", "window": "w", "began": "", "step": "draft"})
    page = read(browser, shown)
    browser.post(sent, {"text": "Another.", "window": "", "began": value(page, "began"), "step": "draft"})
    page = read(browser, shown)
    assert value(page, "text") == "Another." and "Another text of yours was here" not in page


def test_what_was_thrown_away_can_be_taken_back(community: Place) -> None:
    browser, _ = community
    browser.post("/drafts", {"place": "ask", "text": "A long evening’s work.", "title": "A title of mine"})
    landed = browser.post("/drafts/discard", {"place": "ask", "next": "/ask"}).headers["location"]
    page = read(browser, landed)
    assert value(page, "text") == "" and "For a week you can take it back." in page
    page = read(
        browser, browser.post("/drafts/take-back", {"place": "ask", "next": "/ask"}).headers["location"]
    )
    assert value(page, "text") == "A long evening’s work." and value(page, "title") == "A title of mine"


# --- undo --------------------------------------------------------------------------------------------------


def posted(browser: Browser, there: Community) -> tuple[str, int]:
    """An answer was sent: the page to which that led, and the answer's id."""
    answer = browser.post(f"/t/{there.thread_id}/answer", {"text": "What I sent too early."})
    page = read(browser, answer.headers["location"])
    undo = re.search(r'action="/p/(\d+)/undo" data-undo="(\d+)"', page)
    assert undo is not None and 50 <= int(undo[2]) <= 60
    return answer.headers["location"], int(undo[1])


def test_a_post_is_undone_and_written_on(community: Place) -> None:
    browser, there = community
    _, post_id = posted(browser, there)
    answer = browser.post(f"/p/{post_id}/undo")
    page = read(browser, answer.headers["location"])
    assert "Your post is taken back" in page and value(page, "text") == "What I sent too early."
    assert "What I sent too early." not in browser.signed_out().get(there.thread).text


def test_undoing_too_late_is_said_kindly(community: Place, frozen: Clock) -> None:
    browser, there = community
    frozen.moment = now() + timedelta(days=30)
    browser.signed_in(there.asker)
    landed, post_id = posted(browser, there)
    frozen.forward(seconds=61)
    assert "data-undo" not in read(browser, landed)
    answer = browser.post(f"/p/{post_id}/undo")
    assert answer.status_code == 409 and faults(answer.text) == []
    assert "That minute is over" in answer.text and f'href="/p/{post_id}/withdraw"' in answer.text
    browser.signed_in(there.writer)
    assert "data-undo" not in read(browser, landed), "it is nobody else's"
    assert browser.post(f"/p/{post_id}/undo").status_code == 403


# --- two edits at once -------------------------------------------------------------------------------------

BASE = "First sentence. Second sentence.\n\nA last line."


def edited(browser: Browser, there: Community, post_id: int, text: str, **more: str) -> None:
    """Another window has saved this."""
    with browser.site.database.writing() as db:
        post = db.get_one(Post, post_id)
        title, tags = more.get("title"), more.get("tags")
        editing.edit(db, there.asker, post_id, text, post.revision, title=title, tag_names=tags)


def test_edits_that_go_together_are_looked_over_and_saved(community: Place) -> None:
    browser, there = community
    form = f"/p/{there.own_id}/edit"
    edited(browser, there, there.own_id, BASE)
    began = value(read(browser, form), "revision")
    edited(browser, there, there.own_id, BASE.replace("First", "One"))
    answer = browser.post(form, {"text": f"{BASE}\n\nAnd more.", "revision": began, "why": "more to say"})
    assert answer.status_code == 409 and faults(answer.text) == []
    assert "We put both together; look it over and save." in answer.text and "aria-invalid" not in answer.text
    together = BASE.replace("First", "One") + "\n\nAnd more."
    assert value(answer.text, "text") == together and value(answer.text, "why") == "more to say"
    again = {"text": value(answer.text, "text"), "revision": value(answer.text, "revision")}
    assert browser.post(form, again).status_code == 303
    with browser.site.database.reading() as db:
        assert db.get_one(Post, there.own_id).text == together


def test_edits_that_do_not_go_together_show_both_and_are_not_saved_by_accident(community: Place) -> None:
    browser, there = community
    form = f"/p/{there.own_id}/edit"
    edited(browser, there, there.own_id, BASE)
    began = value(read(browser, form), "revision")
    edited(browser, there, there.own_id, BASE.replace("last", "new <last>"))
    answer = browser.post(form, {"text": BASE.replace("last", "very last"), "revision": began})
    assert answer.status_code == 409 and faults(answer.text) == [] and 'class="conflict"' in answer.text
    assert "A new &lt;last&gt; line." in answer.text and "A very last line." in answer.text
    text = value(answer.text, "text")
    assert NOW in text and TYPED in text
    revision = value(answer.text, "revision")
    refused = browser.post(form, {"text": text, "revision": revision})
    assert refused.status_code == 422 and f'id="text-error">{STILL_THERE}' in refused.text
    assert value(refused.text, "text") == text
    assert browser.post(form, {"text": "A line.", "revision": revision}).status_code == 303


def test_titles_and_tags_are_put_together_too(community: Place) -> None:
    browser, there = community
    form = f"/p/{there.opening_id}/edit"
    page = read(browser, form)
    began = {name: value(page, name) for name in ("text", "title", "tags", "revision")}
    title = "A title that another window has given"
    edited(browser, there, there.opening_id, began["text"], title=title, tags=f"{began['tags']} methods")
    answer = browser.post(
        form, {**began, "text": f"{began['text']}\n\nMore.", "tags": f"{began['tags']} sums"}
    )
    assert value(answer.text, "title") == title
    assert value(answer.text, "tags") == f"{began['tags']} methods sums"
    assert "We put both together" in answer.text
    answer = browser.post(form, {**began, "title": "My own title, typed meanwhile"})
    assert answer.status_code == 409 and value(answer.text, "title") == "My own title, typed meanwhile"
    assert 'id="title-error"' in answer.text and title in answer.text


def test_a_restored_edit_finds_that_the_post_has_changed(community: Place) -> None:
    browser, there = community
    form = f"/p/{there.own_id}/edit"
    edited(browser, there, there.own_id, BASE)
    began = value(read(browser, form), "revision")
    place = drafts.editing(there.own_id)
    typed = {"text": BASE.replace("last", "final"), "revision": began}
    with browser.site.database.writing() as db:
        drafting.save(db, there.asker, place, typed)
    edited(browser, there, there.own_id, BASE.replace("First", "One"))
    with browser.site.database.writing() as db:
        drafting.save(db, there.asker, place, typed)
    page = read(browser, form)
    assert "We put both together" in page and "Start anew" in page
    assert value(page, "text") == BASE.replace("First", "One").replace("last", "final")
    assert int(value(page, "revision")) == int(began) + 1


def test_a_thread_that_is_gone_gives_the_text_back(community: Place) -> None:
    browser, there = community
    browser.post("/drafts", {"place": f"answer-{there.thread_id}", "text": "All of my long answer."})
    with browser.site.database.writing() as db:
        title = db.get_one(Thread, there.thread_id).title
        db.get_one(Post, there.opening_id).state = PostState.REMOVED
        db.get_one(Post, there.opening_id).visible = False
        db.get_one(Post, there.opening_id).author_id = there.writer.id
    page = read(browser, "/account/drafts")
    assert title not in page and "All of my long answer." in page and "a thread that is not there" in page
