"""Lists of threads: what is new, what waits for an answer, what carries a tag, what somebody asked."""

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.orm import Session

from forum.discussion.tables import Tag, Thread, ThreadTag
from forum.discussion.thread_rows import ROWS, ThreadRow, page_of, thread_list
from forum.paging import Page

_SHOWN = ROWS.where(Thread.shown)
_TAG_ID = select(Tag.id).where(Tag.name == bindparam("tag_name")).scalar_subquery()
_LATEST = thread_list(_SHOWN, active_at=Thread.active_at, id=Thread.id)
_NEWEST = thread_list(_SHOWN, created_at=Thread.created_at, id=Thread.id)
_UNANSWERED = thread_list(_SHOWN.where(Thread.is_unanswered), active_at=Thread.active_at, id=Thread.id)
_TAGGED = thread_list(
    ROWS.join(ThreadTag, ThreadTag.thread_id == Thread.id).where(
        ThreadTag.tag_id == _TAG_ID, ThreadTag.shown
    ),
    active_at=ThreadTag.active_at,
    id=ThreadTag.thread_id,
)
_BY_AUTHOR = thread_list(
    _SHOWN.where(Thread.author_id == bindparam("author_id")), active_at=Thread.active_at, id=Thread.id
)


def latest(db: Session, after: str | None, limit: int) -> Page[ThreadRow]:
    """All threads, those with the latest posts first."""
    return page_of(db, _LATEST, after, limit)


def newest(db: Session, after: str | None, limit: int) -> Page[ThreadRow]:
    """All threads, those begun last first."""
    return page_of(db, _NEWEST, after, limit)


def unanswered(db: Session, after: str | None, limit: int) -> Page[ThreadRow]:
    """Questions that nobody has answered yet."""
    return page_of(db, _UNANSWERED, after, limit)


def tagged(db: Session, tag_name: str, after: str | None, limit: int) -> Page[ThreadRow]:
    """Threads that carry the tag, those with the latest posts first."""
    return page_of(db, _TAGGED, after, limit, tag_name=tag_name)


def by_author(db: Session, account_id: int, after: str | None, limit: int) -> Page[ThreadRow]:
    """Threads that the person began."""
    return page_of(db, _BY_AUTHOR, after, limit, author_id=account_id)


def named_beside(db: Session, thread_id: int) -> list[int]:
    """Ids of the threads whose pages show the title of this one: its original, and its duplicates."""
    original = select(Thread.duplicate_of_id).where(Thread.id == thread_id)
    duplicates = select(Thread.id).where(Thread.duplicate_of_id == thread_id)
    return [found for found in db.scalars(union_all(original, duplicates)) if found is not None]
