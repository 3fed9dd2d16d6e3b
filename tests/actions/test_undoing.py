"""Undoing a post within a minute: nobody hears of it, and its text is the draft again."""

import pytest
from conftest import Clock
from consistency import consistent
from discussion.test_anonymity import ask
from makers import make_account, make_answer, make_comment, make_thread, opening
from moderation.acts import decide
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts.tables import Account, Actor, Role
from forum.actions import drafting, editing, following, undoing, withdrawing
from forum.discussion import drafts
from forum.discussion.tables import Post, PostState
from forum.errors import Forbidden, NotFound
from forum.inbox import fan_out, marking
from forum.inbox.following import Level
from forum.inbox.tables import Message
from forum.jobs import Job
from forum.moderation import queue


def unread(db: Session, *actors: Actor) -> list[int]:
    return [db.scalars(select(Account.unread).where(Account.id == actor.id)).one() for actor in actors]


def test_an_answer_is_as_if_it_had_never_been_sent(db: Session, frozen: Clock) -> None:
    asker, ann, called, follower = (make_account(db, name) for name in ("Asker", "Ann", "Called", "Follower"))
    thread = make_thread(db, asker)
    make_answer(db, thread, called)
    following.follow_thread(db, follower, thread.id, Level.FOLLOW)
    post = make_answer(db, thread, ann, "See what @Called wrote.")
    assert unread(db, asker, called, follower, ann) == [2, 1, 0, 0]
    frozen.forward(seconds=59)
    assert undoing.seconds_left(db, ann, post.id) == 1
    assert undoing.undo(db, ann, post.id) == f"answer-{thread.id}"
    assert fan_out.tell(db, post.id) is None
    assert unread(db, asker, called, follower, ann) == [1, 0, 0, 0]
    assert f"/p/{post.id}" not in set(db.scalars(select(Message.path)))
    assert (post.state, post.visible, thread.answer_count) == (PostState.WITHDRAWN, False, 1)
    assert drafts.read(db, ann.id, f"answer-{thread.id}") == {
        "text": "See what @Called wrote.",
        "asked_as": "1",
    }
    assert f"thread:{thread.id}" in db.info["touched"]
    consistent(db)


def test_who_was_called_before_an_edit_hears_nothing_either(db: Session) -> None:
    ann, called = make_account(db, "Ann"), make_account(db, "Called")
    post = make_answer(db, make_thread(db), ann, "See what @Called wrote.")
    assert unread(db, called) == [1]
    editing.edit(db, ann, post.id, "See what somebody wrote.", 1)
    undoing.undo(db, ann, post.id)
    assert unread(db, called) == [0]
    assert f"/p/{post.id}" not in set(db.scalars(select(Message.path)))


def test_mails_about_a_post_leave_when_it_cannot_be_undone_any_more(db: Session, frozen: Clock) -> None:
    asker = make_account(db)
    thread = make_thread(db, asker)
    make_answer(db, thread)
    (mail,) = db.scalars(select(Job).where(Job.name == "mail.deliver"))
    assert (mail.run_at - frozen()).total_seconds() == 3600
    frozen.forward(seconds=59)
    assert jobs.claim(db) is None
    frozen.forward(hours=1)
    claimed = [jobs.claim(db) for _ in range(3)]
    assert "mail.deliver" in {each.name for each in claimed if each is not None}


@pytest.mark.parametrize("after", [10, 3600])
def test_what_is_brought_back_is_told_as_new_and_to_nobody_twice(
    db: Session, frozen: Clock, after: int
) -> None:
    asker, ann, called, follower = (make_account(db, name) for name in ("Asker", "Ann", "Called", "Follower"))
    thread = make_thread(db, asker)
    following.follow_thread(db, follower, thread.id, Level.FOLLOW)
    post = make_answer(db, thread, ann, "See what @Called wrote.")
    # Who has read of it keeps that.
    marking.mark_read(
        db, called.id, db.scalars(select(Message.id).where(Message.account_id == called.id)).one()
    )
    undoing.undo(db, ann, post.id)
    frozen.forward(seconds=after)
    db.execute(delete(Job))
    withdrawing.restore(db, ann, post.id)
    assert {"inbox.announce", "mail.deliver"} <= set(db.scalars(select(Job.name)))
    for _ in range(2):
        # Its job of before may come as well.
        fan_out.tell(db, post.id)
    assert sorted(db.scalars(select(Message.account_id))) == [asker.id, called.id, follower.id]
    withdrawing.withdraw(db, ann, post.id)
    db.execute(delete(Job))
    withdrawing.restore(db, ann, post.id)
    assert not db.scalars(select(Job.id)).all(), "it is no news any more"


def test_what_comes_back_by_way_of_a_moderator_is_told_as_new(db: Session) -> None:
    asker, ann, judge = make_account(db), make_account(db), make_account(db, role=Role.MODERATOR)
    post = make_answer(db, make_thread(db, asker), ann)
    undoing.undo(db, ann, post.id)
    withdrawing.restore(db, ann._replace(is_watched=True), post.id)
    assert unread(db, asker) == [0]
    for verdict in ("publish", "hide", "restore"):
        decide(db, judge, post, verdict)
        assert unread(db, asker) == [1]


def test_what_was_read_stays_read(db: Session) -> None:
    asker, ann = make_account(db), make_account(db)
    thread = make_thread(db, asker)
    post = make_answer(db, thread, ann)
    marking.mark_read(db, asker.id, db.scalars(select(Message.id)).one())
    undoing.undo(db, ann, post.id)
    assert len(db.scalars(select(Message)).all()) == 1 and unread(db, asker) == [0]


def test_a_question_comes_back_with_all_that_its_form_said(db: Session) -> None:
    ann = make_account(db)
    thread = make_thread(db, ann, tags="sleep evidence", kind="discussion")
    assert undoing.undo(db, ann, opening(db, thread).id) == "ask"
    assert drafts.read(db, ann.id, "ask") == {
        "kind": "discussion",
        "title": thread.title,
        "tags": "sleep evidence",
        "text": "I read about this and would like to know more.",
        "asked_as": "1",
    }
    assert not thread.shown
    consistent(db)


def test_a_question_without_a_name_comes_back_without_one(db: Session) -> None:
    ann = make_account(db)
    thread = ask(db, ann)
    undoing.undo(db, ann, opening(db, thread).id)
    assert drafts.read(db, ann.id, "ask")["as"] == "unnamed"
    consistent(db)


def test_a_held_post_leaves_the_queue(db: Session) -> None:
    watched = make_account(db)._replace(is_watched=True)
    post = make_answer(db, make_thread(db), watched)
    assert post.state == PostState.HELD and queue.is_open(db, post.id)
    undoing.undo(db, watched, post.id)
    assert post.state == PostState.WITHDRAWN and not queue.is_open(db, post.id)
    consistent(db)


def test_a_comment_comes_back_and_what_was_begun_since_stays(db: Session) -> None:
    ann = make_account(db)
    parent = make_answer(db, make_thread(db))
    comment = make_comment(db, parent, ann, "First words.")
    drafting.save(db, ann, drafts.commenting(parent.id), {"text": "Next words."})
    assert undoing.undo(db, ann, comment.id) == drafts.commenting(parent.id)
    assert drafts.read(db, ann.id, drafts.commenting(parent.id))["text"] == "First words.\n\nNext words."


def test_after_the_minute_it_is_too_late(db: Session, frozen: Clock) -> None:
    ann = make_account(db)
    post = make_answer(db, make_thread(db), ann)
    frozen.forward(seconds=60)
    assert undoing.seconds_left(db, ann, post.id) == 0
    with pytest.raises(undoing.TooLate):
        undoing.undo(db, ann, post.id)
    assert post.state == PostState.SHOWN


def test_what_somebody_has_answered_stays(db: Session) -> None:
    ann, bob = make_account(db), make_account(db)
    post = make_answer(db, make_thread(db), ann)
    own = make_comment(db, post, ann)
    assert undoing.seconds_left(db, ann, post.id) > 0, "the own comment is nobody's answer"
    make_comment(db, post, bob)
    assert undoing.seconds_left(db, ann, post.id) == 0
    with pytest.raises(undoing.TooLate):
        undoing.undo(db, ann, post.id)
    assert undoing.seconds_left(db, ann, own.id) > 0
    asked = make_thread(db, ann)
    make_answer(db, asked, bob)
    with pytest.raises(Forbidden):
        undoing.undo(db, ann, opening(db, asked).id)


def test_only_its_author_undoes_a_post(db: Session) -> None:
    bob, newcomer = make_account(db), make_account(db, shown_posts=0)
    thread = make_thread(db)
    shown, held = make_answer(db, thread), make_answer(db, thread, newcomer)
    with pytest.raises(Forbidden):
        undoing.undo(db, bob, shown.id)
    with pytest.raises(NotFound):
        undoing.undo(db, bob, held.id)
    assert [undoing.seconds_left(db, who, shown.id) for who in (bob, None)] == [0, 0]
    assert set(db.scalars(select(Post.state))) == {PostState.SHOWN, PostState.HELD}
