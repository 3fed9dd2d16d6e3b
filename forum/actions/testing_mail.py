"""A test mail to an admin’s own address, the way that all mail goes: through the queue of jobs."""

from sqlalchemy.orm import Session

from forum import jobs, policy
from forum.accounts import admin_log, directory
from forum.accounts.tables import Actor
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.errors import Invalid
from forum.inbox import mail
from forum.inbox.handing import About
from forum.inbox.letters import compose
from forum.languages.speaking import speaking, spoken
from forum.languages.words import N_, _
from forum.policy import Permit

JOB = "mail.test"
NO_ADDRESS = N_("Your account has no mail address to send it to. Give it one first.")


def ask(db: Session, actor: Actor) -> None:
    """A test mail goes to the actor’s own address; one at a time. Invalid without an address."""
    policy.require(Permit.ADMINISTER, actor)
    found = directory.read(db, actor.id)
    if found is None or not found.email:
        raise Invalid({"": _(NO_ADDRESS)})
    mark = f"{now():%Y%m%d%H%M%S}"
    jobs.put(db, JOB, key=f"{JOB}:{actor.id}", account_id=actor.id, language=spoken(), mark=mark)
    admin_log.write(db, actor.id, "mail-test")


def deliver(
    database: Database, settings: Settings, account_id: int, language: str = "", mark: str = ""
) -> None:
    """The test mail is with the mail server, and the log of the admins says so. The job `mail.test`."""
    with database.reading() as db:
        found = directory.read(db, account_id)
    if found is None or not found.email:
        return
    letter = compose("test", known_as=found.name, forum=settings.name)
    with speaking(language or settings.language):
        about = About(f"test-{account_id}-{mark}", "test")
        mail.deliver(database, settings, found.email, letter.written(), about)
    with database.writing() as db:
        admin_log.write(db, account_id, "mail-test-sent")
