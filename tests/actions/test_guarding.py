"""What the forum holds by itself when members flag it."""

from itertools import count

import pytest
from consistency import consistent
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor, Role, Standing
from forum.actions import effects, guarding, reviewing
from forum.discussion.tables import Post, PostMove, PostState
from forum.discussion.visibility import Change
from forum.inbox.tables import Message
from forum.moderation import flags, sensitivity, subjects
from forum.moderation.sensitivity import Sensitivity
from forum.moderation.tables import FlagReason, ItemState, LogEntry, ReviewItem

_names = count(1)


def member(db: Session, **facts: object) -> Actor:
    actor = make_account(db, f"guard{next(_names)}")
    if facts:
        db.execute(update(Account).where(Account.id == actor.id).values(**facts))
    return actor


def flag(db: Session, post: Post, reason: str = "rude", **flagger: object) -> Change:
    """Somebody new flags the post; what the forum then does is published, as flagging does it."""
    item = flags.add(db, subjects.post(post.id), member(db, **flagger).id, reason, "")
    change = guarding.after_flag(db, item)
    if change.gone:
        effects.publish(db, post.thread_id, change, "log")
    return change


def flag_often(db: Session, post: Post, times: int, reason: str = "rude") -> None:
    for _ in range(times):
        flag(db, post, reason)


def item_of(db: Session, post: Post) -> ReviewItem:
    found = select(ReviewItem).where(ReviewItem.post_id == post.id)
    return db.scalars(found, execution_options={"populate_existing": True}).one()


def test_enough_flags_hold_a_post_until_somebody_looks(db: Session) -> None:
    author = make_account(db)
    post = make_answer(db, make_thread(db), author)
    flag_often(db, post, 4)
    assert post.state == PostState.SHOWN
    assert flag(db, post) == Change([], [post.id])
    assert (post.state, post.visible) == (PostState.HELD, False)
    item = item_of(db, post)
    assert (item.state, item.kind, item.flag_count) == (ItemState.OPEN, "held", 5)
    assert (
        item.held_because
        == "The forum held it by itself: 5 people flagged it, which counts 10; 10 are enough."
    )
    consistent(db)


def test_it_is_marked_as_done_by_a_machine_everywhere(db: Session) -> None:
    author = make_account(db)
    post = make_answer(db, make_thread(db), author)
    flag_often(db, post, 5)
    (entry,) = db.scalars(select(LogEntry))
    assert (entry.act, entry.actor_id, entry.post_id) == ("auto-hold", None, post.id)
    last = db.scalars(
        select(PostMove).where(PostMove.post_id == post.id).order_by(PostMove.id.desc())
    ).first()
    assert last is not None and last.actor_id is None
    (told,) = db.scalars(select(Message).where(Message.account_id == author.id, Message.kind == "held"))
    assert "a machine counted the flags" in told.text and "A moderator will look at it" in told.text
    assert "guard" not in told.text + entry.reason, "nobody is named as a flagger"


def test_held_once_it_is_not_told_again(db: Session) -> None:
    author = make_account(db)
    post = make_answer(db, make_thread(db), author)
    flag_often(db, post, 7)
    assert len(db.scalars(select(Message).where(Message.account_id == author.id)).all()) == 1
    assert len(db.scalars(select(LogEntry)).all()) == 1


@pytest.mark.parametrize(("chosen", "needed"), [("low", 8), ("middle", 5), ("high", 3)])
def test_the_community_chooses_how_soon(db: Session, chosen: str, needed: int) -> None:
    sensitivity.choose(db, Sensitivity(chosen), make_account(db).id)
    post = make_answer(db, make_thread(db))
    flag_often(db, post, needed - 1)
    assert post.state == PostState.SHOWN
    flag(db, post)
    assert post.state == PostState.HELD


def test_trusted_flags_weigh_more_and_bad_ones_less(db: Session) -> None:
    thread = make_thread(db)
    trusted, upheld, bad, new = (make_answer(db, thread) for _ in range(4))
    for _ in range(3):
        flag(db, trusted, level="trusted")
        flag(db, upheld, flags_upheld=4)
        flag(db, bad, flags_declined=4)
        flag(db, new, level="newcomer")
    assert [trusted.state, upheld.state] == [PostState.HELD] * 2
    for _ in range(6):
        flag(db, bad, flags_declined=4)
        flag(db, new, level="newcomer")
    assert [bad.state, new.state] == [PostState.SHOWN] * 2
    flag(db, bad, flags_declined=4)
    assert bad.state == PostState.HELD


def hides_at_once(db: Session, reason: str) -> None:
    db.execute(update(FlagReason).where(FlagReason.key == reason).values(hides_at_once=True))


def test_a_reason_that_hides_at_once(db: Session) -> None:
    hides_at_once(db, "self-harm")
    post = make_answer(db, make_thread(db))
    flag(db, post, "self-harm")
    assert post.state == PostState.HELD
    assert "“Somebody may be in danger”" in item_of(db, post).held_because


@pytest.mark.parametrize(
    "facts",
    [
        {"level": "newcomer"},
        {"flags_declined": 4},
        {"is_warned": True},
        {"is_watched": True},
        {"standing": Standing.SILENCED},
    ],
)
def test_only_members_in_good_standing_hide_at_once(db: Session, facts: dict[str, object]) -> None:
    hides_at_once(db, "self-harm")
    post = make_answer(db, make_thread(db))
    flag(db, post, "self-harm", **facts)
    assert post.state == PostState.SHOWN


def test_a_question_with_answers_needs_twice_as_much(db: Session) -> None:
    hides_at_once(db, "self-harm")
    thread = make_thread(db)
    make_answer(db, thread)
    post = opening(db, thread)
    flag(db, post, "self-harm")
    flag_often(db, post, 7)
    assert post.state == PostState.SHOWN
    flag_often(db, post, 1)
    assert (post.state, thread.shown) == (PostState.HELD, False)
    consistent(db)


def test_what_a_moderator_has_let_stand_stays_until_it_says_something_else(db: Session) -> None:
    moderator = make_account(db, "keeper", Role.MODERATOR)
    post = make_answer(db, make_thread(db))
    flag_often(db, post, 5)
    item = item_of(db, post)
    reviewing.decide(db, moderator, item.id, "publish", "", "", item.version)
    assert post.state == PostState.SHOWN
    flag_often(db, post, 6)
    assert post.state == PostState.SHOWN
    assert item_of(db, post).state == ItemState.OPEN, "but it waits for a second look"
    post.revision += 1
    flag(db, post)
    assert post.state == PostState.HELD


def test_what_is_not_a_post_is_only_flagged(db: Session) -> None:
    hides_at_once(db, "self-harm")
    item = flags.add(db, subjects.account(make_account(db).id), member(db).id, "self-harm", "")
    assert guarding.after_flag(db, item) == Change([], [])
