"""A sentence without a source is marked until something becomes of that."""

import pytest
from makers import make_account, make_answer, make_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import editing, requesting, withdrawing
from forum.discussion import requests
from forum.discussion.tables import Post, SourceRequest
from forum.errors import Conflict, Forbidden, Invalid, NotFound
from forum.inbox.tables import Message

SENTENCE = "Sleep got longer by half an hour."
TEXT = f"I read a lot. {SENTENCE} Moods did not change [@doi:10.5555/mood], though."


def asked(db: Session, text: str = TEXT) -> tuple[Actor, Actor, Post, SourceRequest]:
    author, reader = make_account(db), make_account(db)
    post = make_answer(db, make_thread(db), author, text=text)
    requesting.ask(db, reader, post.id, SENTENCE)
    return author, reader, post, requests.open_ones(db, post.id)[0]


def told(db: Session, account_id: int) -> list[str]:
    wanted = select(Message.text).where(Message.account_id == account_id, Message.kind.startswith("source-"))
    return list(db.scalars(wanted.order_by(Message.id)))


def test_the_sentence_is_marked_and_the_author_hears(db: Session) -> None:
    author, reader, post, _ = asked(db)
    assert f'<mark class="unsourced">{SENTENCE}</mark>' in post.html
    assert f'href="/p/{post.id}/source-needed"' in post.html
    (words,) = told(db, author.id)
    assert reader.name in words
    assert SENTENCE in words
    requesting.ask(db, make_account(db), post.id, SENTENCE)
    assert len(requests.open_ones(db, post.id)) == 1, "asked twice, it is asked once"
    assert len(told(db, author.id)) == 1


def test_a_source_in_the_sentence_takes_the_mark_away(db: Session) -> None:
    author, reader, post, request = asked(db)
    cited = TEXT.replace("half an hour.", "half an hour [@doi:10.5555/sleep].")
    editing.edit(db, author, post.id, cited, 1)
    assert (request.state, "unsourced" in post.html) == ("cited", False)
    assert "a source stands there now" in told(db, reader.id)[0]


def test_an_edit_of_other_words_keeps_the_mark(db: Session) -> None:
    author, reader, post, request = asked(db)
    editing.edit(db, author, post.id, TEXT.replace("I read a lot.", "I read much."), 1)
    assert (request.state, "unsourced" in post.html) == ("open", True)
    editing.edit(db, author, post.id, TEXT.replace("by half an hour", "by nearly half an hour"), 2)
    assert request.sentence == "Sleep got longer by nearly half an hour."
    assert f'<mark class="unsourced">{request.sentence}</mark>' in post.html
    assert told(db, reader.id) == []


def test_a_sentence_that_goes_takes_its_mark_along(db: Session) -> None:
    author, reader, post, request = asked(db)
    editing.edit(db, author, post.id, "I have nothing to say about that.", 1)
    assert (request.state, "unsourced" in post.html) == ("gone", False)
    assert "no longer there" in told(db, reader.id)[0]


def test_the_author_declines_with_a_reason(db: Session) -> None:
    author, reader, post, request = asked(db)
    with pytest.raises(Invalid) as error:
        requesting.settle(db, author, request.id, " ")
    assert set(error.value.fields) == {"why"}
    requesting.settle(db, author, request.id, "It is my own diary.")
    assert (request.state, "unsourced" in post.html) == ("declined", False)
    assert "It is my own diary." in told(db, reader.id)[0]
    with pytest.raises(Conflict):
        requesting.settle(db, author, request.id, "Again.")


def test_a_moderator_clears_and_the_asker_takes_back(db: Session) -> None:
    _, reader, post, request = asked(db)
    moderator = make_account(db, role=Role.MODERATOR)
    with pytest.raises(Forbidden):
        requesting.settle(db, make_account(db), request.id, "Because.")
    requesting.settle(db, moderator, request.id, "It is common knowledge.")
    assert request.state == "cleared"
    requesting.ask(db, reader, post.id, SENTENCE)
    again = requests.open_ones(db, post.id)[0]
    requesting.settle(db, reader, again.id, "")
    assert (again.state, "unsourced" in post.html) == ("cleared", False)
    assert len(told(db, reader.id)) == 1, "nobody is told of the own act"


@pytest.mark.parametrize("sentence", ["", "Nobody wrote this sentence.", "Moods did not change [1], though."])
def test_only_sentences_without_a_source(db: Session, sentence: str) -> None:
    post = make_answer(db, make_thread(db), text=TEXT)
    with pytest.raises(Invalid) as error:
        requesting.ask(db, make_account(db), post.id, sentence)
    assert set(error.value.fields) == {"sentence"}


def test_a_post_that_is_gone_tells_nobody(db: Session) -> None:
    author, reader, post, request = asked(db)
    withdrawing.withdraw(db, author, post.id)
    with pytest.raises(NotFound):
        requesting.ask(db, make_account(db), post.id, "I read a lot.")
    with pytest.raises(NotFound):
        requesting.settle(db, reader, request.id, "")
    requesting.settle(db, author, request.id, "Never mind.")
    assert told(db, reader.id) == []


def test_there_is_an_end_to_asking(db: Session) -> None:
    text = "\n\n".join(f"This is the statement number {number} of all." for number in range(12))
    post = make_answer(db, make_thread(db), text=text)
    reader = make_account(db)
    for sentence in requests.wanting(post)[: requests.MOST]:
        requesting.ask(db, reader, post.id, sentence)
    with pytest.raises(Invalid):
        requesting.ask(db, reader, post.id, requests.wanting(post)[-1])
