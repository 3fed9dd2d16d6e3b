"""Readers say what a source says; enough of them bring the post to the moderators; the author hears."""

import pytest
from makers import make_account, make_answer, make_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.actions import editing, purposing, verifying
from forum.discussion import cited, verifications
from forum.discussion.tables import Post
from forum.errors import Forbidden, Invalid, NotFound
from forum.inbox.tables import Message
from forum.moderation.tables import Flag, ReviewItem

TEXT = "Sleep got longer [supports @doi:10.5555/sleep, p. 4], people say."


def answer(db: Session) -> tuple[Actor, Post, int]:
    author = make_account(db)
    post = make_answer(db, make_thread(db), author, text=TEXT)
    return author, post, cited.by_post(db, post.id)[0].reference_id


def told(db: Session, account_id: int) -> list[str]:
    wanted = select(Message.kind).where(Message.account_id == account_id).order_by(Message.id)
    return list(db.scalars(wanted))


def test_what_readers_say_stands_at_the_citation(db: Session) -> None:
    author, post, reference_id = answer(db)
    readers = [make_account(db) for _ in range(3)]
    verifying.verify(db, readers[0], post.id, reference_id, "supported", "")
    verifying.verify(db, readers[1], post.id, reference_id, "partly", "Only in men, p. 6.")
    verifying.verify(db, readers[2], post.id, reference_id, "unreached", "")
    (use,) = cited.by_post(db, post.id)
    assert (use.supported, use.partly, use.unsupported, use.unreached) == (1, 1, 0, 1)
    assert told(db, author.id) == ["verified"] * 3
    said = verifications.of_citation(db, post.id, reference_id)
    assert {(one.reader, one.verdict, one.note, one.is_outdated) for one in said} == {
        (readers[0].name, "supported", "", False),
        (readers[1].name, "partly", "Only in men, p. 6.", False),
        (readers[2].name, "unreached", "", False),
    }


def test_a_reader_has_one_word_and_may_change_it_or_take_it_back(db: Session) -> None:
    author, post, reference_id = answer(db)
    reader = make_account(db)
    verifying.verify(db, reader, post.id, reference_id, "supported", "")
    verifying.verify(db, reader, post.id, reference_id, "supported", "")
    assert told(db, author.id) == ["verified"], "the same word twice is told once"
    verifying.verify(db, reader, post.id, reference_id, "partly", "In part.")
    (use,) = cited.by_post(db, post.id)
    assert (use.supported, use.partly) == (0, 1)
    verifying.take_back(db, reader, post.id, reference_id)
    (use,) = cited.by_post(db, post.id)
    assert (use.supported, use.partly) == (0, 0)
    assert verifications.mine(db, post.id, reference_id, reader.id) == {}


def test_two_readers_who_say_no_bring_the_post_to_the_moderators(db: Session) -> None:
    _, post, reference_id = answer(db)
    first, second, third = (make_account(db) for _ in range(3))
    verifying.verify(db, first, post.id, reference_id, "unsupported", "It is about mice.")
    assert db.scalars(select(ReviewItem)).all() == []
    verifying.verify(db, second, post.id, reference_id, "unsupported", "It says the opposite.")
    (item,) = db.scalars(select(ReviewItem))
    assert (item.post_id, item.state, item.flag_count) == (post.id, "open", 2)
    verifying.verify(db, third, post.id, reference_id, "unsupported", "No.")
    verifying.verify(db, first, post.id, reference_id, "unsupported", "Mice, as I said.")
    flags = db.scalars(select(Flag).order_by(Flag.id)).all()
    assert [(flag.account_id, flag.reason) for flag in flags] == [
        (reader.id, "source-mismatch") for reader in (first, second, third)
    ]
    assert "It is about mice." in flags[0].words


def test_an_edit_keeps_what_was_said_and_says_that_it_is_older(db: Session) -> None:
    author, post, reference_id = answer(db)
    verifying.verify(db, make_account(db), post.id, reference_id, "supported", "")
    editing.edit(db, author, post.id, f"In short: {TEXT}", 1)
    (use,) = cited.by_post(db, post.id)
    assert use.supported == 1
    assert [one.is_outdated for one in verifications.of_citation(db, post.id, reference_id)] == [True]


@pytest.mark.parametrize(
    ("verdict", "note", "field"),
    [
        ("", "", "verdict"),
        ("maybe", "", "verdict"),
        ("unsupported", " ", "note"),
        ("supported", "x" * 501, "note"),
    ],
)
def test_what_is_missing_is_said(db: Session, verdict: str, note: str, field: str) -> None:
    _, post, reference_id = answer(db)
    with pytest.raises(Invalid) as error:
        verifying.verify(db, make_account(db), post.id, reference_id, verdict, note)
    assert set(error.value.fields) == {field}


def test_only_other_readers_of_what_the_post_cites(db: Session) -> None:
    author, post, reference_id = answer(db)
    with pytest.raises(Forbidden):
        verifying.verify(db, author, post.id, reference_id, "supported", "")
    with pytest.raises(NotFound):
        verifying.verify(db, make_account(db), post.id, reference_id + 1, "supported", "")
    with pytest.raises(Forbidden):
        purposing.mark(db, make_account(db), post.id, reference_id, True)


def test_an_author_can_say_that_a_source_is_cited_on_purpose(db: Session) -> None:
    author, post, reference_id = answer(db)
    purposing.mark(db, author, post.id, reference_id, True)
    editing.edit(db, author, post.id, f"In short: {TEXT}", 1)
    assert [use.on_purpose for use in cited.by_post(db, post.id)] == [True]
    purposing.mark(db, author, post.id, reference_id, False)
    assert [use.on_purpose for use in cited.by_post(db, post.id)] == [False]
