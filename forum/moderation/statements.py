"""Statements of reasons: what is told to whom a decision concerns (EU Digital Services Act, article 17)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row, rows
from forum.discussion.naming import called
from forum.discussion.tables import Post, PostKind, PostState, Revision, Thread
from forum.inbox.letters import Letter, compose
from forum.inbox.tables import Message
from forum.moderation import appeals, community_rules
from forum.moderation.reversals import TAKES_BACK, is_reversed
from forum.moderation.rules import Rule
from forum.moderation.tables import (
    Appeal,
    AppealState,
    CommunityRule,
    Decision,
    Flag,
    FlagReason,
    FlagState,
    Report,
    ReportState,
    ReviewItem,
    Sanction,
)

#: So much of the text stands in the letter; all of it is on the page of the decision.
QUOTED = 1200

_later = aliased(Decision)
_overturned_at = (
    select(Appeal.decided_at)
    .where(Appeal.decision_id == Decision.id, Appeal.state == AppealState.GRANTED)
    .correlate(Decision)
    .scalar_subquery()
)
#: When the first later decision about the same took one back, or showed the post again.
_undone_at = (
    select(func.min(_later.at))
    .where(
        _later.item_id == Decision.item_id,
        _later.id > Decision.id,
        or_(
            _later.verdict.in_(TAKES_BACK),
            and_(_later.from_state != _later.to_state, _later.to_state == PostState.SHOWN),
        ),
    )
    .correlate(Decision)
    .scalar_subquery()
)
_FACTS = (
    select(
        Decision.id,
        Decision.item_id,
        Decision.verdict,
        Decision.author_id,
        Decision.post_id,
        Decision.rule,
        CommunityRule.title.label("own_title"),
        CommunityRule.text.label("own_text"),
        CommunityRule.retired_at.label("rule_retired_at"),
        Decision.reason,
        Decision.before,
        Decision.at,
        Account.name.label("moderator"),
        Post.kind.label("post_kind"),
        Thread.kind.label("thread_kind"),
        Thread.title,
        Thread.shown,
        Revision.text,
        ReviewItem.message_id,
        Message.text.label("message_text"),
        Sanction.kind.label("sanction"),
        Sanction.ends_at,
        Sanction.acknowledged_at,
        Sanction.lifted_at,
        is_reversed(Decision).label("is_reversed"),
        func.coalesce(_overturned_at, _undone_at).label("reversed_at"),
    )
    .join(ReviewItem, ReviewItem.id == Decision.item_id)
    .outerjoin(CommunityRule, CommunityRule.key == Decision.rule)
    .outerjoin(Account, Account.id == Decision.moderator_id)
    .outerjoin(Post, Post.id == Decision.post_id)
    .outerjoin(Thread, Thread.id == Post.thread_id)
    .outerjoin(Revision, and_(Revision.post_id == Decision.post_id, Revision.number == Decision.revision))
    .outerjoin(Message, Message.id == ReviewItem.message_id)
    .outerjoin(Sanction, Sanction.decision_id == Decision.id)
)


class Statement(NamedTuple):
    """One decision as the person reads whom it concerns. Who flagged is never in it.

    `what` it was about: question, answer …, message, account; `text` is that post's or message's text as it
    stood ("" of an account), `title` its thread's ("" if only others see it). `moderator` is "" if the forum
    did it by itself. `flags` members flagged it, for `reasons`; `held_because` says why it had to wait.
    `appeal_until` is None if there is nothing to appeal against in such a decision. `reversed_at` is None
    while it holds; the sanction with it was read (`acknowledged_at`, a warning) or taken back (`lifted_at`).
    """

    id: int
    verdict: str
    what: str
    title: str
    post_id: int | None
    text: str
    moderator: str
    rule: Rule | None
    reason: str
    at: datetime
    held_because: str
    flags: int
    reasons: Sequence[str]
    is_reported: bool
    sanction: str
    ends_at: datetime | None
    appeal_until: datetime | None
    acknowledged_at: datetime | None = None
    lifted_at: datetime | None = None
    reversed_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether the sanction has run out."""
        return self.ends_at is not None and self.ends_at <= now()

    @property
    def path(self) -> str:
        """Where it is read, and appealed against."""
        return f"/account/decisions/{self.id}"


def read(db: Session, decision_id: int) -> Statement | None:
    """What there is to say of the decision; None if there is none. Three queries."""
    facts = row(db, _FACTS.where(Decision.id == decision_id))
    if facts is None:
        return None
    flagged = _flagged(db, facts)
    return Statement(
        facts.id,
        facts.verdict,
        _what(facts),
        _title(facts),
        facts.post_id,
        facts.text or facts.message_text or "",
        facts.moderator or "",
        community_rules.worded(facts.rule, facts.own_title, facts.own_text, facts.rule_retired_at),
        facts.reason,
        facts.at,
        facts.before.get("held_because", ""),
        sum(number for _, number in flagged),
        [label for label, _ in flagged],
        _is_reported(db, facts),
        facts.sanction or "",
        facts.ends_at,
        appeals.until(facts.verdict, facts.sanction or "", facts.at),
        facts.acknowledged_at,
        facts.lifted_at,
        facts.reversed_at if facts.is_reversed else None,
    )


def write(db: Session, decision: Decision) -> Letter:
    """The statement of reasons for the decision, which is carried out and whose flags are settled."""
    db.flush()
    statement = read(db, decision.id)
    assert statement is not None, "the decision is in the database"
    return letter(statement)


def letter(statement: Statement) -> Letter:
    """What is sent; its subject and its first paragraph say what was done."""
    return compose("statement", it=_plain(statement), quoted=_quoted(statement.text), others=0)


def _plain(statement: Statement) -> dict[str, object]:
    """What the letter says of the decision, as values that can be kept."""
    told = {"path": statement.path, "rule": statement.rule and statement.rule._asdict()}
    return {name: value for name, value in (statement._asdict() | told).items() if name != "text"}


def _what(facts: Any) -> str:
    if facts.post_id is not None:
        return called(facts.post_kind, facts.thread_kind)
    return "message" if facts.message_id is not None else "account"


def _title(facts: Any) -> str:
    """The title of a thread that readers do not see is told to its own author only."""
    return facts.title if facts.shown or facts.post_kind == PostKind.OPENING else ""


def _flagged(db: Session, facts: Any) -> Sequence[tuple[str, int]]:
    """Labels of the reasons for which its item was flagged when it was decided, and how often."""
    # A later decision takes the flags over that it settles again, and an undo opens them.
    settled = or_(
        Flag.decision_id >= facts.id, and_(Flag.decision_id.is_(None), Flag.state == FlagState.OPEN)
    )
    wanted = (
        select(FlagReason.label, func.count())
        .select_from(Flag)
        .join(FlagReason, FlagReason.key == Flag.reason)
        .where(Flag.item_id == facts.item_id, Flag.created_at <= facts.at, settled)
        .group_by(FlagReason.label, FlagReason.place)
        .order_by(FlagReason.place)
    )
    return [(label, number) for label, number in rows(db, wanted)]


def _is_reported(db: Session, facts: Any) -> bool:
    """Whether somebody had reported its post as illegal, and that was not declined before."""
    if facts.post_id is None:
        return False
    waited = or_(Report.state != ReportState.DECLINED, Report.decided_at >= facts.at)
    of_post = (Report.post_id == facts.post_id, Report.created_at <= facts.at, waited)
    return bool(db.scalar(select(exists().where(*of_post))))


def _quoted(text: str) -> str:
    return text if len(text) <= QUOTED else text[:QUOTED].rsplit(maxsplit=1)[0] + " …"
