"""Asking without a name, through the pages: the tick box, what comes back, and where nobody is listed."""

from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from community import faults
from discussion.test_anonymity import ask
from makers import make_account, make_answer, opening, unhurried
from moderation.acts import flag
from sqlalchemy import select

from forum.accounts.tables import Actor, Role
from forum.actions import tagging
from forum.db import Database
from forum.discussion import anonymity
from forum.discussion.tables import Post, Tag, Thread

BOX = 'name="as" value="unnamed"'
WORDS = {
    "kind": "question",
    "title": "Something that is hard to ask about",
    "text": "I would rather not say who I am. What helps with this?",
    "tags": "private",
    "key": "k1",
    "asked_as": "1",
    "as": "unnamed",
}


class Place:
    def __init__(self, browser: Browser, database: Database) -> None:
        self.browser = browser
        self.database = database
        with database.writing() as db:
            self.asker, self.member = make_account(db, "asker"), make_account(db, "member")
            self.moderator = make_account(db, "anna", Role.MODERATOR)
            self.thread_id = ask(db, self.asker).id
            thread = db.get_one(Thread, self.thread_id)
            self.path = f"/t/{thread.id}/{thread.slug}"
            self.opening_id = opening(db, thread).id
            self.answer_id = make_answer(db, thread, self.member).id

    def read(self, path: str, viewer: Actor | None = None, status: int = 200) -> str:
        if viewer:
            self.browser.signed_in(viewer)
        page = self.browser.get(path)
        text: str = page.text
        assert page.status_code == status, (path, page.status_code)
        assert faults(text) == [], path
        return text

    def send(self, path: str, viewer: Actor, **form: str) -> int:
        return int(self.browser.signed_in(viewer).post(path, form).status_code)

    def latest(self) -> int:
        """Whom everybody sees as the author of the latest post."""
        with self.database.reading() as db:
            return db.scalars(select(Post.author_id).order_by(Post.id.desc()).limit(1)).one()


@pytest.fixture
def place(sqlite: Database) -> Iterator[Place]:
    with unhurried(), Browser(make_app(sqlite, held_posts=0)) as browser:
        yield Place(browser, sqlite)


def test_the_form_says_where_it_is_possible(place: Place) -> None:
    page = place.read("/ask", place.member)
    assert BOX in page and "With one of these tags: private." in page
    assert f"{BOX} checked" not in page
    with place.database.writing() as db:
        tagging.allow_unnamed(db, place.moderator, "private", False)
    assert BOX not in place.read("/ask")


def test_a_question_goes_without_a_name_and_only_then(place: Place) -> None:
    words = WORDS | {"title": "Another thing, also hard to ask", "seen": str(place.thread_id)}
    assert place.send("/ask", place.member, **words) == 303
    assert place.latest() == anonymity.ACCOUNT_ID
    del words["as"]
    words |= {"title": "A third thing that is easily said", "text": "Quite another text.", "key": "k2"}
    assert place.send("/ask", place.member, **words) == 303
    assert place.latest() == place.member.id


def test_other_tags_bring_the_form_back_with_everything(place: Place) -> None:
    words = WORDS | {"tags": "sleep", "title": "Does light at night change sleep?"}
    answer = place.browser.signed_in(place.member).post("/ask", words)
    assert answer.status_code == 422 and faults(answer.text) == []
    assert 'href="#as"' in answer.text and 'id="as-error"' in answer.text
    assert words["title"] in answer.text and words["text"] in answer.text and f"{BOX} checked" in answer.text


def test_the_asker_goes_on_without_a_name_unless_they_choose_to_have_one(place: Place) -> None:
    assert place.read(place.path, place.asker).count(f"{BOX} ") + 0 >= 2
    assert BOX not in place.read(place.path, place.member)
    for form, author in (
        ({"asked_as": "1", "as": "unnamed"}, anonymity.ACCOUNT_ID),
        ({"asked_as": "1"}, place.asker.id),
        # A form that was opened before, or elsewhere, did not ask.
        ({}, anonymity.ACCOUNT_ID),
    ):
        for path in (f"/t/{place.thread_id}/answer", f"/p/{place.answer_id}/comment"):
            words = {"text": f"Words {len(form)} {author} to {path[:3]}", "key": f"{len(form)}{path}"}
            assert place.send(path, place.asker, **words, **form) == 303
            assert place.latest() == author, (path, form)
    assert place.send(f"/t/{place.thread_id}/answer", place.member, text="Mine.", **{"as": "unnamed"}) == 422
    assert f"{BOX} checked" in place.read(f"/p/{place.answer_id}/comment", place.asker)


def test_nobody_is_behind_the_shared_name(place: Place) -> None:
    there = "/people/anonymous%20member"
    for viewer in (place.member, place.moderator, place.asker):
        page = place.read(there, viewer)
        assert "Not one person" in page and f"/t/{place.thread_id}" not in page
        place.read(f"{there}/flag", status=403)
    for path in (f"/feeds{there}.atom", f"{there}/references.txt", f"/moderation{there}"):
        place.read(path, place.moderator, status=404)
    assert place.browser.get(f"{there}/posts").headers["location"] == there


def test_an_own_page_lists_them_for_oneself(place: Place) -> None:
    heading = "only you see that these are yours"
    assert heading in place.read("/people/asker", place.asker)
    for viewer in (place.member, place.moderator):
        page = place.read("/people/asker", viewer)
        assert heading not in page and "hard to ask" not in page


def test_moderators_decide_without_knowing_and_can_look(place: Place) -> None:
    with place.database.writing() as db:
        item_id = flag(db, db.get_one(Post, place.opening_id), place.member).id
    path = f"/moderation/items/{item_id}"
    assert place.send(f"{path}/claim", place.moderator) == 303
    page = place.read(path, place.moderator)
    assert "Written without a name" in page and "asker" not in page.replace("Its asker", "")
    assert "all_of_author" not in page and 'name="sanction"' not in page
    assert "Nobody can be sanctioned for a post without a name" in page and "spammer" not in page
    reveal = f"/moderation/posts/{place.opening_id}/reveal"
    answer = place.browser.post(reveal, {"reason": ""})
    assert answer.status_code == 422 and 'id="reason-error"' in answer.text and faults(answer.text) == []
    answer = place.browser.post(reveal, {"reason": "It threatens somebody."})
    assert "<strong>asker</strong> wrote" in answer.text and faults(answer.text) == []
    assert "asker" not in place.read(path)


def test_a_tag_keeps_who_may_ask_without_a_name(place: Place) -> None:
    assert "Ask for a name again" in place.read("/tags/private/edit", place.moderator)
    assert place.send("/tags/private/unnamed", place.member, allowed="no") == 403
    assert place.send("/tags/private/unnamed", place.moderator, allowed="no") == 303
    with place.database.reading() as db:
        assert not db.scalars(select(Tag.allows_anonymous).where(Tag.name == "private")).one()
    assert "had questions with a tag asked under a name again" in place.read("/log")
    assert "Allow questions without a name" in place.read("/tags/private/edit")
