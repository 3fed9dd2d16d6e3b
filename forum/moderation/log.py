"""The public log: who did what to which post or source, under which rule, and why. It never quotes a post."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import rows
from forum.discussion.naming import called
from forum.discussion.tables import Post, Thread
from forum.moderation.rules import RULE, VERDICT
from forum.moderation.tables import Decision, LogEntry, ReviewItem
from forum.paging import Cursor, Page
from forum.references.tables import Reference

#: What is done to sources rather than posts, in words behind the name of whoever did it.
ACTS = {
    "merge": "merged two references",
    "undo-merge": "undid a merge of two references",
    "source-rule": "made a rule about a source",
    "no-source-rule": "took back a rule about a source",
    "correct": "corrected a reference",
    "close": "closed a thread",
    "reopen": "opened a thread again",
    "lock": "locked a thread",
    "unlock": "unlocked a thread",
    "slow": "changed how fast a thread can be answered",
    "retag": "changed the tags of a thread",
    "duplicate": "closed a thread as a duplicate",
    "merge-threads": "merged two threads",
    "split-thread": "made a thread of its own from part of another",
    "undo": "took back an earlier act",
    "notice": "put a notice on a post",
    "end-notice": "took a notice off a post",
    "caution": "changed the caution of a tag",
    "auto-hold": "held a post for review",
    "sanction-ended": "ended a sanction: its time was over",
    "word-rule": "changed a word rule",
    "reason-kept": "changed a reason for flags",
    "saved-text": "changed a saved text",
    "setting": "changed a setting",
    "watch": "put an account under review",
    "unwatch": "ended the review of an account",
}
_Made, _Later = aliased(Decision), aliased(Decision)
_reversed = (
    exists()
    .where(
        _Later.item_id == _Made.item_id,
        _Later.id > _Made.id,
        _Made.from_state != _Made.to_state,
        _Later.from_state == _Made.to_state,
        _Later.to_state != _Made.to_state,
    )
    .correlate(_Made)
)
_ENTRIES = (
    select(
        LogEntry.id,
        LogEntry.at,
        Account.name,
        LogEntry.act,
        LogEntry.rule,
        LogEntry.reason,
        LogEntry.post_id,
        Post.kind,
        Post.visible,
        Thread.kind.label("thread_kind"),
        _reversed.label("is_reversed"),
        LogEntry.reference_id,
        Reference.citation_count,
    )
    .outerjoin(_Made, _Made.id == LogEntry.decision_id)
    .outerjoin(Account, Account.id == LogEntry.actor_id)
    .outerjoin(Post, Post.id == LogEntry.post_id)
    .outerjoin(Thread, Thread.id == Post.thread_id)
    .outerjoin(Reference, Reference.id == LogEntry.reference_id)
    .order_by(LogEntry.id.desc())
)


class LogView(NamedTuple):
    """`actor` (None: the forum itself) and `words` make a sentence: "Anna" "hid an answer".

    `rule` is the rule's title; `visible`: readers can open the post; `is_reversed`: a later
    decision took back what this one did. `reference_id` is None if readers do not see the source.
    """

    id: int
    at: datetime
    actor: str | None
    act: str
    words: str
    post_id: int | None
    visible: bool
    rule: str
    reason: str
    is_reversed: bool
    reference_id: int | None = None


def write(db: Session, decision: Decision) -> None:
    """The decision is in the public log; without a moderator the forum itself made it."""
    item = db.get_one(ReviewItem, decision.item_id)
    entry = LogEntry(
        at=decision.at,
        actor_id=decision.moderator_id,
        act=decision.verdict,
        post_id=decision.post_id,
        reference_id=item.reference_id,
        account_id=decision.author_id if decision.post_id is None else None,
        decision_id=decision.id,
        rule=decision.rule,
        reason=decision.reason,
    )
    db.add(entry)


def write_act(
    db: Session,
    act: str,
    actor_id: int | None,
    *,
    thread_id: int | None = None,
    post_id: int | None = None,
    account_id: int | None = None,
    reason: str = "",
    rule: str = "",
) -> None:
    """The act, one of ACTS, is in the public log; without an actor the forum itself did it, and it says so.

    The account is named to moderators only. The reason is public: it names nobody and quotes no post.
    """
    if act not in ACTS:
        raise ValueError(f"the log has no words for “{act}”")
    entry = LogEntry(
        at=now(),
        actor_id=actor_id,
        act=act,
        thread_id=thread_id,
        post_id=post_id,
        account_id=account_id,
        rule=rule,
        reason=reason,
    )
    db.add(entry)


def write_of_reference(db: Session, act: str, reference_id: int, actor_id: int | None, reason: str) -> None:
    """The act, one of ACTS, is in the public log; without an actor the forum itself did it."""
    db.add(LogEntry(at=now(), actor_id=actor_id, act=act, reference_id=reference_id, reason=reason))


def write_of_rule(db: Session, act: str, actor_id: int, reason: str) -> None:
    """The act, one of ACTS, of somebody who keeps the source policy is in the public log."""
    db.add(LogEntry(at=now(), actor_id=actor_id, act=act, reason=reason))


def entries(db: Session, after: str | None, limit: int) -> Page[LogView]:
    """The log, newest first."""
    statement = _ENTRIES.limit(limit + 1)
    cursor = Cursor.decode(after, int)
    if cursor:
        statement = statement.where(LogEntry.id < cursor[0])
    return Page.of([_view(entry) for entry in rows(db, statement)], limit, lambda entry: (entry.id,))


def _view(entry: Any) -> LogView:
    if entry.reference_id is not None:
        return _view_of_reference(entry)
    verdict, rule = VERDICT.get(entry.act), RULE.get(entry.rule)
    return LogView(
        entry.id,
        entry.at,
        entry.name,
        entry.act,
        f"{verdict.done if verdict else ACTS.get(entry.act, entry.act)} {_what(entry)}".strip(),
        entry.post_id,
        bool(entry.visible),
        rule.title if rule else "",
        entry.reason,
        bool(entry.is_reversed),
    )


def _view_of_reference(entry: Any) -> LogView:
    """A source that only posts cite which readers do not see is not told of, nor why something was done."""
    shown = bool(entry.citation_count)
    return LogView(
        entry.id,
        entry.at,
        entry.name,
        entry.act,
        ACTS.get(entry.act, entry.act),
        None,
        False,
        "",
        entry.reason if shown else "",
        False,
        entry.reference_id if shown else None,
    )


def _what(entry: Any) -> str:
    if entry.kind is None:
        return ""
    noun = called(entry.kind, entry.thread_kind)
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
