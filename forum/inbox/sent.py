"""Which mails were handed to the mail server, so that none is handed over again.

A row is written and committed directly before the server may take the mail, and confirmed when it has said
that it did. A server that refuses, or goes away before that, has nothing: the row goes again. If nobody knows
what the server said, because the worker died or the line was cut in between, the row stays without `sent_at`:
the mail is unsure. It is never sent again by itself, because most of these have arrived.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import rows
from forum.inbox.channel_tables import SentMail

#: So long it is known what was sent; no job tries that long.
KEPT = timedelta(days=30)
#: No mail server is waited for that long: what is not confirmed by then is unsure.
IN_HAND = timedelta(minutes=10)


class Unsure(NamedTuple):
    """A mail of which nobody knows whether the server took it."""

    id: int
    key: str
    kind: str
    handed_at: datetime


def is_handed(db: Session, key: str) -> bool:
    """Whether the mail with this key was handed over, or is being handed over now."""
    return db.scalar(select(SentMail.id).where(SentMail.key == key)) is not None


def hand(db: Session, key: str, kind: str, account_id: int | None) -> bool:
    """The mail is about to be handed over by the caller; False if it was before, or somebody else does."""
    inserting = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"key": key, "kind": kind, "account_id": account_id, "handed_at": now()}
    made = inserting(SentMail).values(values).on_conflict_do_nothing(index_elements=[SentMail.key])
    return db.scalar(made.returning(SentMail.id)) is not None


def confirm(db: Session, key: str) -> None:
    """The mail server has taken it."""
    db.execute(update(SentMail).where(SentMail.key == key).values(sent_at=now()))


def release(db: Session, key: str) -> None:
    """The mail server has not taken it: it can be handed over again."""
    db.execute(delete(SentMail).where(SentMail.key == key, SentMail.sent_at.is_(None)))


def count_since(db: Session, account_id: int, kinds: Collection[str], since: datetime) -> int:
    """How many mails of these kinds the account has got since then."""
    lately = (SentMail.account_id == account_id, SentMail.handed_at > since, SentMail.kind.in_(kinds))
    return db.scalar(select(func.count()).select_from(SentMail).where(*lately)) or 0


def unsure(db: Session, most: int) -> Sequence[Unsure]:
    """The latest mails of which nobody knows whether they were taken."""
    wanted = select(SentMail.id, SentMail.key, SentMail.kind, SentMail.handed_at).where(*_unsure())
    return [Unsure(*found) for found in rows(db, wanted.order_by(SentMail.handed_at.desc()).limit(most))]


def unsure_count(db: Session) -> int:
    """How many there are of these."""
    return db.scalar(select(func.count()).select_from(SentMail).where(*_unsure())) or 0


def forget_unsure(db: Session, sent_id: int) -> str | None:
    """The unsure mail was never handed over: answers its key; None if there is no such one."""
    gone = delete(SentMail).where(SentMail.id == sent_id, *_unsure()).returning(SentMail.key)
    return db.scalar(gone)


def clear_outworn(db: Session) -> None:
    """Nothing is kept of mails that were sent long ago."""
    db.execute(delete(SentMail).where(SentMail.handed_at < now() - KEPT))


def _unsure() -> tuple[ColumnElement[bool], ...]:
    return SentMail.sent_at.is_(None), SentMail.handed_at < now() - IN_HAND
