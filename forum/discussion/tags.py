"""Tags: what a thread is about, in words that people share."""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Actor
from forum.db import AnySelect, rows
from forum.discussion import anonymity
from forum.discussion.tables import Post, Tag, TagMerge, TagMergeThread, TagSynonym, Thread, ThreadTag
from forum.paging import Cursor, Page

#: Characters of a caution, and of a description.
CAUTION_LENGTH = 1000
DESCRIPTION_LENGTH = 500


class TagRow(NamedTuple):
    """`caution` stands above every thread with the tag: plain text, paragraphs apart by an empty line."""

    name: str
    description: str
    thread_count: int
    caution: str
    id: int

    @property
    def paragraphs(self) -> list[str]:
        """Those of the caution."""
        return self.caution.split("\n\n")


COLUMNS: AnySelect = select(Tag.name, Tag.description, Tag.thread_count, Tag.caution, Tag.id)
_NAMED = COLUMNS.where(Tag.name.in_(bindparam("names", expanding=True)))
_MEANT = (
    select(TagSynonym.name, Tag.name.label("meant"))
    .join(Tag, Tag.id == TagSynonym.tag_id)
    .where(TagSynonym.name.in_(bindparam("names", expanding=True)))
)
_SYNONYMS = select(TagSynonym.name).where(TagSynonym.tag_id == bindparam("tag_id")).order_by(TagSynonym.name)
_unnamed = select(Post.thread_id).where(Post.id.in_(anonymity.posts_written(bindparam("account_id"))))
_USED_BY = (
    select(Tag.name)
    .join(ThreadTag, ThreadTag.tag_id == Tag.id)
    .join(Thread, Thread.id == ThreadTag.thread_id)
    .where(
        Tag.name.in_(bindparam("names", expanding=True)),
        or_(Thread.author_id == bindparam("account_id"), Thread.id.in_(_unnamed)),
    )
    .distinct()
)
_IDS = select(Tag.name, Tag.id).where(Tag.name.in_(bindparam("names", expanding=True)))
_CREATE = text(
    "INSERT INTO tag (name, description, caution, thread_count) VALUES (:name, '', '', 0)"
    " ON CONFLICT (name) DO NOTHING"
)


def resolved(db: Session, names: Collection[str]) -> list[str]:
    """The names that these tags have by now (of synonyms and merged tags), in order and without repeats."""
    meant = {found.name: found.meant for found in rows(db, _MEANT, names=tuple(names))}
    return list(dict.fromkeys(meant.get(name, name) for name in names))


def assign(db: Session, thread: Thread, names: Sequence[str]) -> None:
    """The thread carries the tags that these names mean, and no others, in this order; tags that nobody used
    before come into being.
    """
    meant = resolved(db, names)
    if left := set(thread.tag_names.split()) - set(meant):
        _go_ahead(db, thread, left, meant)
    put(db, thread, meant)


def _go_ahead(db: Session, thread: Thread, left: Collection[str], meant: Collection[str]) -> None:
    """Where the thread leaves a tag for the one that it became, before the merge has come to it, the merge
    knows of it when it is undone.
    """
    into = aliased(Tag)
    merges = (
        select(TagMerge.id)
        .join(Tag, Tag.id == TagMerge.from_id)
        .join(into, into.id == TagMerge.into_id)
        .where(Tag.name.in_(left), into.name.in_(meant), TagMerge.undone_at.is_(None))
    )
    db.add_all(
        TagMergeThread(merge_id=merge_id, thread_id=thread.id, tag_names=thread.tag_names)
        for merge_id in db.scalars(merges).all()
    )


def put(db: Session, thread: Thread, names: Sequence[str]) -> None:
    """As `assign`, for names that are no synonyms."""
    ids = _ids(db, names)
    carried = select(ThreadTag.tag_id).where(ThreadTag.thread_id == thread.id)
    kept = set(db.scalars(carried)) if thread.tag_names else set()
    gone, new = kept - set(ids), [tag_id for tag_id in ids if tag_id not in kept]
    thread.tag_names = " ".join(names)
    db.add_all(_carried(thread, tag_id) for tag_id in new)
    if gone:
        db.execute(delete(ThreadTag).where(ThreadTag.thread_id == thread.id, ThreadTag.tag_id.in_(gone)))
    if thread.shown:
        _count(db, gone, -1)
        _count(db, new, 1)
    db.flush()


def _count(db: Session, tag_ids: Collection[int], step: int) -> None:
    """So many shown threads more (+1) or fewer (-1) carry each of the tags."""
    if tag_ids:
        db.execute(update(Tag).where(Tag.id.in_(tag_ids)).values(thread_count=Tag.thread_count + step))


def _carried(thread: Thread, tag_id: int) -> ThreadTag:
    return ThreadTag(
        thread_id=thread.id,
        tag_id=tag_id,
        shown=thread.shown,
        active_at=thread.active_at,
        created_at=thread.created_at,
        is_unanswered=thread.is_unanswered,
        hot=thread.hot,
    )


def describe(db: Session, name: str, description: str) -> None:
    """The tag exists and has this description."""
    _ids(db, [name])
    db.execute(update(Tag).where(Tag.name == name).values(description=description))


def set_unnamed(db: Session, name: str, allowed: bool) -> bool:
    """Whether a thread with the tag can be begun without a name; False if that is so already."""
    changes = update(Tag).where(Tag.name == name, Tag.allows_anonymous.is_not(allowed))
    return db.scalar(changes.values(allows_anonymous=allowed).returning(Tag.id)) is not None


def allows_unnamed(db: Session, name: str) -> bool:
    """Whether a thread with the tag can be begun without a name."""
    return bool(db.scalar(select(Tag.allows_anonymous).where(Tag.name == name)))


def set_caution(db: Session, name: str, words: str) -> bool:
    """The tag has this caution, "" for none; False if there is no such tag."""
    changed = update(Tag).where(Tag.name == name).values(caution=words).returning(Tag.id)
    return db.scalar(changed) is not None


def named(db: Session, name: str) -> TagRow | None:
    """The tag of this name."""
    return all_named(db, [name]).get(name)


def all_named(db: Session, names: Collection[str]) -> Mapping[str, TagRow]:
    """The tags of these names, by name."""
    return {found.name: TagRow(*found) for found in rows(db, _NAMED, names=tuple(names))}


def synonyms(db: Session, tag_id: int) -> list[str]:
    """The other names of the tag."""
    return [found.name for found in rows(db, _SYNONYMS, tag_id=tag_id)]


def used_by(db: Session, names: Collection[str], account_id: int) -> set[str]:
    """Those of the tags that any thread of the person carries, shown or not."""
    return {found.name for found in rows(db, _USED_BY, names=tuple(names), account_id=account_id)}


def is_shown_to(db: Session, found: Collection[TagRow], viewer: Actor | None) -> bool:
    """Whether the viewer may see all of these tags: one that only hidden threads carry may be what was
    hidden, so it is for their authors and moderators.
    """
    doubtful = [tag.name for tag in found if not (tag.thread_count or tag.description)]
    if not doubtful:
        return True
    if viewer is None:
        return False
    return viewer.is_moderator or set(doubtful) <= used_by(db, doubtful, viewer.id)


class Order(StrEnum):
    """Of the list of tags."""

    USE = "use"
    NAME = "name"
    NEWEST = "newest"


def listing(
    db: Session, after: str | None, limit: int, order: Order = Order.USE, words: str = ""
) -> Page[TagRow]:
    """Tags with visible threads, the busiest first, by name, or those that came into being last.

    With `words` only those in whose name, other names or description they stand: this reads every tag.
    """
    statement = COLUMNS.where(Tag.thread_count > 0, *(_with(words) if words else ()))
    if order == Order.NAME:
        cursor = Cursor.decode(after, str)
        later = Tag.name > cursor[0] if cursor else None
        statement = statement.order_by(Tag.name)
    elif order == Order.NEWEST:
        cursor = Cursor.decode(after, int)
        later = Tag.id < cursor[0] if cursor else None
        statement = statement.order_by(Tag.id.desc())
    else:
        cursor = Cursor.decode(after, int, str)
        later = _less_used(*cursor) if cursor else None
        statement = statement.order_by(Tag.thread_count.desc(), Tag.name)
    if later is not None:
        statement = statement.where(later)
    found = [TagRow(*tag) for tag in rows(db, statement.limit(limit + 1))]
    return Page.of(found, limit, _KEYS[order])


_KEYS: Mapping[Order, Callable[[TagRow], tuple[int | str, ...]]] = {
    Order.USE: lambda tag: (tag.thread_count, tag.name),
    Order.NAME: lambda tag: (tag.name,),
    Order.NEWEST: lambda tag: (tag.id,),
}


def _less_used(count: int, name: str) -> ColumnElement[bool]:
    return (Tag.thread_count < count) | ((Tag.thread_count == count) & (Tag.name > name))


def _with(words: str) -> tuple[ColumnElement[bool], ...]:
    # Names are written with hyphens where people type spaces.
    name = "-".join(words.casefold().split())
    others = select(TagSynonym.tag_id).where(TagSynonym.name.contains(name, autoescape=True))
    by_name = Tag.name.contains(name, autoescape=True)
    return (or_(by_name, Tag.id.in_(others), Tag.description.icontains(words, autoescape=True)),)


def _ids(db: Session, names: Sequence[str]) -> list[int]:
    """Ids of the tags, in the order of the names; missing ones are created, also beside another writer."""
    found = _found(db, names)
    if missing := sorted(set(names) - found.keys()):
        db.execute(_CREATE, [{"name": name} for name in missing])
        found = _found(db, names)
    return [found[name] for name in names]


def _found(db: Session, names: Collection[str]) -> Mapping[str, int]:
    """The ids of those of the tags that exist, by name."""
    return {tag.name: tag.id for tag in rows(db, _IDS, names=tuple(names))}
