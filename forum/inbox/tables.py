"""What each person was told, and of what people want to be told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class Message(Table):
    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_inbox", "account_id", "id"),
        # For the inbox, which shows the messages of one thread as one entry.
        Index(
            "ix_message_entry",
            "account_id",
            "thread_id",
            "id",
            sqlite_where=sql("thread_id IS NOT NULL"),
            postgresql_where=sql("thread_id IS NOT NULL"),
        ),
        # For the job that tells many people of one post, each of them once.
        Index("ix_message_post_id", "post_id", "account_id"),
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
    #: The template it was written from, and what it was told, so that it can be written in another language;
    #: "" and None: it stays in the words it has.
    letter: Mapped[str] = mapped_column(String(30), default="", server_default="")
    facts: Mapped[dict[str, Any] | None]
    #: In which language the words are.
    language: Mapped[str] = mapped_column(String(8), default="", server_default="")
    #: Our own path that the message is about; "" if there is none.
    path: Mapped[str] = mapped_column(String(300), default="")
    #: The thread it belongs to, by which the inbox groups; None: none, or it is gone.
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="SET NULL"))
    #: The post whose words or title it carries: once readers do not see that, no mail leaves. None: none.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Follow(Table):
    """How much a person wants to hear of something: see following.py for the kinds and levels."""

    __tablename__ = "follow"
    __table_args__ = (Index("ix_follow_target", "kind", "target_id", "account_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    target_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[str] = mapped_column(String(6), default="follow", server_default="follow")
    at: Mapped[datetime]


class SavedSearch(Table):
    """A search that somebody keeps, and may follow: its Follow has this id as its target."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    #: In the language of the search box.
    query: Mapped[str] = mapped_column(Text)
    #: The newest thread that was there when it was last looked through.
    seen_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
