"""What stands above the posts of a thread: the cautions of its tags, and other threads that asked the same.

Both are columns of the one query that reads the thread, because most threads have neither.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import String, bindparam, cast, func, literal, select

from forum.discussion.post_notices import BETWEEN, RECORD, UNIT
from forum.discussion.tables import Tag, Thread, ThreadTag

#: So many duplicates are named, the latest.
MOST = 10


class Named(NamedTuple):
    """Another thread: the original of this one, or one that is a duplicate of it."""

    id: int
    title: str
    slug: str


class Caution(NamedTuple):
    """What moderators want every reader of a tag's threads to know."""

    tag: str
    paragraphs: tuple[str, ...]


_THREAD_ID = bindparam("thread_id", type_=Thread.id.type)
_latest = (
    select(Thread.id, Thread.title, Thread.slug)
    .where(Thread.duplicate_of_id == _THREAD_ID, Thread.shown)
    .order_by(Thread.id.desc())
    .limit(MOST)
    .subquery()
)
_unit = literal(UNIT)
DUPLICATES_COLUMN = select(
    func.aggregate_strings(
        cast(_latest.c.id, String) + _unit + _latest.c.title + _unit + _latest.c.slug, BETWEEN
    )
).scalar_subquery()
CAUTIONS_COLUMN = (
    select(func.aggregate_strings(Tag.name + _unit + Tag.caution, BETWEEN))
    .join(ThreadTag, ThreadTag.tag_id == Tag.id)
    .where(ThreadTag.thread_id == _THREAD_ID, Tag.caution != "")
    .scalar_subquery()
)


def duplicates(column: str | None) -> list[Named]:
    """The threads in a value of DUPLICATES_COLUMN, the first asked first."""
    if not column:
        return []
    parts = (thread.split(UNIT) for thread in column.split(RECORD))
    return sorted(Named(int(thread_id), title, slug) for thread_id, title, slug in parts)


def cautions(column: str | None, tag_names: Sequence[str]) -> list[Caution]:
    """The cautions in a value of CAUTIONS_COLUMN, in the order of the thread's tags."""
    if not column:
        return []
    found = dict(tag.split(UNIT, 1) for tag in column.split(RECORD))
    return [Caution(name, tuple(found[name].split("\n\n"))) for name in tag_names if name in found]
