"""What people chose of how they are told, where pushes go, and which mails have left."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class InboxChoice(Table):
    """What a person chose of being told at all; the row's absence means the defaults."""

    __tablename__ = "inbox_choice"
    __table_args__ = (
        # For the worker, who prepares the digests that are due.
        Index(
            "ix_inbox_choice_digest_at",
            "digest_at",
            sqlite_where=sql("digest_at IS NOT NULL"),
            postgresql_where=sql("digest_at IS NOT NULL"),
        ),
        # For the admins, who see how many addresses are paused.
        Index(
            "ix_inbox_choice_paused_at",
            "paused_at",
            sqlite_where=sql("paused_at IS NOT NULL"),
            postgresql_where=sql("paused_at IS NOT NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    #: none, daily or weekly.
    digest: Mapped[str] = mapped_column(String(6), default="none", server_default="none")
    #: When the next digest is due; None: never.
    digest_at: Mapped[datetime | None]
    #: Up to when the last one told.
    digested_at: Mapped[datetime | None]
    #: A name of the IANA database of time zones.
    time_zone: Mapped[str] = mapped_column(String(40), default="UTC", server_default="UTC")
    #: The hours in that zone between which no mail and no push leaves; None: it may at any hour.
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    #: The level at which one follows what one asks in, answers in and comments in; "none" for not.
    own_threads: Mapped[str] = mapped_column(String(6), default="follow", server_default="follow")
    #: Mails that the address refused for good, one after the other, and since when none is sent to it.
    bounces: Mapped[int] = mapped_column(default=0, server_default="0")
    bounced_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]


class KindChoice(Table):
    """By which ways a person hears of one kind of message; the row's absence means the defaults."""

    __tablename__ = "kind_choice"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    #: A group of kinds: see kinds.py.
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: once (soon, if still unread), digest or none.
    mail: Mapped[str] = mapped_column(String(6))
    push: Mapped[bool] = mapped_column(default=False)


class SentMail(Table):
    """A mail that was handed to the mail server, so that it is never handed over again."""

    __tablename__ = "sent_mail"
    __table_args__ = (
        Index("ix_sent_mail_account", "account_id", "handed_at"),
        # For the admins, who see the mails that are unsure.
        Index(
            "ix_sent_mail_unsure",
            "handed_at",
            sqlite_where=sql("sent_at IS NULL"),
            postgresql_where=sql("sent_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What it is the mail of, such as "message-12": its Message-ID begins with it.
    key: Mapped[str] = mapped_column(String(80), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    #: Written just before the server may take it: whoever dies before `sent_at` leaves it unsure.
    handed_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]


class PushSubscription(Table):
    """One browser that asked to be told by web push (RFC 8030)."""

    __tablename__ = "push_subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(Text, unique=True)
    p256dh: Mapped[str] = mapped_column(String(120))
    auth: Mapped[str] = mapped_column(String(60))
    #: The browser and system as their owner would call them.
    device: Mapped[str] = mapped_column(String(60), default="", server_default="")
    #: The session in which it was asked for, with which it ends; None: asked for before that was kept.
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sign_in.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
