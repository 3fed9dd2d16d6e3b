"""Signed-in browsers: a random token in a cookie, its hash in a table."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from forum.accounts import standing
from forum.accounts.tables import Account, Actor, Role, SignIn
from forum.clock import now
from forum.db import row

LIFETIME = timedelta(days=30)
#: Characters of 32 random bytes in URL-safe base64.
TOKEN_LENGTH = 43

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
    )
    .join(SignIn, SignIn.account_id == Account.id)
    .where(SignIn.token_hash == bindparam("token_hash"), SignIn.expires_at > bindparam("moment"))
)


def start(db: Session, account_id: int) -> str:
    """The token with which a browser is signed in from now on; the account's outworn sessions are gone."""
    moment = now()
    token = secrets.token_urlsafe(32)
    db.execute(delete(SignIn).where(SignIn.account_id == account_id, SignIn.expires_at <= moment))
    db.add(
        SignIn(
            token_hash=_hash(token), account_id=account_id, created_at=moment, expires_at=moment + LIFETIME
        )
    )
    return token


def actor(db: Session, token: str) -> Actor | None:
    """Who is signed in with `token`; None if nobody is, or no longer."""
    if len(token) != TOKEN_LENGTH:
        return None
    found = row(db, _ACTOR, token_hash=_hash(token), moment=now())
    if found is None:
        return None
    account_id, name, role, shown_posts, unread, was, until, is_warned, is_watched = found
    now_is = standing.present(was, until)
    return Actor(account_id, name, Role(role), shown_posts, unread, now_is, is_warned, is_watched, until)


def end(db: Session, token: str) -> None:
    """Nobody is signed in with `token` any more."""
    db.execute(delete(SignIn).where(SignIn.token_hash == _hash(token)))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
