"""What screening goes by and what it found: word rules, blocks, results, and what was learned."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class WordEffect(StrEnum):
    """What a word rule does with a post in which it is found."""

    HOLD = "hold"
    REFUSE = "refuse"
    #: The post is held and its author silenced for a day, until somebody looks.
    SILENCE = "silence"


class WordRule(Table):
    """Words or a pattern that moderators want to see before others do."""

    __tablename__ = "word_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    #: RE2 syntax, without regard to case.
    pattern: Mapped[str] = mapped_column(String(500))
    effect: Mapped[str] = mapped_column(String(8))
    #: For the author whose post is refused, and for moderators.
    words: Mapped[str] = mapped_column(Text, default="")
    #: How many posts it stopped.
    hits: Mapped[int] = mapped_column(default=0)
    is_retired: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Block(Table):
    """A mail address or a domain of links that a removed spammer used; newcomers with it are held."""

    __tablename__ = "block"
    __table_args__ = (Index("ix_block_value", "kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: email, domain
    kind: Mapped[str] = mapped_column(String(6))
    #: In normal form.
    value: Mapped[str] = mapped_column(String(254))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    created_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class ScreeningResult(Table):
    """What screening found in a post before it was published, and what came of it."""

    __tablename__ = "screening_result"

    __table_args__ = (Index("ix_screening_result_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: None: it was refused, and there is no post.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    #: hold, refuse
    outcome: Mapped[str] = mapped_column(String(6))
    #: Pairs of the check's name and its words.
    findings: Mapped[list[Any]] = mapped_column(default=list)
    at: Mapped[datetime]


class Classifier(Table):
    """One version of what was learned from this community's own decisions; the newest counts."""

    __tablename__ = "classifier"

    id: Mapped[int] = mapped_column(primary_key=True)
    trained_at: Mapped[datetime]
    #: How many decisions it was trained on, and how well it tells decisions apart that it had not seen.
    decisions: Mapped[int]
    accuracy: Mapped[float]
    #: Log-odds of a word, those of a text without any, and from which a post is held.
    weights: Mapped[dict[str, Any]]
    bias: Mapped[float]
    threshold: Mapped[float]
