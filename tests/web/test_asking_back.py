"""On pages: what readers say of a source, and asking for one."""

from collections.abc import Iterator
from html import unescape

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_thread

from forum.accounts.tables import Actor
from forum.db import Database
from forum.discussion import cited

SENTENCE = "Sleep got longer by half an hour."
TEXT = f"{SENTENCE} Moods did not change at all [@doi:10.5555/mood, p. 4]."


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser


class Place:
    def __init__(self, database: Database) -> None:
        with database.writing() as db:
            self.author, self.reader = make_account(db), make_account(db)
            post = make_answer(db, make_thread(db), self.author, text=TEXT)
            self.post_id, self.reference_id = post.id, cited.by_post(db, post.id)[0].reference_id
        self.source = f"/p/{self.post_id}/sources/{self.reference_id}"
        self.needed = f"/p/{self.post_id}/source-needed"


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


def page(browser: Browser, path: str, actor: Actor | None = None) -> str:
    who = browser.signed_in(actor) if actor else browser.signed_out()
    answer = who.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_a_reader_says_what_the_source_says(browser: Browser, place: Place) -> None:
    assert "Sign in" in page(browser, place.source)
    assert "Have you read it?" not in page(browser, place.source, place.author)
    assert "Have you read it?" in page(browser, place.source, place.reader)
    refused = browser.post(place.source, {"verdict": "unsupported", "note": ""})
    assert refused.status_code == 422
    assert "Say in a few words" in refused.text
    assert 'value="unsupported" checked' in refused.text
    sent = browser.post(place.source, {"verdict": "partly", "note": "Only in <b>men</b>."})
    assert sent.status_code == 303
    shown = browser.get(sent.headers["location"]).text
    assert "Only in &lt;b&gt;men&lt;/b&gt;." in shown
    assert "Change what you said" in shown
    assert "partly supports this" in page(browser, place.source)
    browser.signed_in(place.reader).post(place.source, {"step": "back"})
    assert "Nobody has said yet" in page(browser, place.source)


def test_a_source_that_the_post_does_not_cite_is_not_there(browser: Browser, place: Place) -> None:
    assert browser.get(f"/p/{place.post_id}/sources/{place.reference_id + 7}").status_code == 404


def test_an_author_marks_a_source_as_cited_on_purpose(browser: Browser, place: Place) -> None:
    assert (
        browser.signed_in(place.reader).post(f"{place.source}/purpose", {"on_purpose": "1"}).status_code
        == 403
    )
    sent = browser.signed_in(place.author).post(f"{place.source}/purpose", {"on_purpose": "1"})
    assert sent.status_code == 303
    assert "You cite this source on purpose" in page(browser, place.source, place.author)


def test_a_reader_asks_and_the_author_answers(browser: Browser, place: Place) -> None:
    assert 'type="radio"' not in page(browser, place.needed)
    chosen = page(browser, f"{place.needed}?words=longer+by+half", place.reader)
    assert f'value="{SENTENCE}" checked' in chosen
    assert "Moods did not" not in chosen
    assert browser.post(place.needed, {"sentence": "Something else."}).status_code == 422
    sent = browser.post(place.needed, {"sentence": SENTENCE})
    assert sent.status_code == 303
    assert "source needed" in page(browser, sent.headers["location"].partition("#")[0])
    shown = page(browser, place.needed, place.author)
    assert SENTENCE in shown
    request_id = shown.split("/source-requests/")[1].split("/")[0]
    refused = browser.post(f"/source-requests/{request_id}/settle", {"why": ""})
    assert refused.status_code == 422
    assert "whoever asked reads it" in refused.text
    settled = browser.post(f"/source-requests/{request_id}/settle", {"why": "My own diary."})
    assert settled.status_code == 303
    after = page(browser, place.needed)
    assert "the author adds none" in after
    assert "My own diary." in after
    assert (
        browser.signed_in(place.author)
        .post(f"/source-requests/{request_id}/settle", {"why": "x"})
        .status_code
        == 409
    )
    assert browser.post("/source-requests/99999/settle", {"why": "x"}).status_code == 404
