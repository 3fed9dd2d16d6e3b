"""Read by opening, by reading the thread, by hand; and undone: only one's own, and the count agrees."""

from typing import Any

from conftest import Clock
from makers import make_account, make_letter, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor
from forum.inbox import marking, messages
from forum.inbox.filters import Filter
from forum.inbox.tables import Message


def _send(db: Session, to: Actor, kind: str = "answer", thread_id: int | None = None, **more: Any) -> int:
    return messages.send(db, to.id, kind, make_letter(), "/p/1", thread_id=thread_id, **more).id


def _new(db: Session, actor: Actor) -> list[int]:
    """The numbers of the actor's unread messages; the count of the account agrees."""
    db.flush()
    found = select(Message.id).where(Message.account_id == actor.id, Message.read_at.is_(None))
    new = sorted(db.scalars(found))
    assert db.scalars(select(Account.unread).where(Account.id == actor.id)).one() == len(new)
    return new


def test_reading_up_to_a_message_leaves_later_ones_new(db: Session) -> None:
    ann, bob = make_account(db), make_account(db)
    ids = [_send(db, ann) for _ in range(4)]
    theirs = _send(db, bob)
    marking.mark_read(db, ann.id, ids[1])
    assert (_new(db, ann), _new(db, bob)) == (ids[2:], [theirs])
    marking.mark_read(db, ann.id, 10**9)
    assert (_new(db, ann), _new(db, bob)) == ([], [theirs])


def test_a_part_of_the_inbox_is_marked_alone(db: Session) -> None:
    ann = make_account(db)
    answer, decision, odd = (_send(db, ann, kind) for kind in ("answer", "decision", "never heard of"))
    marking.mark_read(db, ann.id, odd, Filter.of("answers"))
    assert _new(db, ann) == [decision, odd]
    marking.mark_read(db, ann.id, odd, Filter.of("account"))
    assert _new(db, ann) == [decision]
    assert answer


def test_an_undo_brings_back_exactly_what_was_marked_at_that_stroke(db: Session, frozen: Clock) -> None:
    ann, bob = make_account(db), make_account(db)
    before, first, second = (_send(db, ann) for _ in range(3))
    theirs = _send(db, bob)
    marking.mark_one_read(db, ann.id, before)
    frozen.forward(seconds=1)
    moment = marking.mark_read(db, ann.id, second)
    marking.mark_read(db, bob.id, theirs)
    later = _send(db, ann)
    assert marking.marked_at(db, ann.id, moment) == 2
    marking.undo(db, ann.id, moment)
    assert (_new(db, ann), _new(db, bob)) == ([first, second, later], [])
    assert marking.marked_at(db, ann.id, moment) == 0
    marking.undo(db, ann.id, moment)
    assert _new(db, ann) == [first, second, later]


def test_opening_an_entry_reads_what_its_thread_tells_but_no_decision(db: Session) -> None:
    ann, bob = make_account(db), make_account(db)
    thread, other = make_thread(db).id, make_thread(db).id
    old, decision, head = (_send(db, ann, kind, thread) for kind in ("answer", "decision", "comment"))
    elsewhere, alone = _send(db, ann, "answer", other), _send(db, ann)
    assert marking.opened(db, bob.id, head) is None
    assert _new(db, ann) == [old, decision, head, elsewhere, alone]
    found = marking.opened(db, ann.id, head)
    assert found is not None and found.path == "/p/1"
    assert _new(db, ann) == [decision, elsewhere, alone]
    marking.opened(db, ann.id, decision)
    marking.opened(db, ann.id, alone)
    assert _new(db, ann) == [elsewhere]


def test_an_entry_is_marked_whole_and_new_again_by_one(db: Session) -> None:
    ann, bob = make_account(db), make_account(db)
    thread = make_thread(db).id
    old, head, newer = (_send(db, ann, "decision", thread) for _ in range(3))
    alone = _send(db, ann)
    marking.mark_entry_read(db, bob.id, head)
    assert _new(db, ann) == [old, head, newer, alone]
    marking.mark_entry_read(db, ann.id, head)
    assert _new(db, ann) == [newer, alone]
    marking.mark_entry_read(db, ann.id, alone)
    marking.mark_unread(db, bob.id, head)
    assert _new(db, ann) == [newer]
    marking.mark_unread(db, ann.id, head)
    assert _new(db, ann) == [head, newer]


def test_reading_a_thread_reads_what_was_told_of_its_posts_up_to_there(db: Session) -> None:
    ann, bob = make_account(db), make_account(db)
    thread, other = make_thread(db), make_thread(db)
    post_id, later_id = opening(db, thread).id, opening(db, other).id
    read = _send(db, ann, "mention", thread.id, post_id=post_id)
    decision = _send(db, ann, "decision", thread.id, post_id=post_id)
    later = _send(db, ann, "mention", thread.id, post_id=later_id)
    without = _send(db, ann, "mention", thread.id)
    elsewhere = _send(db, ann, "mention", other.id, post_id=post_id)
    theirs = _send(db, bob, "mention", thread.id, post_id=post_id)
    assert marking.waits(db, ann.id, thread.id, post_id)
    marking.thread_read(db, ann.id, thread.id, post_id)
    assert _new(db, ann) == [decision, later, without, elsewhere]
    assert _new(db, bob) == [theirs]
    assert not marking.waits(db, ann.id, thread.id, post_id)
    assert read
