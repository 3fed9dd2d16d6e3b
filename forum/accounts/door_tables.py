"""What somebody at the door holds: a mailed link, an invitation, half a sign-in; and how often they knock."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class MailToken(Table):
    """Something that a mailed link lets its reader do once: see mail_tokens.py."""

    __tablename__ = "mail_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: sign_up, reset_password, change_email, keep_email, close
    kind: Mapped[str] = mapped_column(String(20))
    #: None: there is no account yet.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    #: Where the mail goes, and the key by which older ones for the same address die.
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), index=True)
    #: What was asked for, such as the name and the password's hash of a sign-up.
    wanted: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: None until the mail is written: only then is the token drawn.
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Invitation(Table):
    """A link with which one person may sign up where a community wants that."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    #: For whom, in the words of who invites.
    note: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Step(Table):
    """What a browser that is on its way in has done so far; bound to it by a cookie of a few minutes."""

    __tablename__ = "step"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    #: factor, passkey, provider
    kind: Mapped[str] = mapped_column(String(10))
    #: Whose password was right, or who adds a passkey; None: nobody is known yet.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    #: Such as the challenge of a passkey, or state, nonce and verifier of a provider.
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Rate(Table):
    """How much of one limit somebody has used: see rates.py."""

    __tablename__ = "rate"

    #: A keyed hash of the limit's name and of whom it counts for: no address stands here.
    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    #: Seconds since the epoch when all of it will be free again.
    free_at: Mapped[float] = mapped_column(Float(53), index=True)
