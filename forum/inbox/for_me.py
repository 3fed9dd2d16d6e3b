"""The threads for one reader: of the tags, people, sources and threads that they follow, without what they
muted; those with the latest posts first.

Of each tag and person a page's worth is looked at along its index, however much there is; the first of all
these are the page.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, func, not_, or_, select, union
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.db import AnySelect, rows
from forum.discussion.tables import Citation, Post, Tag, Thread, ThreadTag
from forum.discussion.thread_rows import MOST, ROWS, Keys, ThreadList, ThreadRow, page_of
from forum.inbox.following import Kind, Level
from forum.inbox.tables import Follow
from forum.paging import Page

#: Earlier than every thread.
BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)
#: Of so many posts that cite the sources, the newest, the threads are for who follows those.
CITING = 200
#: So many of what somebody chose count, the latest of each kind.
MOST_CHOSEN = 500


class _Chosen(NamedTuple):
    """Ids of what one person follows, and of what they muted."""

    tags: list[int]
    people: list[int]
    threads: list[int]
    sources: list[int]
    muted_tags: list[int]
    muted_people: list[int]
    muted_threads: list[int]


def threads(db: Session, account_id: int, after: str | None, limit: int) -> Page[ThreadRow] | None:
    """One page of the threads for this person; None if they follow nothing from which any could come."""
    chosen = _chosen(db, account_id)
    if not (chosen.tags or chosen.people or chosen.threads or chosen.sources):
        return None
    asked = chosen._replace(threads=[*chosen.threads, *_citing(db, chosen.sources)])._asdict()
    return page_of(db, _FOR_ME, after, limit, before_all=BEFORE_ALL, **asked)


def _citing(db: Session, source_ids: Collection[int]) -> list[int]:
    """The threads with the newest posts that cite one of these."""
    newest = select(Citation.post_id).where(Citation.reference_id.in_(source_ids))
    newest = newest.order_by(Citation.post_id.desc()).limit(CITING)
    citing = select(Post.thread_id).where(Post.id.in_(newest.scalar_subquery()), Post.visible)
    return list(db.scalars(citing.distinct()))


def _chosen(db: Session, account_id: int) -> _Chosen:
    place = func.row_number().over(
        partition_by=(Follow.kind, Follow.level == Level.MUTE), order_by=(Follow.at.desc(), Follow.target_id)
    )
    each = select(Follow.kind, Follow.target_id, Follow.level, place.label("place"))
    mine = each.where(Follow.account_id == account_id).subquery()
    found = rows(db, select(mine).where(mine.c.place <= MOST_CHOSEN))
    of: dict[tuple[str, bool], list[int]] = {}
    for kind, target_id, level, _ in found:
        of.setdefault((kind, level == Level.MUTE), []).append(target_id)
    followed = (of.get((kind, False), []) for kind in (Kind.TAG, Kind.PERSON, Kind.THREAD, Kind.REFERENCE))
    muted = (of.get((kind, True), []) for kind in (Kind.TAG, Kind.PERSON, Kind.THREAD))
    return _Chosen(*followed, *muted)


def _among(name: str) -> Any:
    return bindparam(name, expanding=True, type_=Integer)


def _is_muted(thread_id: Any, author_id: Any = None) -> Any:
    """In SQL: the thread, its author or a tag of it is muted. Without `author_id` the thread is looked up."""
    tag, thread = aliased(ThreadTag), aliased(Thread)
    by_tag = select(tag.tag_id).where(tag.thread_id == thread_id, tag.tag_id.in_(_among("muted_tags")))
    loud = _among("muted_people")
    by_author = (
        select(thread.id).where(thread.id == thread_id, thread.author_id.in_(loud)).exists()
        if author_id is None
        else author_id.in_(loud)
    )
    return or_(thread_id.in_(_among("muted_threads")), by_author, by_tag.exists())


def _of_tags(is_later: bool) -> AnySelect:
    each = aliased(ThreadTag)
    nth = select(each.active_at).where(each.tag_id == Tag.id, each.shown, not_(_is_muted(each.thread_id)))
    wanted = select(ThreadTag.thread_id, ThreadTag.active_at).join(Tag, Tag.id == ThreadTag.tag_id)
    wanted = wanted.where(Tag.id.in_(_among("tags")), ThreadTag.shown, not_(_is_muted(ThreadTag.thread_id)))
    keys = Keys({"active_at": ThreadTag.active_at, "id": ThreadTag.thread_id})
    its_keys = Keys({"active_at": each.active_at, "id": each.thread_id})
    return _first(wanted, nth, keys, its_keys, Tag, is_later)


def _of_people(is_later: bool) -> AnySelect:
    each = aliased(Thread)
    nth = select(each.active_at).where(each.author_id == Account.id, each.shown)
    nth = nth.where(not_(_is_muted(each.id, each.author_id)))
    wanted = select(Thread.id, Thread.active_at).join(Account, Account.id == Thread.author_id)
    wanted = wanted.where(Account.id.in_(_among("people")), Thread.shown)
    wanted = wanted.where(not_(_is_muted(Thread.id, Thread.author_id)))
    its_keys = Keys({"active_at": each.active_at, "id": each.id})
    return _first(wanted, nth, _KEYS, its_keys, Account, is_later)


def _first(wanted: AnySelect, nth: AnySelect, keys: Keys, own: Keys, of: Any, is_later: bool) -> AnySelect:
    """Of each target, a row of `of`, the first page's worth: not before its last, which is `nth`."""
    if is_later:
        wanted, nth = wanted.where(keys.are_later), nth.where(own.are_later)
    last = nth.order_by(*own.falling).limit(1).offset(MOST - 1).correlate(of).scalar_subquery()
    earliest = func.coalesce(last, bindparam("before_all", type_=ThreadTag.active_at.type))
    return _cut(wanted.where(keys.columns["active_at"] >= earliest), keys)


def _of_threads(is_later: bool) -> AnySelect:
    wanted = select(Thread.id, Thread.active_at).where(Thread.id.in_(_among("threads")), Thread.shown)
    wanted = wanted.where(not_(_is_muted(Thread.id, Thread.author_id)))
    # Not sorted here: an index in the order of lists would be walked for threads that are far down.
    wanted = wanted.where(_KEYS.are_later) if is_later else wanted
    part = wanted.subquery()
    return select(part.c.id.label("thread_id"), part.c.active_at)


def _cut(wanted: AnySelect, keys: Keys) -> AnySelect:
    part = wanted.order_by(*keys.falling).limit(MOST).subquery()
    return select(part.c[0].label("thread_id"), part.c[1].label("active_at"))


def _page(is_later: bool) -> AnySelect:
    parts = (_of_tags(is_later), _of_people(is_later), _of_threads(is_later))
    found = union(*parts).subquery()
    first = select(found.c.thread_id, found.c.active_at)
    page = first.order_by(found.c.active_at.desc(), found.c.thread_id.desc()).limit(MOST).subquery()
    statement = ROWS.join(page, page.c.thread_id == Thread.id)
    return statement.order_by(page.c.active_at.desc(), page.c.thread_id.desc())


_KEYS = Keys({"active_at": Thread.active_at, "id": Thread.id})
_FOR_ME = ThreadList(_page(False), _page(True), ("active_at", "id"))
