"""The jobs table: work that commits with the change that caused it and is done after it.

A job is claimed for a while, retried with growing pauses, and buried (kept, with its last error) when it
failed too often. Jobs are idempotent: one that was done when the power went, and not yet crossed off, is
done again.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Index, String, Text, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from forum.clock import now
from forum.db import Table

ATTEMPTS = 8
CLAIM = timedelta(minutes=5)


class Job(Table):
    __tablename__ = "job"
    __table_args__ = (Index("ix_job_ready", "buried", "run_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    #: Of jobs with the same key only one waits; None: as many as were put.
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    payload: Mapped[dict[str, Any]]
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    buried: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str] = mapped_column(Text, default="")


class Claimed(NamedTuple):
    id: int
    name: str
    payload: Mapping[str, Any]
    attempts: int


class Later(Exception):
    """A job cannot be done now through no fault of its own (a service is down): try again after a pause."""


def put(
    db: Session, name: str, *, delay: timedelta = timedelta(0), key: str | None = None, **payload: Any
) -> None:
    """The job `name` runs once the caller's transaction has committed, at the earliest after `delay`.

    Nothing is added while a job with the same `key` waits.
    """
    if key is None:
        db.add(Job(name=name, payload=payload, run_at=now() + delay))
        return
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(Job).values(name=name, key=key, payload=payload, run_at=now() + delay)
    db.execute(statement.on_conflict_do_nothing(index_elements=[Job.key]))


def claim(db: Session) -> Claimed | None:
    """The oldest ready job, held by the caller for five minutes; None if there is nothing to do."""
    moment = now()
    wanted = select(Job).where(*_ready(moment)).order_by(Job.run_at, Job.id)
    job = db.scalars(wanted.limit(1).with_for_update(skip_locked=True)).first()
    if job is None:
        return None
    if job.attempts >= ATTEMPTS:
        # Its last run neither ended well nor failed: it may be what ends the worker each time.
        job.buried, job.last_error = True, "the last run never came to an end"
        return claim(db)
    job.attempts += 1
    job.claimed_until = moment + CLAIM
    # From here on the same may be asked for again: this run may have begun before what the next one is for.
    job.key = None
    return Claimed(job.id, job.name, job.payload, job.attempts)


def waiting(db: Session, prefix: str) -> int:
    """How many jobs whose keys begin so wait to be begun."""
    begins = Job.key.startswith(prefix, autoescape=True)
    return db.scalars(select(func.count()).select_from(Job).where(begins)).one()


def is_waiting(db: Session) -> bool:
    """Whether a job is ready; only reads, so that an idle worker takes no lock."""
    return db.scalar(select(Job.id).where(*_ready(now())).limit(1)) is not None


def standing(db: Session, names: Collection[str]) -> dict[str, bool]:
    """Which of these jobs are in the table, waiting, running or buried; True if one is not buried."""
    wanted = select(Job.name, Job.buried).where(Job.name.in_(names)).distinct()
    found: dict[str, bool] = {}
    for name, buried in db.execute(wanted):
        found[name] = found.get(name, False) or not buried
    return found


def _ready(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(Job.claimed_until.is_(None), Job.claimed_until < moment)
    return Job.buried.is_(False), Job.run_at <= moment, free


def done(db: Session, job_id: int) -> None:
    """The job is crossed off."""
    db.execute(delete(Job).where(Job.id == job_id))


def failed(db: Session, claimed: Claimed, error: str) -> None:
    """The job is tried again after a pause that doubles (30 s to 1 h), or buried after the eighth try."""
    _again(db, claimed, error, claimed.attempts)


def postponed(db: Session, claimed: Claimed, why: str) -> None:
    """The job is tried again after such a pause, as often as it takes: it is not its own fault."""
    _again(db, claimed, why, min(claimed.attempts, ATTEMPTS - 1))


def _again(db: Session, claimed: Claimed, error: str, attempts: int) -> None:
    pause = min(timedelta(seconds=30 * 2 ** (attempts - 1)), timedelta(hours=1))
    change: dict[str, Any] = {
        "claimed_until": None,
        "last_error": error[:2000],
        "run_at": now() + pause,
        "attempts": attempts,
        "buried": attempts >= ATTEMPTS,
    }
    db.execute(update(Job).where(Job.id == claimed.id).values(change))
