"""The queue as moderators see it: one line for each open item, about a post or about a reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, desc, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account, Actor
from forum.clock import now
from forum.db import rows
from forum.discussion.naming import called
from forum.discussion.tables import Post, Thread
from forum.moderation.rules import SORTS, TAKEN_DOWN, VERDICT
from forum.moderation.scoring import Pressing
from forum.moderation.tables import (
    CaseKind,
    CaseState,
    Decision,
    Flag,
    FlagReason,
    FlagState,
    ItemState,
    ReferenceCase,
    ReviewItem,
)
from forum.paging import Cursor, Page
from forum.references.tables import Reference

EXCERPT = 600

author_account, _holder = aliased(Account), aliased(Account)
_against = (
    select(func.count())
    .where(Decision.author_id == Post.author_id, Decision.verdict.in_(TAKEN_DOWN))
    .correlate(Post)
    .scalar_subquery()
)
#: The columns that a line of the queue and the page of one item have in common.
FACTS = (
    ReviewItem.id,
    ReviewItem.post_id,
    ReviewItem.reference_id,
    ReviewItem.state,
    ReviewItem.held_because,
    ReviewItem.kind.label("item_kind"),
    ReviewItem.urgency,
    ReviewItem.parts,
    ReviewItem.due_at,
    ReviewItem.is_escalated,
    ReviewItem.flag_count,
    ReviewItem.version,
    ReviewItem.opened_at,
    ReviewItem.claimed_by_id,
    ReviewItem.claimed_until,
    _holder.name.label("claimed_by"),
    Post.state.label("post_state"),
    Post.kind.label("post_kind"),
    Post.created_at,
    Thread.kind.label("thread_kind"),
    Thread.id.label("thread_id"),
    Thread.slug,
    Thread.title,
    Post.author_id,
    author_account.name.label("author"),
    author_account.shown_posts.label("author_shown_posts"),
    _against.label("author_taken_down"),
    func.substr(Post.plain, 1, EXCERPT + 1).label("plain"),
    Reference.title.label("reference_title"),
    Reference.slug.label("reference_slug"),
)


# Outer joins, so that the decisions are read from their end and nothing else is looked through.
_DECIDED = (
    select(
        Decision.item_id,
        _holder.name.label("moderator"),
        Decision.verdict,
        Post.kind.label("post_kind"),
        Thread.kind.label("thread_kind"),
        author_account.name.label("author"),
        Thread.title,
        Decision.at,
    )
    .outerjoin(_holder, _holder.id == Decision.moderator_id)
    .outerjoin(Post, Post.id == Decision.post_id)
    .outerjoin(Thread, Thread.id == Post.thread_id)
    .outerjoin(author_account, author_account.id == Decision.author_id)
    .order_by(Decision.id.desc())
)


@dataclass(frozen=True)
class Given:
    """How many open flags have the reason with this label."""

    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ItemRow:
    """One item of the queue.

    `state` is open, claimed or decided; `kind` is question, answer … or reference; `author_taken_down` counts
    how often posts of the author were hidden or removed. What a reference does not have is None, 0 or "".
    """

    id: int
    post_id: int | None
    reference_id: int | None
    state: ItemState
    #: tables.ItemKind: why it is in the queue.
    item_kind: str
    #: rules.Urgency: 1 is the most urgent.
    urgency: int
    #: What makes it pressing.
    parts: Sequence[Pressing]
    due_at: datetime
    is_escalated: bool
    held_because: str
    reasons: Sequence[Given]
    flag_count: int
    version: int
    opened_at: datetime
    claimed_by: str | None
    claimed_until: datetime | None
    is_mine: bool
    post_state: str
    kind: str
    created_at: datetime | None
    thread_id: int | None
    slug: str
    title: str
    excerpt: str
    author_id: int | None
    author: str
    author_shown_posts: int
    author_taken_down: int


def listing(db: Session, viewer: Actor, after: str | None, limit: int) -> Page[ItemRow]:
    """The open items, the most pressing first; two queries."""
    place = (ReviewItem.due_at, ReviewItem.id)
    statement = joined(select(*FACTS)).where(ReviewItem.state == ItemState.OPEN).order_by(*place)
    cursor = Cursor.decode(after, datetime, int)
    if cursor:
        types = [column.type for column in place]
        statement = statement.where(tuple_(*place) > tuple_(*cursor, types=types))
    found = rows(db, statement.limit(limit + 1))
    reasons = _reasons(db, [facts.id for facts in found])
    items = [ItemRow(**common(facts, viewer), reasons=reasons.get(facts.id, ())) for facts in found]
    return Page.of(items, limit, lambda item: (item.due_at, item.id))


class Decided(NamedTuple):
    """`moderator` `done` (hid, kept …) the post of `author`; the item is where to change that."""

    item_id: int
    moderator: str
    done: str
    kind: str
    author: str
    title: str
    at: datetime


def decided(db: Session, limit: int) -> Sequence[Decided]:
    """The latest decisions, the newest first."""
    return [
        Decided(
            made.item_id,
            made.moderator,
            VERDICT[made.verdict].done,
            called(made.post_kind, made.thread_kind),
            made.author,
            made.title,
            made.at,
        )
        for made in rows(db, _DECIDED.limit(limit))
    ]


def is_about_reference(db: Session, item_id: int) -> bool:
    """Whether the item is that of a reference; also False if there is no such item."""
    return db.scalar(select(ReviewItem.reference_id).where(ReviewItem.id == item_id)) is not None


def of_post(db: Session, post_id: int) -> int | None:
    """The id of the post's item; None if nothing was ever to review."""
    return db.scalar(select(ReviewItem.id).where(ReviewItem.post_id == post_id))


def joined(statement: Select[Any]) -> Select[Any]:
    """`statement` over items with their post, thread and author, or their reference, and their holder."""
    return (
        statement.select_from(ReviewItem)
        .outerjoin(Post, Post.id == ReviewItem.post_id)
        .outerjoin(Thread, Thread.id == Post.thread_id)
        .outerjoin(author_account, author_account.id == Post.author_id)
        .outerjoin(Reference, Reference.id == ReviewItem.reference_id)
        .outerjoin(_holder, _holder.id == ReviewItem.claimed_by_id)
    )


def common(facts: Row[Any], viewer: Actor) -> dict[str, Any]:
    """The fields of an ItemRow, but for `reasons`, out of a row of FACTS."""
    live = facts.claimed_until is not None and facts.claimed_until > now()
    same = (
        "id", "post_id", "reference_id", "item_kind", "urgency", "due_at", "is_escalated", "held_because",
        "flag_count", "version", "opened_at", "created_at", "thread_id", "author_id",
    )  # fmt: skip
    return {name: getattr(facts, name) for name in same} | {
        "parts": [Pressing(*part) for part in facts.parts],
        "state": ItemState.CLAIMED if live and facts.state == ItemState.OPEN else ItemState(facts.state),
        "claimed_by": facts.claimed_by if live else None,
        "claimed_until": facts.claimed_until if live else None,
        "is_mine": live and facts.claimed_by_id == viewer.id,
        "kind": called(facts.post_kind, facts.thread_kind) if facts.post_id else "reference",
        "title": facts.title if facts.post_id else facts.reference_title,
        "slug": facts.slug if facts.post_id else facts.reference_slug,
        "excerpt": _excerpt(facts.plain or ""),
        "post_state": facts.post_state or "",
        "author": facts.author or "",
        "author_shown_posts": facts.author_shown_posts or 0,
        "author_taken_down": facts.author_taken_down or 0,
    }


def _excerpt(plain: str) -> str:
    line = " ".join(plain.split())
    return line if len(plain) <= EXCERPT else line.rsplit(" ", 1)[0] + " …"


def _reasons(db: Session, item_ids: Sequence[int]) -> Mapping[int, Sequence[Given]]:
    """What is open in each item, of flags and of cases alike; one query."""
    count = func.count().label("count")
    flags = (
        select(Flag.item_id, literal("").label("kind"), FlagReason.label.label("label"), count)
        .join(FlagReason, FlagReason.key == Flag.reason)
        .where(Flag.item_id.in_(item_ids), Flag.state == FlagState.OPEN)
        .group_by(Flag.item_id, FlagReason.label)
    )
    cases = (
        select(ReferenceCase.item_id, ReferenceCase.kind, literal(""), func.count())
        .where(ReferenceCase.item_id.in_(item_ids), ReferenceCase.state == CaseState.OPEN)
        .group_by(ReferenceCase.item_id, ReferenceCase.kind)
    )
    found: dict[int, list[Given]] = {}
    for item_id, kind, label, number in rows(db, flags.union_all(cases).order_by(desc("count"), "label")):
        found.setdefault(item_id, []).append(Given(SORTS[CaseKind(kind)].label if kind else label, number))
    return found
