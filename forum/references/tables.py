"""The one shared table of sources, and the identifiers by which each is known."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class Status(StrEnum):
    """What is known: nothing yet, the registry's record, or the registry's no."""

    PENDING = "pending"
    RESOLVED = "resolved"
    NOT_FOUND = "not_found"


class Reference(Table):
    __tablename__ = "reference"
    __table_args__ = (Index("ix_reference_cited", "citation_count", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(12), default=Status.PENDING)
    type: Mapped[str] = mapped_column(String(30), default="document")
    title: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(String(80))
    #: The first author's family name and the year, as people say it: "Polito & Stevenson 2019".
    label: Mapped[str] = mapped_column(String(200), default="")
    container: Mapped[str] = mapped_column(Text, default="")
    year: Mapped[int | None] = mapped_column(index=True)
    #: The whole record as CSL-JSON.
    csl: Mapped[dict[str, Any]]
    #: The reference as a careful journal would print it, made when the record changes.
    html: Mapped[str] = mapped_column(Text)
    #: What the search over references reads: title, authors, container, year, folded.
    words: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(30), default="")
    #: How many shown posts cite it.
    citation_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]


class ReferenceIdentifier(Table):
    __tablename__ = "reference_identifier"
    __table_args__ = (UniqueConstraint("scheme", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference_id: Mapped[int] = mapped_column(ForeignKey("reference.id", ondelete="CASCADE"), index=True)
    scheme: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(2000))
