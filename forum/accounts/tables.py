"""Accounts and the sessions in which people are signed in."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class Role(StrEnum):
    MEMBER = "member"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Standing(StrEnum):
    """What an account may do here at all."""

    #: A new one that a moderator looks at first: it can read, and what it writes waits.
    HELD = "held"
    ACTIVE = "active"
    #: It can read, and keep its own posts in order, but not post, vote or flag.
    SILENCED = "silenced"
    #: It can sign in only to read what was decided, and to appeal.
    SUSPENDED = "suspended"


class Level(StrEnum):
    """What an account has earned by what others found good; lowest first. See trust.py."""

    NEWCOMER = "newcomer"
    MEMBER = "member"
    TRUSTED = "trusted"


class Account(Table):
    """Who writes here. Without a password hash nobody can sign in: an imported, unclaimed account."""

    __tablename__ = "account"
    __table_args__ = (
        # For the worker, who ends what is outworn; hardly any account has an end.
        Index(
            "ix_account_standing_until",
            "standing_until",
            sqlite_where=text("standing_until IS NOT NULL"),
            postgresql_where=text("standing_until IS NOT NULL"),
        ),
        # What admins look for, and what hardly any account is.
        *(
            Index(f"ix_account_{name}", name, "id", sqlite_where=text(rare), postgresql_where=text(rare))
            for name, rare in (
                ("role", "role <> 'member'"),
                ("standing", "standing <> 'active'"),
                ("tends", "tends <> ''"),
            )
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    name_key: Mapped[str] = mapped_column(String(60), unique=True)
    #: An address to which a confirming mail has come, or None.
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(12), default=Role.MEMBER)
    about: Mapped[str] = mapped_column(Text, default="")
    #: What names that look alike have in common: see likeness.py.
    likeness: Mapped[str] = mapped_column(String(120), default="", index=True)
    #: By which passkeys know the account: 32 random bytes that say nothing else; None: it never had one.
    handle: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    #: Kept by the job `trust.settle`, or fixed by an admin.
    level: Mapped[str] = mapped_column(String(10), default=Level.NEWCOMER)
    is_level_fixed: Mapped[bool] = mapped_column(default=False)
    #: The ids of the tags whose threads this account moderates, apart by a space; "" for none.
    tends: Mapped[str] = mapped_column(String(400), default="")
    #: When its owner, or an admin on request, closed it for good.
    closed_at: Mapped[datetime | None]
    is_sample: Mapped[bool] = mapped_column(default=False)
    #: The language they chose: see languages/; "": their browser's, and in mails the forum's own.
    language: Mapped[str] = mapped_column(String(8), default="", server_default="")
    created_at: Mapped[datetime]
    # Counters kept by the actions, so that a page needs no count.
    shown_posts: Mapped[int] = mapped_column(default=0)
    unread: Mapped[int] = mapped_column(default=0)
    #: Kept by standing.move(); after `standing_until` an account is active again.
    standing: Mapped[str] = mapped_column(String(10), default=Standing.ACTIVE)
    standing_until: Mapped[datetime | None]
    #: A warning waits to be read: until then nothing can be posted.
    is_warned: Mapped[bool] = mapped_column(default=False)
    #: All its posts wait for review.
    is_watched: Mapped[bool] = mapped_column(default=False)
    #: What became of the flags it raised, as far as they are decided.
    flags_upheld: Mapped[int] = mapped_column(default=0)
    flags_declined: Mapped[int] = mapped_column(default=0)
    #: Where this account came from, e.g. "stackexchange:14"; an import that runs twice finds it by this.
    origin: Mapped[str | None] = mapped_column(String(120), unique=True)


#: In SQL: the account is no plain member. In the words of the index ix_account_role: only then it is taken.
HAS_ROLE = Account.role != Role.MEMBER
IS_ADMIN = (HAS_ROLE, Account.role == Role.ADMIN)


class AccountMove(Table):
    """One change of an account's standing; rows are only ever added."""

    __tablename__ = "account_move"
    __table_args__ = (Index("ix_account_move_account", "account_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    from_standing: Mapped[str] = mapped_column(String(10))
    to_standing: Mapped[str] = mapped_column(String(10))
    until: Mapped[datetime | None]
    #: None: the forum itself, or that the time had run out.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class SignIn(Table):
    """One browser in which somebody is signed in; the token itself is only in the cookie."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: When it last changed something here; pages that are only read change no row.
    used_at: Mapped[datetime]
    #: When its owner last proved who they are: by signing in, or again.
    proved_at: Mapped[datetime]
    #: password, passkey, code (password and one-time code), provider, recovery, setup.
    method: Mapped[str] = mapped_column(String(10), default="password")
    #: The browser and system as their owner would call them, such as "Firefox on Linux"; never an address.
    device: Mapped[str] = mapped_column(String(60), default="")


class SetupCode(Table):
    """The one-time code with which the owner of an empty forum creates the first admin in the browser."""

    __tablename__ = "setup_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]


class Actor(NamedTuple):
    """The account that acts, as every action and page sees it."""

    id: int
    name: str
    role: Role
    shown_posts: int
    unread: int
    standing: Standing = Standing.ACTIVE
    #: A warning waits to be read.
    is_warned: bool = False
    #: Whatever they post waits for review.
    is_watched: bool = False
    #: When the standing ends by itself.
    standing_until: datetime | None = None
    level: Level = Level.NEWCOMER
    #: The role wants a second factor, and this session has none: until then it is a member's.
    lacks_factor: bool = False
    #: The tags whose threads they moderate.
    tends: frozenset[int] = frozenset()
    #: The language they chose; "" for none.
    language: str = ""

    @property
    def is_moderator(self) -> bool:
        """Of the whole forum. A suspended one is not, as long as that lasts."""
        return self.role in (Role.MODERATOR, Role.ADMIN) and self._has_its_role

    @property
    def is_trusted(self) -> bool:
        return self.is_moderator or self.level is Level.TRUSTED

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN and self._has_its_role

    @property
    def tended_tags(self) -> frozenset[int]:
        """The tags whose threads this member moderates, and nothing else. None as long as suspended."""
        return self.tends if self.role is Role.MEMBER and self._has_its_role else frozenset()

    @property
    def _has_its_role(self) -> bool:
        return self.standing != Standing.SUSPENDED and not self.lacks_factor
