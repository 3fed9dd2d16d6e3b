"""Anyone signed in flags what they see; the moderators get one item for it."""

import pytest
from conftest import Clock
from makers import make_account
from moderation.acts import answer, decide, flag, item_of, look, moderator
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.actions import flagging, withdrawing
from forum.errors import Forbidden, Invalid, NotFound, SignInRequired
from forum.moderation.rules import Urgency
from forum.moderation.tables import Flag, ItemState, ReviewItem


def test_a_flag_opens_an_item(db: Session) -> None:
    post, ann = answer(db), make_account(db, "ann")
    item = flag(db, post, ann, "other", "  Something\x00 odd. ")
    view = look(db, item.id, moderator(db))
    assert (view.state, view.flag_count, view.held_because, view.version) == (ItemState.OPEN, 1, "", 1)
    assert [(f.account, f.label, f.words, f.state) for f in view.flags] == [
        ("ann", "Something else", "Something odd.", "open")
    ]


def test_several_flags_make_one_item_as_urgent_as_its_worst(db: Session) -> None:
    post = answer(db)
    items = {flag(db, post, reason=reason).id for reason in ("off-topic", "unsafe-advice", "rude")}
    assert len(items) == 1
    item = item_of(db, post)
    assert (item.flag_count, item.urgency, item.version) == (3, Urgency.AT_ONCE, 3)
    assert db.scalar(select(func.count()).select_from(ReviewItem)) == 1


def test_flagging_twice_is_flagging_once(db: Session) -> None:
    post, ann = answer(db), make_account(db)
    first = flag(db, post, ann)
    version = first.version
    second = flag(db, post, ann)
    assert (second.id, second.version, second.flag_count) == (first.id, version, 1)


def test_flagging_again_changes_the_flag(db: Session) -> None:
    post, ann = answer(db), make_account(db)
    version = flag(db, post, ann, "off-topic").version
    item = flag(db, post, ann, "unsafe-advice", "Look at the dose.")
    assert (item.version, item.flag_count, item.urgency) == (version + 1, 1, Urgency.AT_ONCE)
    assert [(f.label, f.words) for f in look(db, item.id, moderator(db)).flags] == [
        ("Unsafe advice", "Look at the dose.")
    ]


def test_a_new_flag_reopens_the_decided_item(db: Session, frozen: Clock) -> None:
    post, ann, judge = answer(db), make_account(db), moderator(db)
    first = flag(db, post, ann)
    decide(db, judge, post, "keep")
    assert item_of(db, post).state == ItemState.DECIDED
    frozen.forward(hours=1)
    again = flag(db, post, ann, "off-topic")
    assert (again.id, again.state, again.flag_count) == (first.id, ItemState.OPEN, 1)
    assert again.opened_at == frozen()
    assert db.scalar(select(func.count()).select_from(Flag)) == 2


@pytest.mark.parametrize(
    ("reason", "words", "field"),
    [
        ("", "", "reason"),
        ("nonsense", "words", "reason"),
        ("other", " \n\t\x00", "words"),
        ("rude", "x" * 1001, "words"),
    ],
)
def test_a_flag_filled_in_wrongly_says_where(db: Session, reason: str, words: str, field: str) -> None:
    post = answer(db)
    with pytest.raises(Invalid) as caught:
        flag(db, post, reason=reason, words=words)
    assert list(caught.value.fields) == [field]
    assert db.scalar(select(func.count()).select_from(ReviewItem)) == 0


def test_not_ones_own_post(db: Session) -> None:
    ann = make_account(db)
    with pytest.raises(Forbidden):
        flag(db, answer(db, ann), ann)


def test_not_what_one_cannot_see(db: Session) -> None:
    ann = make_account(db)
    post = answer(db, ann)
    withdrawing.withdraw(db, ann, post.id)
    with pytest.raises(NotFound):
        flag(db, post)
    with pytest.raises(NotFound):
        flagging.flag(db, ann, 10**6, "rude", "")


def test_not_without_signing_in(db: Session) -> None:
    with pytest.raises(SignInRequired):
        flagging.flag(db, None, answer(db).id, "rude", "")  # type: ignore[arg-type]
