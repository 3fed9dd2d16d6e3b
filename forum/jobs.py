"""The jobs table: work that commits with the change that caused it and is done after it.

A job is claimed for a while, retried with growing pauses, and buried (kept, with its last error) when it
failed too often. Jobs are idempotent: one that was done when the power went, and not yet crossed off, is
done again.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Index, String, Text, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from forum.clock import now
from forum.db import Table, rows
from forum.paging import Cursor, Page

ATTEMPTS = 8
CLAIM = timedelta(minutes=5)
#: Of more jobs only the oldest are counted.
MOST_COUNTED = 20_000


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


class State(StrEnum):
    """How it stands with a job."""

    WAITING = "waiting"
    RUNNING = "running"
    BURIED = "buried"


class Count(NamedTuple):
    """How many jobs of one name are in one state."""

    name: str
    state: State
    jobs: int


class JobView(NamedTuple):
    """A job as who runs the forum sees it."""

    id: int
    name: str
    payload: Mapping[str, Any]
    run_at: datetime
    attempts: int
    state: State
    last_error: str


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
    inserting = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = inserting(Job).values(name=name, key=key, payload=payload, run_at=now() + delay)
    db.execute(statement.on_conflict_do_nothing(index_elements=[Job.key]))


def put_many(
    db: Session, name: str, payloads: Sequence[Mapping[str, Any]], *, delay: timedelta = timedelta(0)
) -> None:
    """A job `name` for each of the payloads, as if put one by one, in one insert."""
    due = now() + delay
    if payloads:
        db.execute(insert(Job), [{"name": name, "payload": dict(each), "run_at": due} for each in payloads])


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


def tally(db: Session) -> Sequence[Count]:
    """What is in the table, by name and state; of very many jobs only the oldest MOST_COUNTED count."""
    some = select(Job.name, _state().label("state")).order_by(Job.id).limit(MOST_COUNTED).subquery()
    wanted = select(some.c.name, some.c.state, func.count()).group_by(some.c.name, some.c.state)
    found = rows(db, wanted.order_by(some.c.name, some.c.state))
    return [Count(name, State(state), count) for name, state, count in found]


def buried_count(db: Session) -> int:
    """How many jobs have failed for good."""
    return db.scalar(select(func.count()).select_from(Job).where(Job.buried.is_(True))) or 0


def listing(
    db: Session, after: str | None, limit: int, names: Collection[str] = (), state: State | None = None
) -> Page[JobView]:
    """Jobs of these names (any, without them) in this state (any), the newest first."""
    state_of = _state()
    columns = (Job.id, Job.name, Job.payload, Job.run_at, Job.attempts, state_of, Job.last_error)
    wanted = select(*columns).order_by(Job.id.desc()).limit(limit + 1)
    if names:
        wanted = wanted.where(Job.name.in_(names))
    if state is not None:
        wanted = wanted.where(state_of == state)
    if cursor := Cursor.decode(after, int):
        wanted = wanted.where(Job.id < cursor[0])
    found = [JobView(*job)._replace(state=State(job[5])) for job in rows(db, wanted)]
    return Page.of(found, limit, lambda job: (job.id,))


def name_of(db: Session, job_id: int) -> str | None:
    """What the job is called; None if it is done, or was thrown away."""
    return db.scalar(select(Job.name).where(Job.id == job_id))


def retry(db: Session, *, job_id: int | None = None, name: str = "") -> int:
    """This job, or all buried ones of the name, are tried again at once, as if for the first time.

    Answers how many; one that is being done is left alone.
    """
    which = Job.id == job_id if job_id is not None else (Job.name == name) & Job.buried.is_(True)
    values = {"run_at": now(), "attempts": 0, "buried": False, "claimed_until": None}
    tried = db.execute(update(Job).where(which, _state() != State.RUNNING).values(values))
    return int(tried.rowcount)  # type: ignore[attr-defined]


def clear_buried(db: Session, name: str, since: datetime) -> None:
    """Of the jobs of this name nothing is kept that failed for good and was due before `since`."""
    db.execute(delete(Job).where(Job.name == name, Job.buried.is_(True), Job.run_at < since))


def throw_away(db: Session, job_id: int) -> bool:
    """The job is never done; False if it is being done, or was done meanwhile."""
    gone = delete(Job).where(Job.id == job_id, _state() != State.RUNNING).returning(Job.id)
    return db.scalar(gone) is not None


def _state() -> ColumnElement[str]:
    is_running = Job.claimed_until > now()
    return case((Job.buried.is_(True), State.BURIED), (is_running, State.RUNNING), else_=State.WAITING)
