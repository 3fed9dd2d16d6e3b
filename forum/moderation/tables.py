"""Review items, the flags they gather, the decisions that end them, and the public log."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class ItemState(StrEnum):
    """Stored are OPEN and DECIDED; an open item is CLAIMED as long as its claim lasts."""

    OPEN = "open"
    CLAIMED = "claimed"
    DECIDED = "decided"


class Happening(StrEnum):
    """What raised an item's version last."""

    HELD = "held"
    FLAGGED = "flagged"
    REWORDED = "reworded"
    WITHDRAWN = "withdrawn"
    #: A flag was taken back.
    UNFLAGGED = "unflagged"
    DECIDED = "decided"


class FlagState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DECLINED = "declined"
    #: Taken back by who raised it.
    WITHDRAWN = "withdrawn"


class CaseKind(StrEnum):
    """What there is to decide about a reference."""

    #: Posts rest on a source that was retracted, or of which a concern is stated.
    RETRACTION = "retraction"
    #: Two references may be one work.
    DUPLICATE = "duplicate"
    #: Somebody proposes a correction of the record.
    CORRECTION = "correction"
    #: The source policy wants a moderator to look at what is cited.
    POLICY = "policy"


class CaseState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class ItemKind(StrEnum):
    """Why an item is in the queue; a held post that is also flagged is HELD."""

    FLAGGED = "flagged"
    HELD = "held"
    ACCOUNT = "account"
    MESSAGE = "message"
    REFERENCE = "reference"
    APPEAL = "appeal"
    REPORT = "report"


def _one_of(*columns: str) -> str:
    """In SQL: exactly one of the columns is set."""
    return " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in columns) + " = 1"


class ReviewItem(Table):
    """The one case for a post, an account, a reference …; a new flag, or a new case, reopens the same item.

    It is open exactly while its subject waits for a moderator: a post or an account that is held or has open
    flags, a reference with open cases or flags, a message with open flags, an open appeal or report.
    """

    __tablename__ = "review_item"
    # All ascending: an index answers the queue and every later page of it.
    __table_args__ = (
        Index("ix_review_item_queue", "state", "due_at", "id"),
        Index("ix_review_item_kind", "state", "kind", "due_at", "id"),
        Index(
            "ix_review_item_claim",
            "claimed_by_id",
            "claimed_until",
            sqlite_where=text("claimed_by_id IS NOT NULL"),
            postgresql_where=text("claimed_by_id IS NOT NULL"),
        ),
        Index("ix_review_item_age", "state", "kind", "opened_at"),
        CheckConstraint(
            _one_of("post_id", "reference_id", "account_id", "message_id", "appeal_id", "report_id"),
            "subject",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Exactly one of these is set: the item's subject.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), unique=True)
    reference_id: Mapped[int | None] = mapped_column(ForeignKey("reference.id"), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), unique=True)
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("appeal.id", use_alter=True), unique=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(8), default=ItemState.OPEN)
    #: Why its subject waits for review, in words; "" when it does not wait.
    held_because: Mapped[str] = mapped_column(Text, default="")
    #: Urgency, smaller is sooner: that of its most urgent open flag or case, or of being held.
    urgency: Mapped[int]
    #: Open flags.
    flag_count: Mapped[int] = mapped_column(default=0)
    #: What makes it pressing, as pairs of words and points, and their sum: see scoring.py.
    parts: Mapped[list[Any]] = mapped_column(default=list)
    points: Mapped[int] = mapped_column(default=0)
    #: What the queue is ordered by: opened_at, an hour earlier for each point. So age counts by itself.
    due_at: Mapped[datetime]
    #: Only admins decide it.
    is_escalated: Mapped[bool] = mapped_column(default=False)
    #: Raised by everything that happens to the item but a claim; a decision on an older one is a conflict.
    version: Mapped[int] = mapped_column(default=1)
    #: What raised the version last, when, and by whom (None: not to be told).
    happened: Mapped[str] = mapped_column(String(10))
    happened_at: Mapped[datetime]
    happened_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    claimed_until: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]


class FlagReason(Table):
    """Why people flag; kept by admins. A retired one is no longer offered."""

    __tablename__ = "flag_reason"

    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: The order in which they are offered.
    place: Mapped[int]
    label: Mapped[str] = mapped_column(String(80))
    help: Mapped[str] = mapped_column(String(300), default="")
    #: The rule that it usually rests on; "" for none.
    rule: Mapped[str] = mapped_column(String(20), default="")
    #: Urgency, smaller is sooner.
    urgency: Mapped[int]
    #: What the flagger must add: "", words, link (of the thread that asked it before).
    needs: Mapped[str] = mapped_column(String(5), default="")
    #: The first such flag by a member in good standing hides the post until somebody looks.
    hides_at_once: Mapped[bool] = mapped_column(default=False)
    #: The flagger is shown the community's page on where to get help.
    shows_help: Mapped[bool] = mapped_column(default=False)
    #: What can be flagged for it: post, account, reference, message, with spaces between.
    subjects: Mapped[str] = mapped_column(String(40), default="post")
    is_retired: Mapped[bool] = mapped_column(default=False)


class Flag(Table):
    __tablename__ = "flag"
    __table_args__ = (
        Index("ix_flag_item", "item_id", "state"),
        Index("ix_flag_account", "account_id", "id"),
        Index("ix_flag_created_at", "created_at"),
        Index(
            "uq_flag_open",
            "item_id",
            "account_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Its item says what is flagged.
    item_id: Mapped[int] = mapped_column(ForeignKey("review_item.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(ForeignKey("flag_reason.key"))
    words: Mapped[str] = mapped_column(Text, default="")
    #: The thread that asked it before, for a reason that needs a link.
    original_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id"))
    state: Mapped[str] = mapped_column(String(10), default=FlagState.OPEN)
    #: The decision that settled it last; a reversal settles again what the reversed decision settled.
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    created_at: Mapped[datetime]


class ReferenceCase(Table):
    """One thing to decide about a reference; its item gathers them, as that of a post gathers flags."""

    __tablename__ = "reference_case"
    __table_args__ = (
        Index("ix_reference_case_item", "item_id", "state"),
        Index("ix_reference_case_reference", "reference_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("review_item.id"))
    reference_id: Mapped[int] = mapped_column(ForeignKey("reference.id"))
    kind: Mapped[str] = mapped_column(String(12))
    #: The other of two that may be one work.
    other_id: Mapped[int | None] = mapped_column(ForeignKey("reference.id"), index=True)
    #: The fields of a proposed correction, as CSL-JSON and `evidence`.
    proposal: Mapped[dict[str, Any]]
    words: Mapped[str] = mapped_column(Text, default="")
    #: Who reports or proposes it; None: the forum itself.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=CaseState.OPEN)
    created_at: Mapped[datetime]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None]
    #: What the moderator says of it.
    answer: Mapped[str] = mapped_column(Text, default="")


class Decision(Table):
    """What was done with an item, or with a thread; rows are only ever added, a reversal is a new row."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_item", "item_id", "id"),
        Index("ix_decision_author", "author_id", "id"),
        Index("ix_decision_batch", "batch_id"),
        Index("ix_decision_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("review_item.id"))
    #: None: it is not about a post.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    #: Whom it concerns: whose post it is, or which account; None: nobody.
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    #: None: the forum itself, by its thresholds.
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    verdict: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    #: The post's state before and after, or the account's standing; "" for other subjects.
    from_state: Mapped[str] = mapped_column(String(10))
    to_state: Mapped[str] = mapped_column(String(10))
    #: The post's revision: its text as it stood.
    revision: Mapped[int | None]
    #: The first of those that were decided with one click.
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    #: What the verdict did beyond the state, such as the former tags: what a reversal puts back.
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    #: How long the item that it ends had waited; None: it ended none.
    waited_seconds: Mapped[int | None]


class CommunityRule(Table):
    """A rule as the admins of this forum worded it; the built-in words hold where it has no row."""

    __tablename__ = "community_rule"

    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    #: Rules are listed in this order.
    place: Mapped[int]
    #: None: it is in force. Decisions that rest on it keep its title.
    retired_at: Mapped[datetime | None]


class SanctionKind(StrEnum):
    """Weakest first."""

    WARNING = "warning"
    SILENCE = "silence"
    SUSPENSION = "suspension"


class Sanction(Table):
    """What a decision does to an account; always with an end, a warning until it is acknowledged."""

    __tablename__ = "sanction"
    __table_args__ = (Index("ix_sanction_account", "account_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    began_at: Mapped[datetime]
    #: None for a warning.
    ends_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    #: When a later decision took it back.
    lifted_at: Mapped[datetime | None]


class AppealState(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


class Appeal(Table):
    """An author's answer to a decision, one for each; somebody else than its moderator decides it."""

    __tablename__ = "appeal"
    __table_args__ = (Index("ix_appeal_created_at", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=AppealState.OPEN)
    created_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")


class ReportState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DECLINED = "declined"


class Report(Table):
    """What somebody, signed in or not, reports as illegal (EU Digital Services Act, article 16)."""

    __tablename__ = "report"
    __table_args__ = (Index("ix_report_created_at", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What the notifier is given to ask by, and the hash of what lets them read its state.
    number: Mapped[str] = mapped_column(String(16), unique=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    #: As typed, and the post that it leads to if it is one of ours.
    address: Mapped[str] = mapped_column(String(500))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    #: Who was signed in; None: a guest.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    #: Why it is illegal.
    words: Mapped[str] = mapped_column(Text)
    #: Both "" where the law asks for no name: reports of sexual abuse of children.
    name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    state: Mapped[str] = mapped_column(String(10), default=ReportState.OPEN)
    created_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")


class SavedReason(Table):
    """A text that moderators use again; edited for the case before it is sent."""

    __tablename__ = "saved_reason"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80), unique=True)
    rule: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(Text)
    is_retired: Mapped[bool] = mapped_column(default=False)


class CaseNote(Table):
    """What moderators tell each other about an account; nobody else reads it."""

    __tablename__ = "case_note"
    __table_args__ = (Index("ix_case_note_account", "account_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    moderator_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class LogEntry(Table):
    """One line of the public log: who did what under which rule. Never quotes a post that is not shown."""

    __tablename__ = "log_entry"
    __table_args__ = (
        Index("ix_log_entry_act", "act", "id"),
        Index("ix_log_entry_rule", "rule", "id"),
        Index("ix_log_entry_at", "at"),
        Index("ix_log_entry_actor", "actor_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: None: the forum itself.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    act: Mapped[str] = mapped_column(String(20))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    reference_id: Mapped[int | None] = mapped_column(ForeignKey("reference.id"), index=True)
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id"), index=True)
    #: Whose account was sanctioned; named to moderators only.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), index=True)
    rule: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
