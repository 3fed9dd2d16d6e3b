"""What search engines are told of: every visible thread, reference and tag, in files of a range of ids each.

A file holds the same ids for ever, so it changes only when one of them does, and finding its rows never skips
over others.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, bindparam, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from forum.db import AnyRow, rows
from forum.discussion.tables import Citation, Post, Tag, Thread, ThreadTag
from forum.references.tables import Reference

#: So many threads with the latest posts say when their files changed; files without one of them say nothing.
RECENT = 5000


class Listed(NamedTuple):
    """One page: its path, and when it changed last, None if nobody knows."""

    path: str
    changed_at: datetime | None


class File(NamedTuple):
    """A file that is not empty, counted from 1, and when any page in it changed last, None if long ago."""

    number: int
    changed_at: datetime | None


class _Kind(NamedTuple):
    id: ColumnElement[int]
    #: Written so that no index but that of the ids fits: it is a part of nearly every row.
    visible: ColumnElement[bool]
    columns: tuple[Any, ...]
    listed: Callable[[AnyRow], Listed]


_LAST_CITED = (
    select(func.max(Post.shown_at))
    .join(Citation, Citation.post_id == Post.id)
    .where(Citation.reference_id == Reference.id, Post.visible)
    .correlate(Reference)
    .scalar_subquery()
)
_LAST_ACTIVE = (
    select(func.max(ThreadTag.active_at))
    .where(ThreadTag.tag_id == Tag.id, ThreadTag.shown)
    .correlate(Tag)
    .scalar_subquery()
)
_THREADS = _Kind(
    Thread.__table__.c.id,
    and_(Thread.shown.is_not(False), Thread.merged_into_id.is_(None), Thread.duplicate_of_id.is_(None)),
    (Thread.id, Thread.slug, Thread.active_at),
    lambda found: Listed(f"/t/{found.id}/{found.slug}", found.active_at),
)
_REFERENCES = _Kind(
    Reference.__table__.c.id,
    and_(Reference.citation_count != 0, Reference.merged_into_id.is_(None)),
    (
        Reference.id,
        Reference.slug,
        Reference.resolved_at,
        Reference.checked_at,
        _LAST_CITED.label("cited_at"),
    ),
    lambda found: Listed(
        f"/references/{found.id}/{found.slug}",
        max(filter(None, (found.resolved_at, found.checked_at, found.cited_at)), default=None),
    ),
)
_TAGS = _Kind(
    Tag.__table__.c.id,
    Tag.thread_count != 0,
    (Tag.name, _LAST_ACTIVE.label("active_at")),
    lambda found: Listed(f"/tags/{found.name}", found.active_at),
)
_RECENT = (
    select(Thread.id, Thread.active_at)
    .where(Thread.shown)
    .order_by(Thread.active_at.desc(), Thread.id.desc())
    .limit(bindparam("most", type_=Integer))
)
#: People are not among them: what somebody wrote is found by what it says, not gathered under their name.
KINDS: Mapping[str, _Kind] = {"threads": _THREADS, "references": _REFERENCES, "tags": _TAGS}


def files(db: Session, kind: str, size: int) -> list[File]:
    """The files of this kind that hold something, each of `size` ids."""
    of, each = KINDS[kind], bindparam("size", type_=Integer)
    first = select(of.id).where(of.visible).order_by(of.id).limit(1)
    # Above nothing: so SQLite goes by the ids even if there are few.
    begins = select(first.where(of.id > 0).scalar_subquery().label("id")).cte("begins", recursive=True)
    # From the first visible id of a file to that of the next one: one look at the index for each.
    ends = ((begins.c.id - 1) // each + 1) * each
    following = first.where(of.id > ends).correlate(begins).scalar_subquery()
    begins = begins.union_all(select(following).where(begins.c.id.is_not(None)))
    found = rows(db, select(begins.c.id).where(begins.c.id.is_not(None)), size=size)
    changed = _changed(db, size) if kind == "threads" else {}
    numbers = [(begin.id - 1) // size + 1 for begin in found]
    return [File(number, changed.get(number)) for number in numbers]


def _changed(db: Session, size: int) -> Mapping[int, datetime]:
    """When each file of threads changed last, of those that changed lately."""
    found = rows(db, _RECENT, most=RECENT)
    # The oldest first, so that the newest of each file stays.
    return {(thread.id - 1) // size + 1: thread.active_at for thread in reversed(found)}


def pages(db: Session, kind: str, number: int, size: int) -> list[Listed]:
    """The visible pages of one file, `number` from 1, in the order of their ids."""
    of = KINDS[kind]
    within = (of.id > (number - 1) * size, of.id <= number * size)
    statement = select(*of.columns).where(*within, of.visible).order_by(of.id)
    return [of.listed(found) for found in rows(db, statement)]
