"""The inbox: told once, counted, read, mailed where there is an address."""

import pytest
from conftest import Clock
from makers import make_account, make_letter
from sqlalchemy import event, select
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
    (view,) = messages.listing(db, ann.id, None, 10).items
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


def test_newest_first_page_by_page_and_only_ones_own(db: Session) -> None:
    ann, bob = make_account(db), make_account(db)
    ids = _send(db, ann, 7)
    _send(db, bob, 3)
    seen, after = [], None
    for _ in range(3):
        page = messages.listing(db, ann.id, after, 3)
        seen += [view.id for view in page.items]
        after = page.next
    assert (seen, after) == (ids[::-1], None)


def test_reading_up_to_a_message_leaves_later_ones_new(db: Session) -> None:
    ann, bob = make_account(db), make_account(db)
    ids = _send(db, ann, 4)
    _send(db, bob)
    messages.mark_read(db, ann.id, ids[1])
    assert (_unread(db, ann), _unread(db, bob)) == (2, 1)
    assert [bool(v.read_at) for v in messages.listing(db, ann.id, None, 9).items] == [
        False,
        False,
        True,
        True,
    ]
    messages.mark_read(db, ann.id, ids[1])
    assert _unread(db, ann) == 2
    messages.mark_read(db, ann.id, 10**9)
    assert (_unread(db, ann), _unread(db, bob)) == (0, 1)


def test_one_query_for_a_page(db: Session) -> None:
    ann = make_account(db)
    _send(db, ann, 9)
    statements: list[str] = []
    event.listen(db.connection(), "before_cursor_execute", lambda *args: statements.append(args[2]))
    messages.listing(db, ann.id, None, 5)
    assert len(statements) == 1
