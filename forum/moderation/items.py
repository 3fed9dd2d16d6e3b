"""The queue as moderators see it: one line for each open item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account, Actor
from forum.clock import now
from forum.db import rows
from forum.discussion.naming import called
from forum.discussion.tables import Post, Thread
from forum.moderation.rules import REASON, VERDICT
from forum.moderation.tables import Decision, Flag, FlagState, ItemState, ReviewItem
from forum.paging import Cursor, Page

EXCERPT = 600

author_account, _holder = aliased(Account), aliased(Account)
_against = (
    select(func.count())
    .where(Decision.author_id == Post.author_id, Decision.verdict.in_(("hide", "remove")))
    .correlate(Post)
    .scalar_subquery()
)
#: The columns that a line of the queue and the page of one item have in common.
FACTS = (
    ReviewItem.id,
    ReviewItem.post_id,
    ReviewItem.state,
    ReviewItem.held_because,
    ReviewItem.urgency,
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

    `state` is open, claimed or decided; `kind` is question, answer …; `author_taken_down` counts how often
    posts of the author were hidden or removed.
    """

    id: int
    post_id: int
    state: ItemState
    #: rules.Urgency: 1 is the most urgent.
    urgency: int
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
    created_at: datetime
    thread_id: int
    slug: str
    title: str
    excerpt: str
    author_id: int
    author: str
    author_shown_posts: int
    author_taken_down: int


def listing(db: Session, viewer: Actor, after: str | None, limit: int) -> Page[ItemRow]:
    """The open items, the most urgent first and among those the oldest first; two queries."""
    place = (ReviewItem.urgency, ReviewItem.opened_at, ReviewItem.id)
    statement = joined(select(*FACTS)).where(ReviewItem.state == ItemState.OPEN).order_by(*place)
    cursor = Cursor.decode(after, int, datetime, int)
    if cursor:
        types = [column.type for column in place]
        statement = statement.where(tuple_(*place) > tuple_(*cursor, types=types))
    found = rows(db, statement.limit(limit + 1))
    reasons = _reasons(db, [facts.id for facts in found])
    items = [ItemRow(**common(facts, viewer), reasons=reasons.get(facts.id, ())) for facts in found]
    return Page.of(items, limit, lambda item: (item.urgency, item.opened_at, item.id))


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


def of_post(db: Session, post_id: int) -> int | None:
    """The id of the post's item; None if nothing was ever to review."""
    return db.scalar(select(ReviewItem.id).where(ReviewItem.post_id == post_id))


def joined(statement: Select[Any]) -> Select[Any]:
    """`statement` over items with their post, thread, author and holder."""
    return (
        statement.select_from(ReviewItem)
        .join(Post, Post.id == ReviewItem.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(author_account, author_account.id == Post.author_id)
        .outerjoin(_holder, _holder.id == ReviewItem.claimed_by_id)
    )


def common(facts: Row[Any], viewer: Actor) -> dict[str, Any]:
    """The fields of an ItemRow, but for `reasons`, out of a row of FACTS."""
    live = facts.claimed_until is not None and facts.claimed_until > now()
    same = (
        "id", "post_id", "urgency", "held_because", "flag_count", "version", "opened_at", "post_state",
        "created_at", "thread_id", "slug", "title", "author_id", "author", "author_shown_posts",
        "author_taken_down",
    )  # fmt: skip
    return {name: getattr(facts, name) for name in same} | {
        "state": ItemState.CLAIMED if live and facts.state == ItemState.OPEN else ItemState(facts.state),
        "claimed_by": facts.claimed_by if live else None,
        "claimed_until": facts.claimed_until if live else None,
        "is_mine": live and facts.claimed_by_id == viewer.id,
        "kind": called(facts.post_kind, facts.thread_kind),
        "excerpt": _excerpt(facts.plain),
    }


def _excerpt(plain: str) -> str:
    line = " ".join(plain.split())
    return line if len(plain) <= EXCERPT else line.rsplit(" ", 1)[0] + " …"


def _reasons(db: Session, item_ids: Sequence[int]) -> Mapping[int, Sequence[Given]]:
    count = func.count().label("count")
    statement = (
        select(Flag.item_id, Flag.reason, count)
        .where(Flag.item_id.in_(item_ids), Flag.state == FlagState.OPEN)
        .group_by(Flag.item_id, Flag.reason)
        .order_by(count.desc(), Flag.reason)
    )
    found: dict[int, list[Given]] = {}
    for item_id, reason, number in rows(db, statement):
        found.setdefault(item_id, []).append(Given(REASON[reason].label, number))
    return found
