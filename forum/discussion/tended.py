"""Threads with certain tags, as those see them who moderate only these tags."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, false, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from forum.accounts.tables import Actor
from forum.db import rows
from forum.discussion.tables import Tag, ThreadTag


def names_of(db: Session, tag_ids: Collection[int]) -> list[str]:
    """The names of these tags, in order."""
    if not tag_ids:
        return []
    return [
        str(found.name) for found in rows(db, select(Tag.name).where(Tag.id.in_(tag_ids)).order_by(Tag.name))
    ]


def is_by(db: Session, viewer: Actor | None, thread_id: int) -> bool:
    """Whether the thread has a tag that the viewer moderates; asks nothing for who moderates none."""
    if viewer is None or not viewer.tended_tags:
        return False
    carried = ThreadTag.thread_id == thread_id, ThreadTag.tag_id.in_(viewer.tended_tags)
    return bool(db.scalar(select(exists().where(*carried))))


def among(tag_ids: Collection[int], thread_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """In SQL: the thread has one of these tags."""
    if not tag_ids:
        return false()
    return exists().where(ThreadTag.thread_id == thread_id, ThreadTag.tag_id.in_(tag_ids))
