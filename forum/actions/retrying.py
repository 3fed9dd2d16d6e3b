"""What admins do with jobs that failed, or that nobody needs any more."""

from sqlalchemy.orm import Session

from forum import jobs, policy
from forum.accounts import admin_log
from forum.accounts.tables import Actor
from forum.actions.administering import reason_of
from forum.discussion.wording import Form
from forum.errors import Conflict, NotFound
from forum.languages.words import N_, _
from forum.policy import Permit

BUSY = N_("The job is being done at this moment. Please look again in a minute.")


def retry(db: Session, actor: Actor, job_id: int) -> None:
    """The job is tried again at once. NotFound if it is done by now, Conflict while it is being done."""
    name = _open(db, actor, job_id)
    if not jobs.retry(db, job_id=job_id):
        raise Conflict(_(BUSY))
    admin_log.write(db, actor.id, "job-retried", words=f"{name}, number {job_id}")


def retry_all(db: Session, actor: Actor, name: str) -> None:
    """All buried jobs of this name are tried again at once. NotFound if there is none."""
    policy.require(Permit.ADMINISTER, actor)
    count = jobs.retry(db, name=name)
    if not count:
        raise NotFound(_("No job of that name has failed."))
    admin_log.write(db, actor.id, "jobs-retried", words=f"{name}, {count} of them")


def throw_away(db: Session, actor: Actor, job_id: int, reason: str) -> None:
    """The job is never done. Invalid (`reason`) without one; NotFound, Conflict as for `retry`."""
    name = _open(db, actor, job_id)
    form = Form()
    words = form.take("reason", reason_of, reason)
    form.done()
    if not jobs.throw_away(db, job_id):
        raise Conflict(_(BUSY))
    admin_log.write(db, actor.id, "job-thrown-away", words=f"{name}, number {job_id}: {words}")


def _open(db: Session, actor: Actor, job_id: int) -> str:
    policy.require(Permit.ADMINISTER, actor)
    name = jobs.name_of(db, job_id)
    if name is None:
        raise NotFound
    return name
