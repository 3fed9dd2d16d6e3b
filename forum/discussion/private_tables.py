"""What a member keeps in the forum that nobody else sees: drafts, bookmarks, how far a thread was read."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class ThreadRead(Table):
    """A member has read a thread, once at least, for as long as reading takes."""

    __tablename__ = "thread_read"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
    #: The newest post that was there then; 0: read before that was kept.
    post_id: Mapped[int] = mapped_column(default=0, server_default="0")


class Draft(Table):
    """What somebody is writing and has not posted: one for each form."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("account_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    #: Which form: "ask", "answer-12" (the thread), "comment-34", "edit-56" (the post); what was put aside:
    #: "aside-" and the same.
    place: Mapped[str] = mapped_column(String(30))
    #: The fields as typed: text, and title, tags, kind, revision, why where the form has them.
    fields: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(index=True)


class Bookmark(Table):
    """A post that somebody wants to find again; a thread's is its opening post."""

    __tablename__ = "bookmark"
    __table_args__ = (
        Index("ix_bookmark_account", "account_id", "at", "post_id"),
        Index(
            "ix_bookmark_remind_at",
            "remind_at",
            sqlite_where=text("remind_at IS NOT NULL"),
            postgresql_where=text("remind_at IS NOT NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(500), default="", server_default="")
    #: When its keeper wants to be reminded; None: not, or that was done.
    remind_at: Mapped[datetime | None]
