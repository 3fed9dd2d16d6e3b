"""Tags: what a thread is about, in words that people share."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.db import row, rows
from forum.discussion.tables import Tag, Thread, ThreadTag
from forum.paging import Cursor, Page

#: Characters of a caution.
CAUTION_LENGTH = 1000


class TagRow(NamedTuple):
    """`caution` stands above every thread with the tag: plain text, paragraphs apart by an empty line."""

    name: str
    description: str
    thread_count: int
    caution: str

    @property
    def paragraphs(self) -> list[str]:
        """Those of the caution."""
        return self.caution.split("\n\n")


_COLUMNS = (Tag.name, Tag.description, Tag.thread_count, Tag.caution)
_NAMED = select(*_COLUMNS).where(Tag.name == bindparam("name"))
_USED_BY = (
    select(Thread.id)
    .join(ThreadTag, ThreadTag.thread_id == Thread.id)
    .join(Tag, Tag.id == ThreadTag.tag_id)
    .where(Tag.name == bindparam("name"), Thread.author_id == bindparam("account_id"))
    .limit(1)
)


def assign(db: Session, thread: Thread, names: Sequence[str]) -> None:
    """The thread carries exactly these tags, in this order; tags that nobody used before come into being."""
    ids = _ids(db, names)
    kept = set(db.scalars(select(ThreadTag.tag_id).where(ThreadTag.thread_id == thread.id)))
    gone, new = kept - set(ids), [tag_id for tag_id in ids if tag_id not in kept]
    db.execute(delete(ThreadTag).where(ThreadTag.thread_id == thread.id, ThreadTag.tag_id.in_(gone)))
    db.add_all(
        ThreadTag(thread_id=thread.id, tag_id=tag_id, shown=thread.shown, active_at=thread.active_at)
        for tag_id in new
    )
    if thread.shown:
        db.execute(update(Tag).where(Tag.id.in_(gone)).values(thread_count=Tag.thread_count - 1))
        db.execute(update(Tag).where(Tag.id.in_(new)).values(thread_count=Tag.thread_count + 1))
    thread.tag_names = " ".join(names)
    db.flush()


def describe(db: Session, name: str, description: str) -> None:
    """The tag exists and has this description."""
    _ids(db, [name])
    db.execute(update(Tag).where(Tag.name == name).values(description=description))


def set_caution(db: Session, name: str, words: str) -> bool:
    """The tag has this caution, "" for none; False if there is no such tag."""
    changed = update(Tag).where(Tag.name == name).values(caution=words).returning(Tag.id)
    return db.scalar(changed) is not None


def named(db: Session, name: str) -> TagRow | None:
    """The tag of this name."""
    found = row(db, _NAMED, name=name)
    return TagRow(*found) if found else None


def is_used_by(db: Session, name: str, account_id: int) -> bool:
    """Whether any thread of the person, shown or not, carries the tag."""
    return row(db, _USED_BY, name=name, account_id=account_id) is not None


def listing(db: Session, after: str | None, limit: int) -> Page[TagRow]:
    """Tags with visible threads, the busiest first."""
    statement = select(*_COLUMNS).where(Tag.thread_count > 0).order_by(Tag.thread_count.desc(), Tag.name)
    cursor = Cursor.decode(after, int, str)
    if cursor:
        count, name = cursor
        later = (Tag.thread_count < count) | ((Tag.thread_count == count) & (Tag.name > name))
        statement = statement.where(later)
    found = [TagRow(*tag) for tag in rows(db, statement.limit(limit + 1))]
    return Page.of(found, limit, lambda tag: (tag.thread_count, tag.name))


def _ids(db: Session, names: Sequence[str]) -> list[int]:
    """Ids of the tags, in the order of the names; missing ones are created, also beside another writer."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = [{"name": name, "description": "", "thread_count": 0} for name in sorted(names)]
    db.execute(insert(Tag).values(new).on_conflict_do_nothing())
    found = {tag.name: tag.id for tag in db.execute(select(Tag.id, Tag.name).where(Tag.name.in_(names)))}
    return [found[name] for name in names]
