"""The one shared table of sources: what each is known by, who says what of it, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class Status(StrEnum):
    """What is known: nothing yet, the registry's record, or the registry's no."""

    PENDING = "pending"
    RESOLVED = "resolved"
    NOT_FOUND = "not_found"


class LinkState(StrEnum):
    """What became of the address of a web page that is cited."""

    UNCHECKED = ""
    ALIVE = "alive"
    #: Once it was not there; that may be an accident.
    DOUBTFUL = "doubtful"
    DEAD = "dead"


class SourceVerdict(StrEnum):
    """What the moderators think of citing a domain or a journal."""

    BLOCKED = "blocked"
    DISCOURAGED = "discouraged"
    REVIEW = "review"


class Reference(Table):
    __tablename__ = "reference"
    __table_args__ = (
        Index("ix_reference_cited", "citation_count", "id"),
        Index("ix_reference_check", "check_at", "id"),
        Index("ix_reference_match", "match_key"),
    )

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
    #: Who the record is from, in the main; each field's own source is told by the records.
    source: Mapped[str] = mapped_column(String(30), default="")
    #: evidence.Kind; "" when nobody knows.
    evidence: Mapped[str] = mapped_column(String(20), default="")
    #: notices.Level, the strongest of its notices.
    notice_level: Mapped[str] = mapped_column(String(10), default="none")
    #: When the registries last answered whether there are notices; None: never, which is not "none".
    checked_at: Mapped[datetime | None]
    #: When to ask them next; None: nobody cites it, or there is nobody to ask.
    check_at: Mapped[datetime | None]
    #: A copy that everybody may read; "" if none is known.
    free_copy: Mapped[str] = mapped_column(Text, default="")
    #: LinkState of a cited web page, when it was looked at, and an archived copy of it.
    link_state: Mapped[str] = mapped_column(String(8), default=LinkState.UNCHECKED)
    link_checked_at: Mapped[datetime | None]
    archived: Mapped[str] = mapped_column(Text, default="")
    #: The reference that this one turned out to be; its address leads there.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("reference.id"), index=True)
    #: Works that might be the same have the same key; "" keeps out of it.
    match_key: Mapped[str] = mapped_column(String(80), default="")
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
    #: The registry that says so, or member: it was typed.
    asserted_by: Mapped[str] = mapped_column(String(30), default="")


class ReferenceRecord(Table):
    """What one source says of a reference. `member` is what people here corrected, field by field."""

    __tablename__ = "reference_record"

    reference_id: Mapped[int] = mapped_column(
        ForeignKey("reference.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[str] = mapped_column(String(30), primary_key=True)
    csl: Mapped[dict[str, Any]]
    evidence: Mapped[str] = mapped_column(String(20), default="")
    #: More that a page can use: abstract, licence …
    about: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class ReferenceRelation(Table):
    """The reference stands in this relation to that other work, which need not be cited here."""

    __tablename__ = "reference_relation"
    __table_args__ = (
        UniqueConstraint("reference_id", "kind", "scheme", "value"),
        Index("ix_reference_relation_other", "scheme", "value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference_id: Mapped[int] = mapped_column(ForeignKey("reference.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    scheme: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(2000))
    asserted_by: Mapped[str] = mapped_column(String(30))


class ReferenceNotice(Table):
    """One notice on a reference: what it says, since when, and who states it."""

    __tablename__ = "reference_notice"
    __table_args__ = (UniqueConstraint("reference_id", "type", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference_id: Mapped[int] = mapped_column(ForeignKey("reference.id", ondelete="CASCADE"), index=True)
    #: notices.Type
    type: Mapped[str] = mapped_column(String(30))
    #: The day of the notice as YYYY-MM-DD; "" if nobody says.
    day: Mapped[str] = mapped_column(String(10), default="")
    #: The identifier of the notice itself; "" if it has none.
    scheme: Mapped[str] = mapped_column(String(10), default="")
    value: Mapped[str] = mapped_column(String(2000), default="")
    #: Who states it, separated by commas: publisher, retraction-watch, pubmed …
    origins: Mapped[str] = mapped_column(String(200))
    first_seen_at: Mapped[datetime]
    #: When those concerned were told; None: not yet, or it is not worth a message.
    told_at: Mapped[datetime | None]


class ReferenceMerge(Table):
    """Two rows that were one work: the loser's citations and identifiers went to the winner."""

    __tablename__ = "reference_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    loser_id: Mapped[int] = mapped_column(ForeignKey("reference.id"), index=True)
    winner_id: Mapped[int] = mapped_column(ForeignKey("reference.id"), index=True)
    why: Mapped[str] = mapped_column(Text, default="")
    #: What moved, so that it can move back.
    moved: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class SourceRule(Table):
    """A domain or a journal that the moderators want cited with care, or not at all."""

    __tablename__ = "source_rule"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: domain or journal
    kind: Mapped[str] = mapped_column(String(8))
    #: A host name (its subdomains are meant too), or a journal's title, folded.
    value: Mapped[str] = mapped_column(String(300))
    #: As the moderators wrote it.
    name: Mapped[str] = mapped_column(String(300))
    verdict: Mapped[str] = mapped_column(String(12))
    #: Shown to whoever cites it.
    words: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class ServiceAnswer(Table):
    """What a service answered, as it came: nobody asks twice, and a better reader can read it again."""

    __tablename__ = "service_answer"

    service: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(700), primary_key=True)
    status: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(100), default="")
    #: Compressed by gzip.
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    good_until: Mapped[datetime] = mapped_column(index=True)


class ServicePace(Table):
    """When a service may be asked next: one row for each, shared by all processes."""

    __tablename__ = "service_pace"

    service: Mapped[str] = mapped_column(String(20), primary_key=True)
    free_at: Mapped[datetime]
