"""Signed-in browsers: a random token in a cookie, its hash in a table."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from forum.accounts import standing
from forum.accounts.tables import Account, Actor, Level, Role, SignIn
from forum.accounts.tokens import drawn, hashed
from forum.clock import now
from forum.db import row, rows

LIFETIME = timedelta(days=30)
#: Characters of 32 random bytes in URL-safe base64.
TOKEN_LENGTH = 43
#: Ways to sign in that are two factors by themselves; a provider’s own second factor is not seen from here.
STRONG = frozenset({"passkey", "code"})
#: Whose role counts only with two factors, by the setting `second_factor`.
NEEDS_FACTOR: Mapping[str, Collection[Role]] = {
    "none": (),
    "admins": (Role.ADMIN,),
    "moderators": (Role.ADMIN, Role.MODERATOR),
}
#: For so long a proof of identity counts as fresh.
FRESH = timedelta(minutes=10)
#: A session's last use is written down at most so often.
USED = timedelta(hours=1)

_ACTOR = (
    select(
        Account.id,
        Account.name,
        Account.role,
        Account.shown_posts,
        Account.unread,
        Account.standing,
        Account.standing_until,
        Account.is_warned,
        Account.is_watched,
        Account.level,
        Account.tends,
        Account.language,
        SignIn.id.label("session_id"),
        SignIn.used_at,
        SignIn.proved_at,
        SignIn.method,
    )
    .join(SignIn, SignIn.account_id == Account.id)
    .where(
        SignIn.token_hash == bindparam("token_hash"),
        SignIn.expires_at > bindparam("moment"),
        Account.closed_at.is_(None),
    )
)


_UNREAD = (
    select(SignIn.id, Account.unread)
    .join(Account, Account.id == SignIn.account_id)
    .where(
        SignIn.id.in_(bindparam("ids", expanding=True)),
        SignIn.expires_at > bindparam("moment"),
        Account.closed_at.is_(None),
    )
)


class Presence(NamedTuple):
    """Somebody who is signed in, and what their session says of itself."""

    actor: Actor
    session_id: int
    used_at: datetime
    proved_at: datetime
    method: str

    @property
    def is_strong(self) -> bool:
        """Whether more than a password stood behind the sign-in."""
        return self.method in STRONG

    def is_fresh(self) -> bool:
        """Whether its owner proved lately who they are, as changes of the account itself want."""
        return now() - self.proved_at < FRESH

    def where(self, wants: str) -> Self:
        """This presence in a forum where the roles of `wants` (none, admins, moderators) need two factors."""
        # Who moderates some tags only is a member by role.
        role = Role.MODERATOR if self.actor.tended_tags else self.actor.role
        lacks = not self.is_strong and role in NEEDS_FACTOR[wants]
        return self._replace(actor=self.actor._replace(lacks_factor=True)) if lacks else self


def start(db: Session, account_id: int, method: str = "password", device: str = "") -> str:
    """The token with which a browser is signed in from now on; the account's outworn sessions are gone."""
    moment = now()
    token = drawn()
    db.execute(delete(SignIn).where(SignIn.account_id == account_id, SignIn.expires_at <= moment))
    db.add(
        SignIn(
            token_hash=hashed(token),
            account_id=account_id,
            created_at=moment,
            expires_at=moment + LIFETIME,
            used_at=moment,
            proved_at=moment,
            method=method,
            device=device,
        )
    )
    return token


def actor(db: Session, token: str) -> Actor | None:
    """Who is signed in with `token`; None if nobody is, or no longer."""
    found = presence(db, token)
    return found and found.actor


def presence(db: Session, token: str) -> Presence | None:
    """Who is signed in with `token`, and how; None if nobody is, or no longer."""
    if len(token) != TOKEN_LENGTH:
        return None
    found = row(db, _ACTOR, token_hash=hashed(token), moment=now())
    if found is None:
        return None
    (
        account_id, name, role, shown_posts, unread, was, until, is_warned, is_watched, level, tends,
        language, *rest,
    ) = found  # fmt: skip
    now_is = standing.present(was, until)
    actor = Actor(
        account_id, name, Role(role), shown_posts, unread, now_is, is_warned, is_watched, until, Level(level),
        tends=frozenset(map(int, tends.split())), language=language,
    )  # fmt: skip
    return Presence(actor, *rest)


def unread(db: Session, session_ids: Collection[int]) -> Mapping[int, int]:
    """The number of new messages of whose sessions these are; sessions that are over are missing."""
    return {session.id: session.unread for session in rows(db, _UNREAD, ids=session_ids, moment=now())}


def use(db: Session, presence: Presence) -> None:
    """The session was used to change something."""
    if now() - presence.used_at >= USED:
        db.execute(update(SignIn).where(SignIn.id == presence.session_id).values(used_at=now()))


def prove(db: Session, session_id: int, method: str | None = None) -> None:
    """Its owner has just proved who they are, again; by a stronger `method`, the session is worth that.

    The session goes on with another token, which `renewed_token` tells: the old one is worth nothing.
    """
    token = drawn()
    change = {"token_hash": hashed(token), "proved_at": now(), **({"method": method} if method else {})}
    db.execute(update(SignIn).where(SignIn.id == session_id).values(change))
    db.info["renewed_token"] = token


def renewed_token(db: Session) -> str | None:
    """The token with which the session of this transaction goes on, if it is another one now."""
    token: str | None = db.info.get("renewed_token")
    return token


def end_others(db: Session, account_id: int, but: int | None = None) -> None:
    """The account is signed out everywhere but in the session `but`."""
    others = [SignIn.id != but] if but is not None else []
    db.execute(delete(SignIn).where(SignIn.account_id == account_id, *others))


def end(db: Session, token: str) -> None:
    """Nobody is signed in with `token` any more."""
    db.execute(delete(SignIn).where(SignIn.token_hash == hashed(token)))


def clear_outworn(db: Session) -> None:
    """Nothing is kept of sessions that are over."""
    db.execute(delete(SignIn).where(SignIn.expires_at <= now()))
