"""Review items, the flags they gather, the decisions that end them, and the public log."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
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
    DECIDED = "decided"


class FlagState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DECLINED = "declined"


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


class ReviewItem(Table):
    """The one case for a post or for a reference; a new flag, or a new case, reopens the same item.

    That of a post is open exactly while the post is held or has open flags, that of a reference while one of
    its cases is open.
    """

    __tablename__ = "review_item"
    # All ascending: one index answers the queue and every later page of it.
    __table_args__ = (
        Index("ix_review_item_queue", "state", "urgency", "opened_at", "id"),
        CheckConstraint("(post_id IS NULL) <> (reference_id IS NULL)", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Exactly one of the two is set.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), unique=True)
    reference_id: Mapped[int | None] = mapped_column(ForeignKey("reference.id"), unique=True)
    state: Mapped[str] = mapped_column(String(8), default=ItemState.OPEN)
    #: Why the post waits for review, in words; "" when it does not wait.
    held_because: Mapped[str] = mapped_column(Text, default="")
    #: rules.Urgency, smaller is sooner: that of its most urgent open flag, or of being held.
    urgency: Mapped[int]
    #: Open flags.
    flag_count: Mapped[int] = mapped_column(default=0)
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


class Flag(Table):
    __tablename__ = "flag"
    __table_args__ = (
        Index("ix_flag_item", "item_id", "state"),
        Index(
            "uq_flag_open",
            "post_id",
            "account_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("review_item.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text, default="")
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
    """What a moderator did with an item; rows are only ever added, a reversal is a new row."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_item", "item_id", "id"),
        Index("ix_decision_author", "author_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("review_item.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    #: Whose post it is.
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    moderator_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    verdict: Mapped[str] = mapped_column(String(10))
    rule: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    from_state: Mapped[str] = mapped_column(String(10))
    to_state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]


class LogEntry(Table):
    """One line of the public log: who did what under which rule. Never quotes a post that is not shown."""

    __tablename__ = "log_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: None: the forum itself.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    act: Mapped[str] = mapped_column(String(20))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    reference_id: Mapped[int | None] = mapped_column(ForeignKey("reference.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    rule: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
