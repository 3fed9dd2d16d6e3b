"""Before a thread is begun: what is like it is shown, once, and nobody is kept from posting."""

import re
from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from community import faults, typed
from makers import make_account, make_thread, opening, unhurried

from forum.accounts.tables import Actor
from forum.actions import withdrawing
from forum.db import Database

TITLE = "How much melatonin helps against jet lag?"
AGAIN = {
    "kind": "discussion",
    "title": "How much melatonin helps for jet lag",
    "tags": "sleep travel",
    "text": "I fly **often**.",
    "key": "one-form",
}
NOTE = "may already answer it."


class Place:
    def __init__(self, browser: Browser, database: Database, asker: Actor, thread_id: int) -> None:
        self.browser = browser
        self.database = database
        self.asker = asker
        self.thread_id = thread_id

    def threads(self) -> int:
        """How many threads there are on the first page."""
        return len(re.findall(r'<h2><a href="/t/\d+/', self.browser.get("/").text))


@pytest.fixture
def place(sqlite: Database) -> Iterator[Place]:
    with unhurried(), sqlite.writing() as db:
        asker = make_account(db, "asker")
        thread = make_thread(db, title=TITLE)
        for about in ("sleep in winter", "coffee at night", "running in the rain"):
            make_thread(db, title=f"A question about {about}")
    with Browser(make_app(sqlite)) as browser:
        yield Place(browser.signed_in(asker), sqlite, asker, thread.id)


def test_the_form_comes_back_with_what_is_like_it(place: Place) -> None:
    answer = place.browser.post("/ask", AGAIN)
    assert answer.status_code == 422 and faults(answer.text) == []
    assert NOTE in answer.text and f'href="/t/{place.thread_id}/how-much-melatonin' in answer.text
    for name in ("kind", "title", "tags", "text", "key"):
        assert typed(answer.text, name).strip() == AGAIN[name], name
    assert place.threads() == 4
    seen = typed(answer.text, "seen")
    assert seen.split() == [str(place.thread_id)]
    posted = place.browser.post("/ask", {**AGAIN, "seen": seen})
    assert posted.status_code == 303 and place.threads() == 5


def test_sent_twice_it_is_posted_once(place: Place) -> None:
    form = {**AGAIN, "title": "Is there anything against hiccups at night?"}
    first, again = place.browser.post("/ask", form), place.browser.post("/ask", form)
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    other = place.browser.post("/ask", {**form, "key": "another-form"})
    assert other.status_code == 422 and NOTE in other.text, "one's own counts too"


def test_whoever_was_asked_before_is_not_asked_again(place: Place) -> None:
    assert place.browser.post("/ask", {**AGAIN, "seen": f"99 {place.thread_id}"}).status_code == 303


def test_what_was_seen_for_another_title_is_not_enough(place: Place) -> None:
    answer = place.browser.post("/ask", {**AGAIN, "seen": "99 x"})
    assert answer.status_code == 422
    assert typed(answer.text, "seen").split() == ["99", "x", str(place.thread_id)]


def test_nothing_like_it_means_nothing_is_asked(place: Place) -> None:
    answer = place.browser.post("/ask", {**AGAIN, "title": "Why do cats sleep so much in winter?"})
    assert answer.status_code == 303


def test_what_is_wrong_is_said_first(place: Place) -> None:
    answer = place.browser.post("/ask", {**AGAIN, "text": ""})
    assert answer.status_code == 422 and NOTE not in answer.text and "text-error" in answer.text


def test_a_preview_is_no_question_yet(place: Place) -> None:
    answer = place.browser.post("/ask", {**AGAIN, "step": "preview", "seen": "7"})
    assert answer.status_code == 200 and NOTE not in answer.text
    assert typed(answer.text, "seen") == "7"


def test_what_nobody_sees_is_not_shown(place: Place) -> None:
    with place.database.writing() as db:
        taken_back = make_thread(db, place.asker, title="Does valerian work better than tea?")
        withdrawing.withdraw(db, place.asker, opening(db, taken_back).id)
        make_thread(db, make_account(db, shown_posts=0), title="Would hop help against hiccups?")
    titles = ("Does valerian work better than tea?", "Would hop help against hiccups?")
    for title in titles:
        assert "/t/" not in place.browser.get("/ask/similar", params={"title": title}).text
    for title in titles:
        assert place.browser.post("/ask", {**AGAIN, "title": title, "key": title}).status_code == 303


def test_while_typing(place: Place) -> None:
    answer = place.browser.get("/ask/similar", params={"title": "Melatonin and jet lag"})
    assert answer.status_code == 200 and "<html" not in answer.text
    assert f'href="/t/{place.thread_id}/' in answer.text and "no answer yet" in answer.text
    for title in ("", "Melatonin", "Why do cats purr in spring", "\x00" * 20, "x" * 5000):
        assert place.browser.get("/ask/similar", params={"title": title}).text.strip() == "", title
    assert place.browser.signed_out().get("/ask/similar?title=Melatonin+and+jet+lag").status_code == 303


def test_the_text_tells_too_while_typing(place: Place) -> None:
    def found(text: str) -> bool:
        asked = {"title": "A question for travellers", "text": text}
        return f'href="/t/{place.thread_id}/' in place.browser.get("/ask/similar", params=asked).text

    assert found("How much melatonin helps for jet lag? I fly often.")
    assert not found("I fly often.")
    assert not found("x " * 250 + "How much melatonin helps for jet lag?"), "only the beginning"


def test_a_title_may_be_given(place: Place) -> None:
    page = place.browser.get("/ask", params={"title": 'Tea & "sleep"' + "x" * 200, "tags": "sleep"}).text
    assert typed(page, "title") == ('Tea & "sleep"' + "x" * 200)[:150]
    assert typed(page, "tags") == "sleep" and typed(page, "kind") == "question"
    assert faults(page) == []
