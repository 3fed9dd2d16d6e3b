"""Threads as lines of a list, and lists that go on page by page along an index, whatever their order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, select, tuple_
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.db import AnyRow, AnySelect, rows
from forum.discussion.tables import Thread
from forum.paging import Cursor, Page, Value

_Author, _Active = aliased(Account), aliased(Account)


class ThreadRow(NamedTuple):
    """One line of a list."""

    id: int
    kind: str
    title: str
    slug: str
    tag_names: str
    state: str
    score: int
    answer_count: int
    is_accepted: bool
    active_at: datetime
    author: str
    active_by: str
    created_at: datetime
    hot: float


ROWS: AnySelect = (
    select(
        Thread.id,
        Thread.kind,
        Thread.title,
        Thread.slug,
        Thread.tag_names,
        Thread.state,
        Thread.score,
        Thread.answer_count,
        Thread.is_accepted,
        Thread.active_at,
        _Author.name,
        _Active.name,
        Thread.created_at,
        Thread.hot,
    )
    .join(_Author, _Author.id == Thread.author_id)
    .join(_Active, _Active.id == Thread.active_by_id)
)
#: What lists are ordered by, and what that is in a cursor.
KINDS: dict[str, type[Value]] = {
    "active_at": datetime,
    "created_at": datetime,
    "hot": float,
    "score": int,
    "answer_count": int,
    "id": int,
}
MOST = bindparam("most", type_=Integer)


class Keys(NamedTuple):
    """What a list is ordered by, falling: columns of `statement` by their names in a ThreadRow."""

    columns: dict[str, Any]

    @property
    def falling(self) -> list[Any]:
        return [column.desc() for column in self.columns.values()]

    @property
    def are_later(self) -> Any:
        """Whether a row comes after the one whose keys are bound."""
        bound = [bindparam(f"last_{name}", type_=column.type) for name, column in self.columns.items()]
        return tuple_(*self.columns.values()) < tuple_(*bound)


class ThreadList(NamedTuple):
    """A list's first page and its later ones; built once, because building costs more than asking."""

    first: AnySelect
    later: AnySelect
    names: Sequence[str]


def thread_list(statement: AnySelect, **columns: Any) -> ThreadList:
    """The threads of `statement`, ordered by these columns, all falling; the last one is unique."""
    keys = Keys(columns)
    first = statement.order_by(*keys.falling).limit(MOST)
    return ThreadList(first, first.where(keys.are_later), tuple(columns))


def page_of(
    db: Session, which: ThreadList, after: str | None, limit: int, **values: object
) -> Page[ThreadRow]:
    """One page of the list: what comes after the cursor."""
    found = _found(db, which, after, most=limit + 1, **values)
    threads = [ThreadRow._make(thread) for thread in found]
    return Page.of(threads, limit, lambda last: tuple(getattr(last, name) for name in which.names))


def _found(db: Session, which: ThreadList, after: str | None, **values: object) -> Sequence[AnyRow]:
    cursor = Cursor.decode(after, *(KINDS[name] for name in which.names))
    if cursor is None:
        return rows(db, which.first, **values)
    last = {f"last_{name}": value for name, value in zip(which.names, cursor, strict=True)}
    return rows(db, which.later, **last, **values)
