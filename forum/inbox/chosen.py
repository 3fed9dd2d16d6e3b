"""All that one person follows, watches or mutes: what it is called, where it is, and at which level."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.db import AnySelect, rows
from forum.discussion import anonymity
from forum.discussion.tables import Post, PostKind, Tag, Thread
from forum.inbox.following import Kind, Level
from forum.inbox.tables import Follow, SavedSearch
from forum.paging import Cursor, Page
from forum.references.tables import Reference


class Chosen(NamedTuple):
    """One thing with its level; of what its reader cannot see any more, `name` and `path` are ""."""

    kind: Kind
    target_id: int
    level: Level
    at: datetime
    name: str
    path: str


def listing(db: Session, account_id: int, kind: Kind, after: str | None, limit: int) -> Page[Chosen]:
    """What the person chose of this kind, the latest first."""
    wanted = _WANTED[kind].where(Follow.account_id == account_id, Follow.kind == kind)
    if cursor := Cursor.decode(after, datetime, int):
        at, target_id = cursor
        last = tuple_(literal(at, Follow.at.type), literal(target_id))
        wanted = wanted.where(tuple_(Follow.at, Follow.target_id) < last)
    found = rows(db, wanted.order_by(Follow.at.desc(), Follow.target_id.desc()).limit(limit + 1))
    items = [
        Chosen(kind, target_id, Level(level), at, name or "", _path(kind, target_id, name, slug))
        for target_id, level, at, name, slug in found
    ]
    return Page.of(items, limit, lambda last: (last.at, last.target_id))


def _path(kind: Kind, target_id: int, name: str | None, slug: str | None) -> str:
    if not name:
        return ""
    of = {
        Kind.THREAD: f"/t/{target_id}/{slug}",
        Kind.TAG: f"/tags/{name}",
        Kind.PERSON: f"/people/{quote(name)}",
        Kind.REFERENCE: f"/references/{target_id}/{slug}",
        Kind.SEARCH: f"/search?q={quote(slug or '')}",
    }
    return of[kind]


_CHOSEN = (Follow.target_id, Follow.level, Follow.at)
_NONE = literal("")
#: Readers see the thread, or its asker does.
_THREAD = or_(
    Thread.shown,
    select(Post.id)
    .where(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING, anonymity.wrote(Follow.account_id))
    .exists(),
)
_TAG = or_(Tag.thread_count > 0, Tag.description != "")
_WANTED: Mapping[Kind, AnySelect] = {
    Kind.THREAD: select(*_CHOSEN, case((_THREAD, Thread.title)), Thread.slug).outerjoin(
        Thread, Thread.id == Follow.target_id
    ),
    Kind.TAG: select(*_CHOSEN, case((_TAG, Tag.name)), _NONE).outerjoin(Tag, Tag.id == Follow.target_id),
    Kind.PERSON: select(*_CHOSEN, Account.name, _NONE).outerjoin(Account, Account.id == Follow.target_id),
    Kind.REFERENCE: select(
        *_CHOSEN,
        case(
            (Reference.citation_count > 0, func.coalesce(func.nullif(Reference.label, ""), Reference.title))
        ),
        Reference.slug,
    ).outerjoin(Reference, Reference.id == Follow.target_id),
    Kind.SEARCH: select(*_CHOSEN, SavedSearch.name, SavedSearch.query).outerjoin(
        SavedSearch, and_(SavedSearch.id == Follow.target_id, SavedSearch.account_id == Follow.account_id)
    ),
}
