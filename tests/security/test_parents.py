"""Rows are opened by what they belong to: the id of another's row, or of another parent, finds nothing."""

from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_comment, make_letter, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.actions import flagging, posting, requesting
from forum.db import Database
from forum.discussion import citations
from forum.discussion.tables import Post, SourceRequest, Verification
from forum.errors import ForumError
from forum.inbox import messages
from forum.moderation import flags, subjects
from forum.moderation.tables import FlagState


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database, held_posts=0)) as browser:
        yield browser


def test_a_source_that_the_post_does_not_cite(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        reader, author = make_account(db), make_account(db)
        one = opening(db, make_thread(db, author, text="One [@doi:10.5555/one]."))
        two = opening(db, make_thread(db, author, text="Two [@doi:10.5555/two]."))
        (other,) = citations.of_posts(db, [two.id])
    browser.signed_in(reader)
    path = f"/p/{one.id}/sources/{other}"
    assert browser.get(path).status_code == 404
    assert browser.post(path, {"verdict": "supports", "revision": "1"}).status_code == 404
    with database.reading() as db:
        assert not db.scalars(select(Verification)).all()


def test_somebody_elses_flag_and_message(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        mine, theirs = make_account(db), make_account(db)
        post = opening(db, make_thread(db))
        flagging.flag(db, theirs, post.id, "rude", "")
        flag = flags.open_flag(db, subjects.post(post.id), theirs.id)
        assert flag is not None
        message = messages.send(
            db, theirs.id, "answer", make_letter("Subject", "Words."), "", author_id=mine.id
        )
    browser.signed_in(mine)
    assert browser.post(f"/flags/{flag.id}/withdraw").status_code == 404
    assert browser.get(f"/inbox/{message.id}/flag").status_code == 404
    with database.reading() as db:
        assert flags.open_flag(db, subjects.post(post.id), theirs.id).state == FlagState.OPEN  # type: ignore[union-attr]


def test_reading_ones_inbox_up_to_anothers_message(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        mine, theirs = make_account(db), make_account(db)
        message = messages.send(db, theirs.id, "answer", make_letter("Subject", "Words."), "")
    browser.signed_in(mine).post("/inbox/read", {"upto": str(message.id)})
    with database.reading() as db:
        assert db.scalars(select(Account.unread).where(Account.id == theirs.id)).one() == 1


def test_a_request_for_a_source_is_settled_by_whose_it_is(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        stranger, author = make_account(db), make_account(db)
        post = opening(db, make_thread(db, author, text="Everybody knows that this is so. It is well known."))
        requesting.ask(db, make_account(db), post.id, "Everybody knows that this is so.")
        (request,) = db.scalars(select(SourceRequest))
    answer = browser.signed_in(stranger).post(f"/source-requests/{request.id}/settle", {"why": "Done."})
    assert answer.status_code in (403, 404)
    with database.reading() as db:
        assert db.get_one(SourceRequest, request.id).state == "open"


@pytest.mark.parametrize("parent", ["null", "0", "", "999999"])
def test_a_field_cannot_move_a_comment_elsewhere(browser: Browser, database: Database, parent: str) -> None:
    with database.writing() as db:
        writer = make_account(db)
        thread, elsewhere = make_thread(db), make_thread(db)
        answer, other = make_answer(db, thread), make_answer(db, elsewhere)
    browser.signed_in(writer)
    form = {
        "text": "A comment of mine.",
        "parent_id": parent or str(other.id),
        "thread_id": str(elsewhere.id),
    }
    assert browser.post(f"/p/{answer.id}/comment", form).status_code == 303
    with database.reading() as db:
        comment = db.scalars(select(Post).where(Post.author_id == writer.id)).one()
        assert (comment.parent_id, comment.thread_id) == (answer.id, thread.id)


def test_no_comment_under_a_comment_and_none_under_nothing(db: Session) -> None:
    writer = make_account(db)
    under = make_comment(db, make_answer(db, make_thread(db)))
    for post_id in (under.id, 999_999, 0, -1):
        with pytest.raises(ForumError):
            posting.comment(db, writer, post_id, "A comment of mine.", key="", held_posts=0)


def test_the_author_is_who_is_signed_in_whatever_the_form_says(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        writer, other = make_account(db), make_account(db)
        thread = make_thread(db)
    form = {
        "text": "Words of mine.", "author_id": str(other.id), "account_id": str(other.id), "state": "shown",
        "score": "99", "id": "1", "created_at": "2000-01-01", "accepted_at": "2026-01-01", "visible": "1",
    }  # fmt: skip
    browser.signed_in(writer).post(f"/t/{thread.id}/answer", form)
    with database.reading() as db:
        post = db.scalars(select(Post).where(Post.author_id == writer.id)).one()
        assert (post.score, post.accepted_at, post.thread_id) == (0, None, thread.id)
        assert not db.scalars(select(Post).where(Post.author_id == other.id)).all()
