"""Leaving a list of mails by the link in them: no session, and a token that needs no row (RFC 8058).

The token names the account and what to switch off, signed with the forum's key; it works for as long as a
mail is kept. It lets its holder do just that, and take it back.
"""

import base64
import hmac
import re
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum import sealing
from forum.accounts.tables import Account
from forum.clock import now
from forum.inbox import channels
from forum.inbox.channel_tables import InboxChoice, KindChoice
from forum.inbox.channels import Digest
from forum.inbox.kinds import CHOOSABLE, PUSHED, Group, Mail

#: In place of a group: the digests.
DIGEST = "digest"

_TOKEN = re.compile(r"([1-9][0-9]{0,9})-([a-z]{1,20})-([A-Za-z0-9_-]{22})")


class List(NamedTuple):
    """The mails of which group (or DIGEST) to whom."""

    account_id: int
    what: str


def token(account_id: int, what: str) -> str:
    """What the link holds; "" for mails that cannot be switched off."""
    if what != DIGEST and what not in CHOOSABLE:
        return ""
    return f"{account_id}-{what}-{_signature(account_id, what)}"


def find(db: Session, token: str) -> List | None:
    """What the token lets its holder leave; None if it is not ours, or the account is closed."""
    parts = _TOKEN.fullmatch(token)
    if parts is None or not hmac.compare_digest(parts[3], _signature(int(parts[1]), parts[2])):
        return None
    account = db.scalar(select(Account.id).where(Account.id == int(parts[1]), Account.closed_at.is_(None)))
    return None if account is None else List(account, parts[2])


def present(db: Session, wanted: List) -> str:
    """How these mails come now: a channels.Digest, or a kinds.Mail."""
    chosen = channels.of(db, wanted.account_id)
    return str(chosen.digest) if wanted.what == DIGEST else str(chosen.mails[Group(wanted.what)])


def put(db: Session, wanted: List, way: str) -> None:
    """These mails come in this way from now on. ValueError if there is none such."""
    if wanted.what == DIGEST:
        digest = Digest(way)
        zone = channels.of(db, wanted.account_id).time_zone
        due = channels.next_digest(now(), digest, zone)
        _upsert(db, InboxChoice, {"account_id": wanted.account_id}, {"digest": digest, "digest_at": due})
    else:
        row = {"account_id": wanted.account_id, "kind": wanted.what}
        push = Group(wanted.what) in PUSHED
        _upsert(db, KindChoice, row, {"mail": Mail(way)}, {"push": push})


def _upsert(
    db: Session,
    table: type[InboxChoice] | type[KindChoice],
    row: dict[str, object],
    change: dict[str, object],
    at_first: dict[str, object] | None = None,
) -> None:
    inserting = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    made = inserting(table).values({**row, **change, **(at_first or {})})
    db.execute(
        made.on_conflict_do_update(index_elements=list(row), set_=change),
        execution_options={"synchronize_session": False},
    )


def _signature(account_id: int, what: str) -> str:
    signed = sealing.digest("unsubscribe", f"{account_id}-{what}")
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")
