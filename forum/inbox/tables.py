"""What each person was told, and of what people want to be told."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class Message(Table):
    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_inbox", "account_id", "id"),
        Index(
            "ix_message_unread",
            "account_id",
            "id",
            sqlite_where=sql("read_at IS NULL"),
            postgresql_where=sql("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    #: Whose words it carries, so that they can be flagged; None: only the forum's own.
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    #: answer, comment, accepted, decision, outcome …: how it is shown, and later what can be switched off.
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(300))
    #: Plain text; paragraphs are separated by an empty line.
    text: Mapped[str] = mapped_column(Text)
    #: Our own path that the message is about; "" if there is none.
    path: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Follow(Table):
    """A person wants to hear of what happens to something: a thread, a reference or a tag."""

    __tablename__ = "follow"
    __table_args__ = (Index("ix_follow_target", "kind", "target_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    target_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
