"""One verdict for many items: each is decided, or says why not."""

import pytest
from makers import make_account
from moderation.acts import answer, decide, flag, item_of, look, moderator
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.actions import covering, reviewing
from forum.discussion.tables import Post, PostState
from forum.errors import Invalid
from forum.moderation.rules import AGAINST_ACCOUNTS, ALONE
from forum.moderation.tables import Decision, ItemState


def _flagged(db: Session, count: int, author: Actor | None = None) -> tuple[list[Post], dict[int, int]]:
    posts = [answer(db, author) for _ in range(count)]
    return posts, {item.id: item.version for item in (flag(db, post) for post in posts)}


def test_all_are_decided_as_one_batch(db: Session) -> None:
    judge, (posts, versions) = moderator(db), _flagged(db, 3)
    outcomes = reviewing.decide_many(db, judge, versions, "remove", "promotion", "An advertisement.")
    assert [outcome.refusal for outcome in outcomes] == ["", "", ""]
    assert {post.state for post in posts} == {PostState.REMOVED}
    made = db.scalars(select(Decision).order_by(Decision.id)).all()
    assert {decision.batch_id for decision in made} == {made[0].id}
    assert {decision.reason for decision in made} == {"An advertisement."}


def test_each_that_cannot_be_decided_says_why(db: Session) -> None:
    ann, bob = moderator(db, "Ann"), moderator(db, "Bob")
    posts, versions = _flagged(db, 4)
    gone, held, hidden, free = posts
    decide(db, bob, gone, "keep")
    reviewing.claim(db, bob, item_of(db, held).id)
    decide(db, bob, hidden, "remove")
    flag_again = item_of(db, hidden)
    versions[flag_again.id] = flag_again.version
    own = answer(db, ann)
    versions[flag(db, own).id] = 1
    outcomes = {one.item_id: one for one in reviewing.decide_many(db, ann, versions, "keep", "", "")}
    refusals = {
        gone: "Bob kept this post on",
        held: "Bob holds this item",
        hidden: "Choose one of the decisions that are offered",
        own: "This is about yourself",
    }
    for post, words in refusals.items():
        outcome = outcomes[item_of(db, post).id]
        assert words in outcome.refusal and outcome.decision is None
    assert outcomes[item_of(db, free).id].decision is not None
    assert [item_of(db, post).state for post in (free, held, own)] == [
        ItemState.DECIDED,
        ItemState.OPEN,
        ItemState.OPEN,
    ]


def test_without_rule_or_reason_nothing_is_decided(db: Session) -> None:
    judge, (posts, versions) = moderator(db), _flagged(db, 2)
    with pytest.raises(Invalid) as invalid:
        reviewing.decide_many(db, judge, versions, "hide", "", "")
    assert invalid.value.fields.keys() == {"rule", "reason"}
    assert db.scalars(select(Decision)).all() == []
    assert all(post.visible for post in posts)


@pytest.mark.parametrize("count", [0, reviewing.MOST_AT_ONCE + 1])
def test_none_or_too_many_are_refused(db: Session, count: int) -> None:
    with pytest.raises(Invalid) as invalid:
        reviewing.decide_many(db, moderator(db), dict.fromkeys(range(count), 1), "keep", "", "")
    assert invalid.value.fields.keys() == {"items"}


def test_an_item_that_is_not_there_is_no_reason_to_stop(db: Session) -> None:
    judge, (_posts, versions) = moderator(db), _flagged(db, 1)
    outcomes = reviewing.decide_many(db, judge, versions | {10**6: 1}, "keep", "", "")
    assert [bool(outcome.refusal) for outcome in outcomes] == [False, True]


def test_an_escalated_item_is_for_admins(db: Session) -> None:
    judge, post = moderator(db), answer(db, make_account(db))
    item = flag(db, post)
    reviewing.decide(db, judge, item.id, "escalate", "", "Is this legal?", item.version)
    assert look(db, item.id, judge).recusal.startswith("This waits for an admin")
    assert look(db, item.id, judge).verdicts == ()
    versions = {item.id: item_of(db, post).version}
    (outcome,) = reviewing.decide_many(db, judge, versions, "keep", "", "")
    assert outcome.refusal.startswith("This waits for an admin")


@pytest.mark.parametrize("verdict", ALONE)
def test_what_the_page_does_not_offer_for_many_is_refused(db: Session, verdict: str) -> None:
    judge, (posts, versions) = moderator(db), _flagged(db, 2)
    with pytest.raises(Invalid, match="for one item at a time"):
        reviewing.decide_many(db, judge, versions, verdict, "promotion", "An advertisement.")
    assert all(post.visible for post in posts)


def test_what_reaches_further_than_one_item_is_decided_alone() -> None:
    assert {*covering.ALWAYS, "sanction", "undo", "edit"} <= {*ALONE}
    assert {*covering.ALWAYS} <= {*AGAINST_ACCOUNTS}
    assert {"hide", "remove", "publish", "keep", "grant"}.isdisjoint(ALONE)
