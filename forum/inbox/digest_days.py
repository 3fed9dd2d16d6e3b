"""When digests leave: whose time has come gets a job, and the time of the next one."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum import jobs
from forum.clock import now
from forum.config import Settings
from forum.db import Database, rows
from forum.inbox import channels
from forum.inbox.channel_tables import InboxChoice
from forum.inbox.channels import Digest

#: The job of the timetable that finds what is due, how often it looks, and the job of one digest.
DUE, EVERY, SEND = "inbox.digests", timedelta(minutes=5), "mail.digest"
BATCH = 500


def wanted(db: Session, account_id: int) -> None:
    """A digest leaves for the person, also one who has chosen none: their next one, or tomorrow's."""
    place = channels.of(db, account_id).time_zone
    tomorrow = channels.next_digest(now(), Digest.DAILY, place)
    inserting = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    made = inserting(InboxChoice).values(account_id=account_id, digest_at=tomorrow)
    due = func.coalesce(InboxChoice.digest_at, made.excluded.digest_at)
    db.execute(made.on_conflict_do_update(index_elements=[InboxChoice.account_id], set_={"digest_at": due}))


def put_due(database: Database, _settings: Settings) -> None:
    """Each digest whose time has come is put as a job of its own. The job `inbox.digests`."""
    is_more = True
    while is_more:
        with database.writing() as db:
            is_more = _put_batch(db)


def told(db: Session, account_id: int, moment: datetime) -> None:
    """All up to that moment has been told in a digest, or there was nothing to tell."""
    db.execute(update(InboxChoice).where(InboxChoice.account_id == account_id).values(digested_at=moment))


def _put_batch(db: Session) -> bool:
    """The next digests that are due are put; answers whether there may be more."""
    moment = now()
    wanted = select(
        InboxChoice.account_id, InboxChoice.digest, InboxChoice.time_zone, InboxChoice.digest_at
    ).where(InboxChoice.digest_at <= moment)
    found = rows(db, wanted.order_by(InboxChoice.digest_at, InboxChoice.account_id).limit(BATCH))
    jobs.put_many(
        db, SEND, [{"account_id": one.account_id, "due": one.digest_at.isoformat()} for one in found]
    )
    next_ones = [
        {"account_id": one.account_id, "digest_at": channels.next_digest(moment, one.digest, one.time_zone)}
        for one in found
    ]
    if next_ones:
        db.execute(update(InboxChoice), next_ones)
    return len(found) == BATCH
