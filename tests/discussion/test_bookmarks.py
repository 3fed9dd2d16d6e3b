"""Bookmarks: private, in order, and silent about what their keeper may not see any more."""

from datetime import UTC, datetime, timedelta

import pytest
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum import policy
from forum.actions import bookmarking, closing, effects
from forum.config import settings
from forum.db import Database
from forum.discussion import bookmarks, posts
from forum.discussion.private_tables import Bookmark
from forum.discussion.tables import PostState
from forum.errors import Invalid, NotFound
from forum.inbox.channel_tables import InboxChoice
from forum.inbox.tables import Message


def kept(db: Session, account_id: int, limit: int = 9) -> list[int]:
    """Ids of the bookmarked posts, page by page."""
    ids: list[int] = []
    after: str | None = None
    while True:
        page = bookmarks.of_account(db, account_id, after, limit)
        ids += [found.post_id for found in page.items]
        if page.next is None:
            return ids
        after = page.next


def test_the_latest_bookmark_comes_first_and_each_once(db: Session, frozen) -> None:
    reader, thread = make_account(db), make_thread(db)
    answer = make_answer(db, thread)
    wanted = [opening(db, thread), answer, make_comment(db, answer)]
    for post in wanted[:2]:
        bookmarking.bookmark(db, reader, post.id)
    frozen.forward(minutes=1)
    bookmarking.bookmark(db, reader, wanted[2].id)
    bookmarking.bookmark(db, reader, wanted[2].id)
    assert kept(db, reader.id) == kept(db, reader.id, 1) == [post.id for post in wanted[::-1]]
    assert kept(db, make_account(db).id) == []
    page = policy.read_thread(db, reader, thread.id)
    assert page.opening.bookmarked and page.answers[0].bookmarked and page.answers[0].comments[0].bookmarked
    assert not policy.read_thread(db, make_account(db), thread.id).opening.bookmarked
    bookmarking.remove(db, reader, answer.id)
    assert kept(db, reader.id) == [wanted[2].id, wanted[0].id]


def test_what_is_gone_from_sight_is_shown_as_such_without_a_word_of_it(db: Session) -> None:
    reader, writer = make_account(db), make_account(db)
    answer = make_answer(db, make_thread(db, title="A title of others"), writer, text="Words of the answer.")
    for person in (reader, writer):
        bookmarking.bookmark(db, person, answer.id)
    (shown,) = bookmarks.of_account(db, reader.id, None, 9).items
    assert (shown.kind, shown.title, shown.author) == ("answer", "A title of others", writer.name)
    assert shown.is_there and shown.excerpt == "Words of the answer."
    effects.publish(db, answer.thread_id, posts.move(db, answer, PostState.HIDDEN, None))
    (gone,) = bookmarks.of_account(db, reader.id, None, 9).items
    assert gone == (answer.id, shown.at, False, "", "", "", "", "", None)
    (own,) = bookmarks.of_account(db, writer.id, None, 9).items
    assert own.is_there and own.excerpt == "Words of the answer."
    bookmarking.remove(db, reader, answer.id)
    assert kept(db, reader.id) == []


def test_nobody_bookmarks_what_they_do_not_see(db: Session) -> None:
    held = make_answer(db, make_thread(db), make_account(db, shown_posts=0))
    with pytest.raises(NotFound):
        bookmarking.bookmark(db, make_account(db), held.id)


def test_a_closed_account_has_no_bookmarks(db: Session) -> None:
    reader, other = make_account(db, "Ann"), make_account(db)
    post = opening(db, make_thread(db))
    for person in (reader, other):
        bookmarking.bookmark(db, person, post.id)
    closing.close(db, reader, "Ann", withdraw=False, device="Firefox")
    assert kept(db, reader.id) == [] and kept(db, other.id) == [post.id]
    assert db.scalar(select(func.count()).select_from(Bookmark)) == 1


def test_a_note_and_a_day_are_kept_and_changed(db: Session) -> None:
    reader, other = make_account(db), make_account(db)
    post = opening(db, make_thread(db))
    for person in (reader, other):
        bookmarking.bookmark(db, person, post.id)
    bookmarking.annotate(db, reader, post.id, " Read the\nsecond part. ", "2999-01-31")
    (mine,) = bookmarks.of_account(db, reader.id, None, 9).items
    assert (mine.note, mine.remind_at) == ("Read the\nsecond part.", datetime(2999, 1, 31, 7, tzinfo=UTC))
    (theirs,) = bookmarks.of_account(db, other.id, None, 9).items
    assert (theirs.note, theirs.remind_at) == ("", None)
    bookmarking.annotate(db, reader, post.id, "", "")
    assert bookmarks.of_account(db, reader.id, None, 9).items[0].remind_at is None
    with pytest.raises(NotFound):
        bookmarking.annotate(db, make_account(db), post.id, "Not mine.", "")


def test_what_cannot_be_a_note_or_a_day_is_said_beside_it(db: Session, frozen) -> None:
    reader, post = make_account(db), opening(db, make_thread(db))
    bookmarking.bookmark(db, reader, post.id)
    for day, words in (
        ("soon", "Give a day"),
        (f"{frozen():%Y-%m-%d}", "from tomorrow"),
        ("2001-01-01", "from tomorrow"),
        ("9999-12-31", "nearer"),
    ):
        with pytest.raises(Invalid, match=words) as caught:
            bookmarking.annotate(db, reader, post.id, "x" * 501, day)
        assert list(caught.value.fields) == ["note", "day"]


def test_the_day_begins_where_its_keeper_lives(db: Session, frozen) -> None:
    reader, post = make_account(db), opening(db, make_thread(db))
    db.add(InboxChoice(account_id=reader.id, time_zone="Pacific/Auckland"))
    bookmarking.bookmark(db, reader, post.id)
    bookmarking.annotate(db, reader, post.id, "", "2999-01-31")
    (mine,) = bookmarks.of_account(db, reader.id, None, 9).items
    assert mine.remind_at == datetime(2999, 1, 30, 18, tzinfo=UTC)


def test_people_are_reminded_once_on_their_day(database: Database, frozen) -> None:
    with database.writing() as db:
        reader = make_account(db)
        thread = make_thread(db, title="A title of others")
        shown, hidden = opening(db, thread).id, make_answer(db, make_thread(db, title="Hidden words here"))
        for post_id in (shown, hidden.id):
            bookmarking.bookmark(db, reader, post_id)
            bookmarking.annotate(
                db, reader, post_id, "Look again.", f"{frozen() + timedelta(days=3):%Y-%m-%d}"
            )
        effects.publish(db, hidden.thread_id, posts.move(db, hidden, PostState.HIDDEN, None))
    bookmarking.remind(database, settings())
    assert told(database) == []
    frozen.forward(days=4)
    for _ in range(2):
        bookmarking.remind(database, settings())
    found = sorted(told(database))
    assert [each[0] for each in found] == [
        "You wanted to come back to a post",
        "You wanted to come back to “A title of others”",
    ]
    assert [each[2:] for each in found] == [(None, "/account/bookmarks"), (shown, f"/p/{shown}")]
    assert all("Your note: Look again." in each[1] for each in found)
    assert "Hidden words" not in str(found)
    with database.reading() as db:
        assert [each.remind_at for each in bookmarks.of_account(db, reader.id, None, 9).items] == [None, None]


def told(database: Database) -> list[tuple[str, str, int | None, str]]:
    wanted = select(Message.subject, Message.text, Message.post_id, Message.path)
    with database.reading() as db:
        return [tuple(each) for each in db.execute(wanted.where(Message.kind == "reminder"))]
