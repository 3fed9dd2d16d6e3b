"""A thread as a source that others cite: its record, as those of references are kept (CSL-JSON)."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import AnyRow, AnySelect, rows
from forum.discussion.tables import Thread
from forum.references.export import Entry


class Recorded(NamedTuple):
    """A thread, and what lists of references say of it."""

    id: int
    slug: str
    title: str
    entry: Entry


_THREAD: AnySelect = (
    select(Thread.id, Thread.slug, Thread.title, Account.name, Thread.created_at)
    .join(Account, Account.id == Thread.author_id)
    .where(Thread.id == bindparam("thread_id"))
)


def read(db: Session, thread_id: int, forum: str, base_url: str) -> Recorded:
    """The thread, which must be there: who asked what, in which forum, when; and that it was read today."""
    (thread,) = rows(db, _THREAD, thread_id=thread_id)
    return Recorded(thread.id, thread.slug, thread.title, _entry(thread, forum, base_url))


def _entry(thread: AnyRow, forum: str, base_url: str) -> Entry:
    record = {
        # "A post on an online forum", in CSL 1.0.2.
        "type": "post",
        "title": thread.title,
        "author": [{"literal": thread.name}],
        "issued": _date(thread.created_at),
        "accessed": _date(now()),
        "container-title": forum,
        "URL": f"{base_url}/t/{thread.id}/{thread.slug}",
    }
    return Entry(thread.id, record, ())


def _date(moment: datetime) -> dict[str, list[list[int]]]:
    day = moment.astimezone(UTC)
    return {"date-parts": [[day.year, day.month, day.day]]}
