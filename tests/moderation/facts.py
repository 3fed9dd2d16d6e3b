"""What readers, authors and moderators find on the pages, as plain values that can be compared."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import rows
from forum.discussion.tables import Post, Revision, Tag, Thread
from forum.inbox.tables import Follow
from forum.moderation.screening_tables import Block
from forum.moderation.tables import Flag, ItemState, ReviewItem, Sanction
from forum.references.tables import Reference
from forum.search.tables import SearchDocument

#: Of each table what stands on a page; of others only rows that are in force.
TOLD: Mapping[type[Any], str] = {
    Post: "id thread_id state visible text html score edited_at accepted_at",
    Thread: "id title tag_names state closed_reason duplicate_of_id slow_minutes shown answer_count"
    " is_unanswered is_accepted score",
    Account: "id shown_posts standing standing_until is_warned flags_upheld flags_declined",
    SearchDocument: "post_id body",
    Flag: "id state",
    ReviewItem: "id state held_because flag_count is_escalated",
    Follow: "account_id kind target_id",
}
Facts = dict[str, dict[Any, tuple[Any, ...]]]


def looks(db: Session) -> Facts:
    """By table and key, what is to be seen now."""
    db.flush()
    found: Facts = {}
    for table, names in TOLD.items():
        columns = [getattr(table, name) for name in names.split()]
        key = len(table.__mapper__.primary_key)
        found[table.__tablename__] = {tuple(row[:key]): tuple(row) for row in rows(db, select(*columns))}
    # When a thread was active last orders lists of threads that are shown.
    active = select(Thread.id, Thread.active_at, Thread.active_by_id).where(Thread.shown)
    blocked = select(Block.kind, Block.value).where(Block.lifted_at.is_(None))
    lasting = (Sanction.lifted_at.is_(None), Sanction.acknowledged_at.is_(None))
    sanctioned = select(Sanction.id, Sanction.ends_at).where(*lasting)
    # What readers find in the history of a post that they see.
    public = (
        select(Revision.post_id, Revision.text)
        .join(Post, Post.id == Revision.post_id)
        .where(Post.visible, Revision.shown, Revision.taken_with.is_(None), Revision.number == Post.revision)
    )
    tagged = select(Tag.name, Tag.thread_count).where(Tag.thread_count > 0)
    cited = select(Reference.id, Reference.citation_count).where(Reference.citation_count > 0)
    more = (
        ("active", active),
        ("blocked", blocked),
        ("revision", public),
        ("tag", tagged),
        ("reference", cited),
    )
    for name, statement in more:
        found[name] = {tuple(row): tuple(row) for row in rows(db, statement)}
    found["sanction"] = {
        row.id: tuple(row) for row in rows(db, sanctioned) if row.ends_at is None or row.ends_at > now()
    }
    return found


def differences(before: Facts, after: Facts) -> list[Any]:
    """What is not the same; an item that came into being and waits for nothing is on no page."""
    there = {key: fact for key, fact in after["review_item"].items() if fact[1] == ItemState.OPEN}
    known = after["review_item"].keys() & before["review_item"].keys()
    now_is = after | {"review_item": there | {key: after["review_item"][key] for key in known}}
    return [
        (name, key, before[name].get(key), now_is[name].get(key))
        for name in before
        for key in before[name].keys() | now_is[name].keys()
        if before[name].get(key) != now_is[name].get(key)
    ]
