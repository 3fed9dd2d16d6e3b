"""A claim is extended by work, taken over with a word, and never held by two."""

import pytest
from conftest import Clock
from moderation.acts import answer, flag, item_of, moderator, told
from sqlalchemy.orm import Session

from forum.actions import reviewing
from forum.errors import Forbidden, Invalid
from forum.moderation.claims import Claimed


def test_work_extends_a_claim_and_only_ones_own(db: Session, frozen: Clock) -> None:
    post, ann, bob = answer(db), moderator(db, "Ann"), moderator(db, "Bob")
    item = flag(db, post)
    reviewing.keep_on(db, ann, item.id)
    assert item_of(db, post).claimed_by_id is None, "who holds nothing gets nothing by it"
    reviewing.claim(db, ann, item.id)
    frozen.forward(minutes=15)
    reviewing.keep_on(db, bob, item.id)
    reviewing.keep_on(db, ann, item.id)
    frozen.forward(minutes=15)
    with pytest.raises(Claimed):
        reviewing.claim(db, bob, item.id)
    frozen.forward(minutes=6)
    reviewing.keep_on(db, ann, item.id)
    reviewing.claim(db, bob, item.id)
    assert item_of(db, post).claimed_by_id == bob.id, "a claim that has run out is not extended"


def test_the_former_holder_is_told_with_a_word(db: Session) -> None:
    post, ann, bob = answer(db), moderator(db, "Ann"), moderator(db, "Bob")
    item = flag(db, post)
    reviewing.claim(db, ann, item.id)
    reviewing.take_over(db, bob, item.id, ann.id, "  I know this\nauthor. ")
    assert item_of(db, post).claimed_by_id == bob.id
    (message,) = told(db, ann)
    assert (message.kind, message.author_id, message.path) == (
        "claim",
        bob.id,
        f"/moderation/items/{item.id}",
    )
    assert message.subject == "Bob works on your review item now"
    assert "I know this\nauthor." in message.text
    with pytest.raises(Claimed, match="Bob holds this item"):
        reviewing.decide(db, ann, item.id, "keep", "", "", item_of(db, post).version)


def test_a_word_is_needed(db: Session) -> None:
    post, ann, bob = answer(db), moderator(db, "Ann"), moderator(db, "Bob")
    item = flag(db, post)
    reviewing.claim(db, ann, item.id)
    for words in (" \n", "x" * 301):
        with pytest.raises(Invalid) as invalid:
            reviewing.take_over(db, bob, item.id, ann.id, words)
        assert invalid.value.fields.keys() == {"words"}
    assert item_of(db, post).claimed_by_id == ann.id


def test_nothing_is_taken_from_a_third_one(db: Session) -> None:
    post, ann, bob, cleo = answer(db), moderator(db, "Ann"), moderator(db, "Bob"), moderator(db, "Cleo")
    item = flag(db, post)
    reviewing.claim(db, ann, item.id)
    reviewing.take_over(db, bob, item.id, ann.id, "Mine.")
    with pytest.raises(Claimed, match="Bob holds this item"):
        reviewing.take_over(db, cleo, item.id, ann.id, "Mine too.")
    assert len(told(db, ann)) == 1 and told(db, bob) == []


def test_taking_over_what_nobody_holds_tells_nobody(db: Session, frozen: Clock) -> None:
    post, ann, bob = answer(db), moderator(db, "Ann"), moderator(db, "Bob")
    item = flag(db, post)
    reviewing.claim(db, ann, item.id)
    reviewing.take_over(db, ann, item.id, ann.id, "Still me.")
    frozen.forward(minutes=20)
    reviewing.take_over(db, bob, item.id, ann.id, "Is anybody there?")
    assert item_of(db, post).claimed_by_id == bob.id
    assert told(db, ann) == []


def test_claims_are_for_moderators(db: Session) -> None:
    post = answer(db)
    item = flag(db, post)
    author = moderator(db)._replace(role="member")  # type: ignore[arg-type]
    for act in (
        lambda: reviewing.keep_on(db, author, item.id),
        lambda: reviewing.take_over(db, author, item.id, 1, "Please."),
        lambda: reviewing.decide_many(db, author, {item.id: 1}, "keep", "", ""),
    ):
        with pytest.raises(Forbidden):
            act()
