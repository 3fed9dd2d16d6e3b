"""What writing asks of the database: little, whatever there is; and what it leaves needs no settling."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.db import rows
from forum.discussion import visibility
from forum.discussion.tables import Post, Revision, Tag, Thread, ThreadTag
from forum.discussion.visibility import Change
from tests.makers import make_account, make_answer, make_comment, make_thread, opening

#: Statements that one act may send; those of SQLite, which needs one more for its index.
#: Following one's own thread, telling followers, and how the reader wants to be told take up to five.
MOST = {"ask": 23, "answer": 26, "comment": 25}


@contextmanager
def counted(db: Session) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []
    note = lambda _connection, _cursor, sql, *_: sent.append(sql)  # noqa: E731
    event.listen(db.connection(), "before_cursor_execute", note)
    yield sent
    event.remove(db.connection(), "before_cursor_execute", note)


def test_writing_sends_few_statements(db: Session) -> None:
    asker, answerer = make_account(db), make_account(db)
    thread = make_thread(db, asker)
    answer = make_answer(db, thread, answerer)
    acts: dict[str, Callable[[], Any]] = {
        "ask": partial(make_thread, db, asker),
        "answer": partial(make_answer, db, thread, answerer, "And here is some more of it."),
        "comment": partial(make_comment, db, answer, asker),
    }
    for name, act in acts.items():
        with counted(db) as sent:
            act()
        assert len(sent) <= MOST[name], (name, sent)


def everything(db: Session) -> list[Any]:
    """All that depends on which posts readers see."""
    db.flush()
    tables = (Post, Thread, ThreadTag, Tag, Revision)
    people = select(Account.id, Account.shown_posts).order_by(Account.id)
    found = [rows(db, select(table.__table__).order_by(*table.__table__.primary_key)) for table in tables]
    return [*found, rows(db, people)]


@pytest.mark.parametrize("shown_posts", [10, 0])
def test_a_new_post_needs_no_settling(db: Session, shown_posts: int) -> None:
    """What `begin` makes true of a new post, shown or held, is what settling finds true of any."""
    author = make_account(db, shown_posts=shown_posts)
    thread, written = make_thread(db), []
    written.append(opening(db, make_thread(db, author, tags="mice evidence")))
    written.append(make_answer(db, thread, author))
    written.append(make_comment(db, make_answer(db, thread), author))
    for post in written:
        before = everything(db)
        assert visibility.settle_thread(db, db.get_one(Thread, post.thread_id)) == Change([], [])
        assert everything(db) == before
