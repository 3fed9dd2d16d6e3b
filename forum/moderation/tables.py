"""Review items, the flags they gather, the decisions that end them, and the public log."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class ItemState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    DECIDED = "decided"


class FlagState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DECLINED = "declined"


class ReviewItem(Table):
    """The one case for a post; a new flag reopens the same item."""

    __tablename__ = "review_item"
    __table_args__ = (Index("ix_review_item_queue", "state", "urgency", "opened_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), unique=True)
    state: Mapped[str] = mapped_column(String(8), default=ItemState.OPEN)
    #: Why the screening held the post, in words; "" when it was not held.
    held_because: Mapped[str] = mapped_column(Text, default="")
    #: Larger is sooner: the highest urgency of its open flags, or of being held.
    urgency: Mapped[int] = mapped_column(default=0)
    flag_count: Mapped[int] = mapped_column(default=0)
    #: Raised by everything that happens to the item; a decision on an older version is a conflict.
    version: Mapped[int] = mapped_column(default=1)
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
    created_at: Mapped[datetime]


class Decision(Table):
    """What a moderator did with an item; rows are only ever added, a reversal is a new row."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("review_item.id"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
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
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    rule: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
