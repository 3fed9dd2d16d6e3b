"""Withdrawing, restoring, hiding: every counter and the search follow what readers can see."""

from typing import Any

import pytest
from consistency import consistent
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Role, Standing
from forum.actions import (
    accepting,
    editing,
    effects,
    flagging,
    reporting,
    reviewing,
    voting,
    withdrawing,
)
from forum.actions.reporting import Notice
from forum.discussion import posts
from forum.discussion.tables import PostState
from forum.errors import Conflict, Forbidden, Invalid
from forum.references.tables import Reference

DOI = "10.1371/journal.pone.0211023"


def test_a_thread_goes_and_comes_back_with_everything(db: Session) -> None:
    thread = make_thread(db, text=f"Look at {DOI} first.")
    answer = make_answer(db, thread, text=f"Also [@doi:{DOI}].")
    make_comment(db, answer)
    consistent(db)
    effects.publish(db, thread.id, posts.move(db, opening(db, thread), PostState.HIDDEN, None))
    consistent(db)
    assert not answer.visible
    effects.publish(db, thread.id, posts.move(db, opening(db, thread), PostState.SHOWN, None))
    consistent(db)
    assert answer.visible
    assert thread.answer_count == 1


def test_an_answer_takes_its_comments_along(db: Session) -> None:
    thread = make_thread(db)
    answer = make_answer(db, thread)
    comment = make_comment(db, answer)
    effects.publish(db, thread.id, posts.move(db, answer, PostState.REMOVED, None))
    assert not comment.visible
    consistent(db)


def test_activity_goes_back_when_the_last_answer_goes(db: Session, frozen) -> None:
    thread = make_thread(db)
    before = thread.active_at, thread.active_by_id
    frozen.forward(hours=2)
    answer = make_answer(db, thread)
    assert thread.active_by_id == answer.author_id
    effects.publish(db, thread.id, posts.move(db, answer, PostState.HIDDEN, None))
    assert (thread.active_at, thread.active_by_id) == before


def test_a_withdrawn_answer_can_be_restored(db: Session) -> None:
    author = make_account(db)
    thread = make_thread(db)
    answer = make_answer(db, thread, author)
    withdrawing.withdraw(db, author, answer.id)
    assert (answer.state, thread.answer_count) == (PostState.WITHDRAWN, 0)
    consistent(db)
    withdrawing.restore(db, author, answer.id)
    assert (answer.state, thread.answer_count) == (PostState.SHOWN, 1)
    consistent(db)


def test_a_held_post_is_held_again_after_restoring(db: Session) -> None:
    newcomer = make_account(db, shown_posts=0)
    thread = make_thread(db, newcomer)
    post = opening(db, thread)
    withdrawing.withdraw(db, newcomer, post.id)
    withdrawing.restore(db, newcomer, post.id)
    assert post.state == PostState.HELD
    assert not post.visible


def test_a_post_that_waits_for_a_decision_waits_when_it_is_brought_back(db: Session) -> None:
    author, flagger, judge = make_account(db), make_account(db), make_account(db, role=Role.MODERATOR)
    flagged, reported = (make_answer(db, make_thread(db), author) for _ in range(2))
    item = flagging.flag(db, flagger, flagged.id, "rude", "")
    notice = Notice(f"/p/{reported.id}", "It threatens.", "Ada", "", True, False)
    reporting.report(db, flagger, "", notice, "https://forum.example.org")
    for post in (flagged, reported):
        withdrawing.withdraw(db, author, post.id)
        withdrawing.restore(db, author, post.id)
        assert (post.state, post.visible) == (PostState.HELD, False)
    db.refresh(item)
    assert "while it was flagged" in item.held_because
    reviewing.decide(db, judge, item.id, "publish", "", "", item.version)
    assert flagged.visible
    consistent(db)


@pytest.mark.parametrize("kept", [{"is_watched": True}, {"standing": Standing.HELD}])
def test_whoever_is_under_review_brings_back_for_review(db: Session, kept: dict[str, Any]) -> None:
    author = make_account(db)
    post = make_answer(db, make_thread(db), author)
    withdrawing.withdraw(db, author, post.id)
    withdrawing.restore(db, author._replace(**kept), post.id)
    assert post.state == PostState.HELD


def test_a_removed_post_is_not_brought_back_by_its_author(db: Session) -> None:
    author, judge = make_account(db), make_account(db, role=Role.MODERATOR)
    post = make_answer(db, make_thread(db), author)
    item = flagging.flag(db, make_account(db), post.id, "rude", "")
    withdrawing.withdraw(db, author, post.id)
    for verdict in ("remove", "undo", "dismiss"):
        db.refresh(item)
        reviewing.decide(db, judge, item.id, verdict, "safety", "Harm.", item.version)
        if verdict == "remove":
            with pytest.raises(Forbidden):
                withdrawing.restore(db, author, post.id)
    # With the removal taken back and nothing left to decide, it is its author's again.
    withdrawing.restore(db, author, post.id)
    assert post.state == PostState.SHOWN


def test_an_answered_question_cannot_be_withdrawn(db: Session) -> None:
    author = make_account(db)
    thread = make_thread(db, author)
    make_answer(db, thread)
    with pytest.raises(Forbidden):
        withdrawing.withdraw(db, author, opening(db, thread).id)


def test_others_cannot_withdraw(db: Session) -> None:
    with pytest.raises(Forbidden):
        withdrawing.withdraw(db, make_account(db, role=Role.ADMIN), make_answer(db, make_thread(db)).id)


def test_only_listed_moves_are_possible(db: Session) -> None:
    post = opening(db, make_thread(db))
    for state in PostState:
        if state not in posts.MOVES[PostState.SHOWN]:
            with pytest.raises(Conflict):
                posts.move(db, post, state, None)


def test_votes_add_up_and_can_be_taken_back(db: Session) -> None:
    thread = make_thread(db)
    post = opening(db, thread)
    one, two = make_account(db), make_account(db)
    for voter, value in ((one, 1), (two, 1), (two, -1), (two, -1)):
        voting.vote(db, voter, post.id, value)
    assert (post.score, thread.score) == (0, 0)
    voting.vote(db, two, post.id, 0)
    assert (post.score, thread.score) == (1, 1)
    consistent(db)
    with pytest.raises(Invalid):
        voting.vote(db, one, post.id, 2)


def test_nobody_votes_on_own_posts(db: Session) -> None:
    author = make_account(db)
    with pytest.raises(Forbidden):
        voting.vote(db, author, make_answer(db, make_thread(db), author).id, 1)


def test_one_answer_is_accepted_at_a_time(db: Session) -> None:
    asker = make_account(db)
    thread = make_thread(db, asker)
    one, two = make_answer(db, thread), make_answer(db, thread)
    accepting.accept(db, asker, one.id)
    accepting.accept(db, asker, two.id)
    assert (one.accepted_at is None, two.accepted_at is None, thread.is_accepted) == (True, False, True)
    accepting.accept(db, asker, two.id, False)
    assert (two.accepted_at, thread.is_accepted) == (None, False)
    with pytest.raises(Forbidden):
        accepting.accept(db, make_account(db), one.id)


def test_an_accepted_answer_that_is_hidden_is_no_longer_offered(db: Session) -> None:
    asker = make_account(db)
    thread = make_thread(db, asker)
    answer = make_answer(db, thread)
    accepting.accept(db, asker, answer.id)
    effects.publish(db, thread.id, posts.move(db, answer, PostState.HIDDEN, None))
    assert not thread.is_accepted
    consistent(db)


def test_an_edit_keeps_every_wording_and_recounts_citations(db: Session) -> None:
    author = make_account(db)
    thread = make_thread(db, author, text=f"Look at {DOI} first.")
    post = opening(db, thread)
    editing.edit(
        db, author, post.id, "Nothing cited now.", 1, title="A better title than before", tag_names="sleep"
    )
    assert (post.revision, thread.title, thread.slug) == (
        2,
        "A better title than before",
        "a-better-title-than-before",
    )
    assert db.scalars(select(Reference.citation_count)).all() == [0]
    consistent(db)
    with pytest.raises(editing.Outdated):
        editing.edit(db, author, post.id, "From another window.", 1)


def test_the_edit_of_a_removed_post_goes_back_to_review(db: Session) -> None:
    author = make_account(db)
    answer = make_answer(db, make_thread(db), author)
    effects.publish(db, answer.thread_id, posts.move(db, answer, PostState.REMOVED, None))
    editing.edit(db, author, answer.id, "Said with more care.", 1)
    assert answer.state == PostState.HELD
    consistent(db)
