"""Addresses that refuse mail: counted, and after several refusals in a row no mail is sent to them any more.

A mail server refuses at once, or takes the mail and sends it back later, in a report (RFC 3464). Anybody can
write such a report: so it only counts what failed for good, of a mail that it names by its Message-ID, and
only if that was sent after the last failure was known.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import case, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import row
from forum.inbox import messages
from forum.inbox.channel_tables import InboxChoice, SentMail
from forum.inbox.letters import compose

#: After so many refusals, one after the other, the address is written to no more.
MOST = 3
#: A mail that was taken so long ago, and did not come back, has arrived.
ARRIVED = timedelta(days=3)
#: The inbox tells that mail is paused; its group is ACCOUNT.
KIND = "account"
PATH = "/account/messages"


class _Sent(NamedTuple):
    account_id: int
    is_news: bool


def refused(db: Session, account_id: int) -> None:
    """The account's address has refused a mail for good; after the third in a row it gets none.

    Its owner reads so in the inbox. The row breaks where a mail has arrived in between.
    """
    moment = now()
    inserting = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    made = inserting(InboxChoice).values(account_id=account_id, bounces=1, bounced_at=moment)
    arrived = exists().where(
        SentMail.account_id == account_id,
        SentMail.sent_at > InboxChoice.bounced_at,
        SentMail.sent_at < moment - ARRIVED,
    )
    bounces = case((arrived, 1), else_=InboxChoice.bounces + 1)
    pausing = case(
        (bounces >= MOST, func.coalesce(InboxChoice.paused_at, moment)), else_=InboxChoice.paused_at
    )
    change = {"bounces": bounces, "bounced_at": moment, "paused_at": pausing}
    upsert = made.on_conflict_do_update(index_elements=[InboxChoice.account_id], set_=change)
    if db.execute(upsert.returning(InboxChoice.bounces)).scalar_one() == MOST:
        messages.send(db, account_id, KIND, compose("mail_paused"), PATH)


def paused_count(db: Session) -> int:
    """How many accounts have an address that is written to no more."""
    paused = select(func.count()).select_from(InboxChoice).where(InboxChoice.paused_at.is_not(None))
    return db.scalar(paused) or 0


def reported(db: Session, key: str) -> bool:
    """That the mail with this key failed counts as a refusal; False if we sent none, or it is nothing new."""
    found = _sent(db, key)
    if found is None or not found.is_news:
        return False
    refused(db, found.account_id)
    return True


def _sent(db: Session, key: str) -> _Sent | None:
    """Whose mail it is."""
    is_news = InboxChoice.bounced_at.is_(None) | (SentMail.handed_at > InboxChoice.bounced_at)
    wanted = select(SentMail.account_id, is_news).outerjoin(
        InboxChoice, InboxChoice.account_id == SentMail.account_id
    )
    found = row(db, wanted.where(SentMail.key == key, SentMail.account_id.is_not(None)))
    return None if found is None else _Sent(found[0], bool(found[1]))
