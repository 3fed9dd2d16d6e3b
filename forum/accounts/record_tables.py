"""What is kept of an account's past: its security history, former names, exports, and what admins did."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class SecurityEvent(Table):
    """Something that concerned an account's safety; its owner reads it."""

    __tablename__ = "security_event"
    __table_args__ = (Index("ix_security_event_account", "account_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    #: See history.py.
    kind: Mapped[str] = mapped_column(String(30))
    device: Mapped[str] = mapped_column(String(60), default="")
    #: Such as the name of a passkey; never a secret.
    detail: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]


class FormerName(Table):
    """A name that an account once had: it leads to the account, and nobody else can take it."""

    __tablename__ = "former_name"

    name_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    #: What names that look alike have in common: see likeness.py.
    likeness: Mapped[str] = mapped_column(String(120), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]


class DataExport(Table):
    """All data of one account, made on its owner's request; thrown away after a week."""

    __tablename__ = "data_export"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    #: A ZIP file; None until the job has made it.
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class AdminEntry(Table):
    """One line of the log of what admins did, and of what moderators looked at that is otherwise hidden."""

    __tablename__ = "admin_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    act: Mapped[str] = mapped_column(String(30))
    #: Whom it concerned; None: nobody.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    words: Mapped[str] = mapped_column(Text, default="")
