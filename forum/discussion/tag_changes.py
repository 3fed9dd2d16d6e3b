"""Tags that get other names, and tags that become another one, with the way back.

A merge moves threads in batches: what is to be done next can be seen from the tables, so it goes on after a
stop, and an undo can begin before the merge has come to its end. Each batch leaves every count right.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import rows
from forum.discussion import tags, wording
from forum.discussion.tables import Tag, TagMerge, TagMergeThread, TagSynonym, Thread, ThreadTag
from forum.discussion.tags import TagRow
from forum.errors import Conflict
from forum.languages.words import N_, _


class MergeView(NamedTuple):
    """A merge in force: the tag `name` became this one."""

    id: int
    name: str
    by: str
    at: datetime
    why: str


class CameWithMerge(Conflict):
    """The name of a tag that became another one is no name to take away: the merge can be undone."""

    code = "came_with_merge"
    title = N_("This name came with a merge")
    words = N_(
        "Undo the merge instead, where the tag is edited, under “Merged into this one”: then it is a tag of"
        " its own again."
    )


def is_in_use(db: Session, tag: TagRow) -> bool:
    """Whether the tag has anything of its own: threads that carry it, shown or not, words, other names."""
    carried = exists().where(ThreadTag.tag_id == tag.id)
    has_names = exists().where(TagSynonym.tag_id == tag.id)
    return bool(tag.description or tag.caution or db.scalar(select(or_(carried, has_names))))


def add_synonym(db: Session, tag_id: int, name: str) -> None:
    """Whoever types the name gets the tag."""
    db.add(TagSynonym(name=name, tag_id=tag_id))
    db.flush()


def drop_synonym(db: Session, tag_id: int, name: str) -> bool:
    """The name is free again; False if it was not one of this tag. CameWithMerge if it cannot be."""
    if merged(db, [name]):
        raise CameWithMerge
    gone = delete(TagSynonym).where(TagSynonym.tag_id == tag_id, TagSynonym.name == name)
    return db.scalar(gone.returning(TagSynonym.name)) is not None


def merged(db: Session, names: Collection[str]) -> frozenset[str]:
    """Those of the names that were tags, and became other names in a merge that is in force."""
    came = select(Tag.name).join(TagMerge, TagMerge.from_id == Tag.id)
    return frozenset(db.scalars(came.where(Tag.name.in_(names), TagMerge.undone_at.is_(None))))


def merge(db: Session, tag: TagRow, into: TagRow, actor_id: int, why: str) -> TagMerge:
    """The tag's names lead to `into`, which takes over the words that it lacks. Its threads go by `move`."""
    names = tags.synonyms(db, tag.id)
    db.execute(update(TagSynonym).where(TagSynonym.tag_id == tag.id).values(tag_id=into.id))
    lacking = [name for name in ("description", "caution") if getattr(tag, name) and not getattr(into, name)]
    words = {name: getattr(tag, name) for name in lacking}
    if words:
        db.execute(update(Tag).where(Tag.id == into.id).values(words))
    took = {"synonyms": names, "words": words}
    add_synonym(db, into.id, tag.name)
    made = TagMerge(from_id=tag.id, into_id=into.id, took=took, actor_id=actor_id, why=why, at=now())
    db.add(made)
    db.flush()
    return made


def is_moving(db: Session, tag_ids: Sequence[int]) -> bool:
    """Whether threads are still on their way to or from one of the tags."""
    touched = or_(TagMerge.from_id.in_(tag_ids), TagMerge.into_id.in_(tag_ids))
    goes = exists().where(ThreadTag.tag_id == TagMerge.from_id) & TagMerge.undone_at.is_(None)
    comes_back = exists().where(TagMergeThread.merge_id == TagMerge.id) & TagMerge.undone_at.is_not(None)
    return db.scalar(select(TagMerge.id).where(touched, or_(goes, comes_back)).limit(1)) is not None


def remember(made: TagMerge, **more: Any) -> None:
    """The merge knows this too when it is undone."""
    # A new dictionary: a change inside the old one would not be noticed.
    made.took = {**made.took, **more}


def undo(db: Session, made: TagMerge) -> None:
    """The names and words are where they were, unless they were changed since. Threads go back by `move`.

    Conflict if it was undone before, or if one of the two became yet another tag since.
    """
    if made.undone_at is not None:
        raise Conflict(_("This was undone before."))
    tag, into = db.get_one(Tag, made.from_id), db.get_one(Tag, made.into_id)
    if db.get(TagSynonym, into.name) is not None:
        raise Conflict(
            _("“{tag}” itself went into another tag since. Undo that first.").format(tag=into.name)
        )
    mine = TagSynonym.name.in_(made.took["synonyms"])
    db.execute(delete(TagSynonym).where(TagSynonym.name == tag.name))
    db.execute(update(TagSynonym).where(mine, TagSynonym.tag_id == into.id).values(tag_id=tag.id))
    for name, value in made.took["words"].items():
        if getattr(into, name) == value:
            setattr(into, name, "")
    made.undone_at = now()
    db.flush()


def move(db: Session, made: TagMerge, most: int) -> list[int]:
    """Up to `most` threads carry what the merge, or its undoing, gives them; answers their ids, or none."""
    return _give_back(db, made, most) if made.undone_at else _take(db, made, most)


def name_of(db: Session, tag_id: int) -> str:
    """The name of the tag."""
    return db.get_one(Tag, tag_id).name


def merges_into(db: Session, tag_id: int) -> list[MergeView]:
    """The merges into the tag that can be undone, the latest first."""
    gone = aliased(Tag)
    wanted = (
        select(TagMerge.id, gone.name, Account.name, TagMerge.at, TagMerge.why)
        .join(gone, gone.id == TagMerge.from_id)
        .join(Account, Account.id == TagMerge.actor_id)
        .where(TagMerge.into_id == tag_id, TagMerge.undone_at.is_(None))
        .order_by(TagMerge.id.desc())
    )
    return [MergeView(*found) for found in rows(db, wanted)]


def _take(db: Session, made: TagMerge, most: int) -> list[int]:
    tag, into = name_of(db, made.from_id), name_of(db, made.into_id)
    carrying = select(ThreadTag.thread_id).where(ThreadTag.tag_id == made.from_id).limit(most)
    found = _threads(db, db.scalars(carrying).all())
    for thread in found:
        before = thread.tag_names.split()
        db.add(TagMergeThread(merge_id=made.id, thread_id=thread.id, tag_names=thread.tag_names))
        tags.put(db, thread, list(dict.fromkeys(into if name == tag else name for name in before)))
    return [thread.id for thread in found]


def _give_back(db: Session, made: TagMerge, most: int) -> list[int]:
    tag, into = name_of(db, made.from_id), name_of(db, made.into_id)
    kept = select(TagMergeThread).where(TagMergeThread.merge_id == made.id).limit(most)
    before = {moved.thread_id: moved.tag_names.split() for moved in db.scalars(kept)}
    found = _threads(db, list(before))
    for thread in found:
        tags.put(db, thread, _without(thread.tag_names.split(), before[thread.id], tag, into))
    done = delete(TagMergeThread).where(TagMergeThread.merge_id == made.id)
    db.execute(done.where(TagMergeThread.thread_id.in_(before)))
    return [thread.id for thread in found]


def _without(names: Sequence[str], before: Sequence[str], tag: str, into: str) -> list[str]:
    """The names as they were before; of a thread tagged anew since, only the merged tag comes back."""
    merged = list(dict.fromkeys(into if name == tag else name for name in before))
    if list(names) == merged:
        return list(before)
    if into not in names:
        return list(names)
    if into in before:
        return [*names, tag] if len(names) < wording.TAGS else list(names)
    return [tag if name == into else name for name in names]


def _threads(db: Session, thread_ids: Sequence[int]) -> Sequence[Thread]:
    return db.scalars(select(Thread).where(Thread.id.in_(thread_ids)).order_by(Thread.id)).all()
