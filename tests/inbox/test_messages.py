"""The inbox: told once, counted, read, mailed where there is an address."""

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_letter, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor
from forum.inbox import messages
from forum.jobs import Job


def _unread(db: Session, actor: Actor) -> int:
    return db.scalars(select(Account.unread).where(Account.id == actor.id)).one()


def _send(db: Session, actor: Actor, count: int = 1) -> list[int]:
    return [
        messages.send(db, actor.id, "answer", make_letter(f"Number {n}", "Words."), "/p/1").id
        for n in range(count)
    ]


def test_a_message_is_found_counted_and_mailed(db: Session, frozen: Clock) -> None:
    ann, bob = make_account(db), make_account(db)
    (message_id,) = _send(db, ann)
    view = messages.read(db, message_id)
    assert view == (message_id, "answer", "Number 0", "Words.", "/p/1", frozen(), None, None)
    assert (_unread(db, ann), _unread(db, bob)) == (1, 0)
    assert [(job.name, job.payload) for job in db.scalars(select(Job))] == [
        ("mail.deliver", {"message_id": message_id})
    ]


@pytest.mark.parametrize("change", [{"email": None, "email_key": None}, {"is_sample": True}])
def test_no_mail_to_nowhere(db: Session, change: dict[str, object]) -> None:
    ann = make_account(db)
    for name, value in change.items():
        setattr(db.get_one(Account, ann.id), name, value)
    _send(db, ann)
    assert db.scalars(select(Job)).all() == []
    assert _unread(db, ann) == 1


def test_what_was_told_of_a_post_goes_with_it_to_another_thread(db: Session) -> None:
    ann = make_account(db)
    thread, other = make_thread(db), make_thread(db)
    post = make_answer(db, thread)
    sent = [
        messages.send(db, ann.id, "mention", make_letter(), "", thread_id=thread.id, post_id=of)
        for of in (post.id, opening(db, thread).id, None)
    ]
    post.thread_id = other.id
    db.flush()
    messages.go_with_posts(db, [post.id])
    db.expire_all()
    assert [message.thread_id for message in sent] == [other.id, thread.id, thread.id]
