"""Bookmarks: private, in order, and silent about what their keeper may not see any more."""

import pytest
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum import policy
from forum.actions import bookmarking, closing, effects
from forum.discussion import bookmarks, posts
from forum.discussion.private_tables import Bookmark
from forum.discussion.tables import PostState
from forum.errors import NotFound


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
    assert gone == (answer.id, shown.at, False, "", "", "", "")
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
