"""The inbox as a page: by thread, in parts, read by opening and by reading the thread, undone; and what is
told by mail as well, chosen."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from browsing import Browser, make_app
from community import beside, faults, typed
from makers import make_account, make_answer, make_comment, make_letter, make_thread
from sqlalchemy import delete, select

from forum.accounts.tables import Account, Actor
from forum.db import Database
from forum.discussion import posts
from forum.discussion.tables import Post, PostState
from forum.inbox import channels, messages
from forum.inbox.channel_tables import InboxChoice
from forum.inbox.channels import Digest
from forum.inbox.kinds import CHOOSABLE, Group, Mail
from forum.inbox.tables import Message

LONG = "Is a title that is very long, with Donaudampfschifffahrtsgesellschaft" + "s" * 60 + ", also read?"


class Place(NamedTuple):
    """Somebody who asked, and was answered and commented on by others."""

    browser: Browser
    database: Database
    asker: Actor
    other: Actor
    thread: str
    thread_id: int
    newest: int

    def read(self, path: str = "/inbox") -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200
        assert faults(answer.text) == []
        return answer.text

    def send(self, path: str, **form: str) -> str:
        """Where the form leads."""
        answer = self.browser.post(path, form)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def new(self) -> list[str]:
        """The kinds of the asker's unread messages, the oldest first."""
        with self.database.reading() as db:
            mine = (Message.account_id == self.asker.id, Message.read_at.is_(None))
            return list(db.scalars(select(Message.kind).where(*mine).order_by(Message.id)))


@pytest.fixture
def place(database: Database, frozen: object) -> Iterator[Place]:
    with database.writing() as db:
        asker, other = make_account(db, "asker"), make_account(db, "other")
        thread = make_thread(db, asker, title=LONG)
        make_answer(db, thread, other)
        answer = make_answer(db, thread, make_account(db, "third"))
        newest = make_comment(db, answer, other, text="Ask @asker about it.")
        db.execute(delete(Message).where(Message.account_id != asker.id))
        messages.send(db, asker.id, "decision", make_letter("Decided"), "/account", thread_id=thread.id)
        messages.send(db, asker.id, "welcome", make_letter("Welcome", "Hello."), "/welcome")
        path = f"/t/{thread.id}/{thread.slug}"
        thread_id, newest_id = thread.id, newest.id
    with Browser(make_app(database)) as browser:
        yield Place(browser.signed_in(asker), database, asker, other, path, thread_id, newest_id)


def test_a_thread_is_one_entry_with_its_title(place: Place) -> None:
    assert place.new() == ["answer", "answer", "mention", "decision", "welcome"]
    page = place.read()
    headings = re.findall(r"<h2>(.*?)</h2>", page, re.S)
    words = [re.sub(r"<[^>]*>|\s+", " ", heading).split() for heading in headings]
    assert [" ".join(line) for line in words] == ["Unread: Welcome", f"Unread: {LONG}"]
    assert f'href="/inbox?show=thread-{place.thread_id}">1 more<' in page
    assert '<span class="count">5</span>' in page
    assert "Decided" in page and "other" in page
    alone = place.read(f"/inbox?show=thread-{place.thread_id}")
    assert alone.count("<h2>") == 4 and "Hello." not in alone


def test_the_lines_under_a_title_do_not_say_it_again(place: Place) -> None:
    page = place.read()
    assert page.count(LONG) == page.count(f'form="inbox">{LONG}<') + page.count(f": {LONG}") > 0
    for words in ("asker", "Decided", "other mentioned you", "third answered"):
        assert words in page
    alone = place.read(f"/inbox?show=thread-{place.thread_id}")
    assert f"third answered “{LONG[:40]}" in alone, "no title stands above it"
    with place.database.writing() as db:
        db.get_one(Account, place.asker.id).language = "fr"
    assert "third a répondu" in place.read()


#: What is said in each part when nothing is there.
NOTHING = {
    "": "Nothing for you yet",
    "unread": "You have read everything",
    "answers": "When somebody answers your question",
    "mentions": "calls you by your name",
    "moderation": "What moderators decided",
    "account": "What concerns your account",
    "sources": "When a source that you cite",
}


def test_each_part_has_its_link_and_its_own_words_when_nothing_is_there(place: Place) -> None:
    paths = {f"/inbox?show={show}" if show else "/inbox": show for show in NOTHING}
    for path, show in paths.items():
        page = place.read(path)
        assert f'<a href="{path}" aria-current="page">' in page
        assert ('class="empty"' in page) == (show == "sources")
    assert 'Answers <span class="soft">2<span' in page
    with place.database.writing() as db:
        db.execute(delete(Message))
        db.get_one(Account, place.asker.id).unread = 0
    for path, show in paths.items():
        assert NOTHING[show] in place.read(path)


def test_opening_an_entry_leads_to_its_place_and_reads_it_but_no_decision(place: Place) -> None:
    page = place.read("/inbox?show=mentions")
    number = re.findall(r'name="open" value="(\d+)"', page)[0]
    assert place.send("/inbox/read", open=number) == f"/p/{place.newest}"
    assert place.new() == ["decision", "welcome"]
    # Nothing is marked by looking, nor for anybody else.
    place.read()
    place.browser.signed_in(place.other)
    assert place.browser.post("/inbox/read", {"open": number}).status_code == 404
    assert place.new() == ["decision", "welcome"]


def test_reading_the_thread_reads_what_was_told_of_it(place: Place) -> None:
    page = place.browser.get(place.thread).text
    newest = re.findall(r'data-newest="(\d+)"', page)[0]
    assert int(newest) == place.newest
    assert (
        place.browser.post(f"/t/{place.thread_id}/read", {"post": str(place.newest - 1)}).status_code == 204
    )
    assert place.new() == ["mention", "decision", "welcome"]
    assert place.browser.post(f"/t/{place.thread_id}/read", {"post": newest}).status_code == 204
    assert place.new() == ["decision", "welcome"]
    # Again after it was marked as unread by hand: the thread is known as read, and still it counts.
    with place.database.reading() as db:
        number = db.scalars(select(Message.id).where(Message.kind == "mention")).one()
    place.send("/inbox/unread", id=str(number))
    assert place.new() == ["mention", "decision", "welcome"]
    place.browser.post(f"/t/{place.thread_id}/read", {"post": "9999999999"})
    assert place.new() == ["decision", "welcome"]


def test_all_of_a_part_is_marked_and_that_is_undone(place: Place) -> None:
    page = place.read("/inbox?show=answers")
    newest = re.findall(r'name="upto" value="(\d+)"', page)[0]
    back = place.send("/inbox/read", upto=newest, show="answers")
    assert back.startswith("/inbox?show=answers&marked=")
    assert place.new() == ["mention", "decision", "welcome"]
    page = place.read(back)
    assert "2 marked as read." in page and 'class="unread"' not in page
    place.browser.signed_in(place.other)
    assert "marked as read" not in place.browser.get(back).text
    marked = typed(page, "marked")
    place.send("/inbox/unread", marked=marked)
    assert place.new() == ["mention", "decision", "welcome"]
    place.browser.signed_in(place.asker)
    assert place.send("/inbox/unread", marked=marked, show="answers") == "/inbox?show=answers"
    assert place.new() == ["answer", "answer", "mention", "decision", "welcome"]
    assert "marked as read" not in place.read(back)


def test_an_entry_is_marked_whole_and_one_message_alone(place: Place) -> None:
    page = place.read()
    entry = re.findall(r'name="entry" value="(\d+)"', page)[0]
    place.send("/inbox/read", entry=entry)
    assert place.new() == ["welcome"]
    welcome = re.findall(r'name="id" value="(\d+)"', page)[0]
    place.send("/inbox/read", id=welcome)
    assert place.new() == []
    page = place.read()
    assert 'class="unread"' not in page and "Unread:" not in page and 'class="count"' not in page
    assert "Mark all as read" not in page
    place.send("/inbox/unread", id=entry)
    assert place.new() == ["decision"]


def test_nonsense_marks_nothing(place: Place) -> None:
    before = place.new()
    for form in ({}, {"open": "x"}, {"id": "-1"}, {"upto": "1e9"}, {"marked": "x"}, {"entry": "0"}):
        for path in ("/inbox/read", "/inbox/unread"):
            assert place.send(path, after="", show="nonsense", **form) == "/inbox"
    assert place.new() == before
    assert place.browser.get("/inbox?after=x&show=thread-0&marked=x").status_code == 200
    for path in ("/inbox/read", "/inbox/unread"):
        assert place.browser.get(path).status_code in (404, 405)


def test_a_post_that_is_gone_leaves_no_words_in_the_inbox(place: Place) -> None:
    with place.database.writing() as db:
        messages.send(
            db, place.asker.id, "mention", make_letter("A secret title", "Secret words."), "/p/2", post_id=2
        )
        posts.move(db, db.get_one(Post, 2), PostState.REMOVED, None, "")
    page = place.read()
    assert "ecret" not in page and "About a post that is not shown any more" in page


# --- what is told by mail as well ---------------------------------------------------------------------------

FORM = {
    "digest": "weekly",
    "time_zone": "America/New_York",
    "quiet_from": "22",
    "quiet_to": "7",
    "own_threads": "watch",
    **{f"mail-{group}": "once" for group in CHOOSABLE},
    "mail-comments": "none",
}


def test_our_pages_that_a_message_names_are_links_and_all_else_is_text(place: Place) -> None:
    letter = make_letter("A warning", "<b>Read</b> it at /account/standing : now. //evil.example/account/x")
    with place.database.writing() as db:
        messages.send(db, place.asker.id, "decision", letter, "/account/decisions/1")
    page = place.read()
    assert '&lt;b&gt;Read&lt;/b&gt; it at <a href="/account/standing">/account/standing</a> : now.' in page
    assert " //evil.example/account/x</p>" in page


def test_what_is_chosen_is_kept_and_said_in_words(place: Place) -> None:
    page = place.read("/account/messages")
    assert (typed(page, "digest"), typed(page, "time_zone"), typed(page, "own_threads")) == (
        "none",
        "UTC",
        "follow",
    )
    assert "because you chose no digest: what is new in what you follow." in page
    assert place.send("/account/messages", **FORM) == "/account/messages?told=messages-chosen"
    page = place.read("/account/messages")
    assert {name: typed(page, name) for name in FORM} == FORM
    assert "Once a week, on Monday at 7:00 (New York)" in page
    assert "Not by mail: comments on your posts." in page
    with place.database.reading() as db:
        chosen = channels.of(db, place.asker.id)
        others = channels.of(db, place.other.id)
    assert (chosen.digest, chosen.mails[Group.COMMENTS]) == (Digest.WEEKLY, Mail.NONE)
    assert others == channels.DEFAULTS
    for path in ("/inbox", "/account"):
        assert 'href="/account/messages"' in place.read(path)


def test_a_member_of_the_sample_community_reads_that_no_mail_comes(place: Place) -> None:
    assert "sample community" not in place.read("/account/messages")
    with place.database.writing() as db:
        db.get_one(Account, place.asker.id).is_sample = True
    page = place.read("/account/messages")
    assert "This account belongs to the sample community, whose members never get mail" in page
    said = page.partition("in-words")[2]
    assert "Nothing comes by mail, because this account belongs to the sample community." in said
    assert "By mail after an hour" not in page and "no mail address" not in page


def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(place: Place) -> None:
    wrong = {**FORM, "quiet_to": "", "time_zone": "Mars/Base", "mail-answers": "perhaps"}
    answer = place.browser.post("/account/messages", wrong)
    assert answer.status_code == 422 and faults(answer.text) == []
    assert beside(answer.text, "quiet_to") == "Choose when they end, too."
    assert beside(answer.text, "time_zone") == "Choose a time zone from the list."
    assert beside(answer.text, "mail-answers") == "Choose one of these."
    kept = {
        name: typed(answer.text, name) for name in ("digest", "quiet_from", "own_threads", "mail-comments")
    }
    assert kept == {name: FORM[name] for name in kept}
    assert place.browser.post("/account/messages", {}).status_code == 422
    with place.database.reading() as db:
        assert channels.of(db, place.asker.id) == channels.DEFAULTS


def test_an_address_that_refused_mail_is_tried_again(place: Place) -> None:
    with place.database.writing() as db:
        moment = db.get_one(Account, place.asker.id).created_at
        db.add(InboxChoice(account_id=place.asker.id, bounces=3, bounced_at=moment, paused_at=moment))
    page = place.read("/account/messages")
    assert "Mails to asker@example.org came back." in page and "came back" in page.partition("in-words")[2]
    assert place.send("/account/messages/try-again") == "/account/messages?told=mail-resumed"
    assert "came back" not in place.read("/account/messages")
    with place.database.writing() as db:
        account = db.get_one(Account, place.asker.id)
        account.email = account.email_key = None
    assert "You have no mail address here" in place.read("/account/messages")
