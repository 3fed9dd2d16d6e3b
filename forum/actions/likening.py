"""Accounts of an older forum, or of an import, get the likeness by which look-alike names are refused."""

from forum import jobs
from forum.accounts import people
from forum.config import Settings
from forum.db import Database

#: So many at once: each batch is a short transaction of its own.
BATCH = 500
NAME = "accounts.liken"


def go_on(database: Database, _settings: Settings) -> None:
    """The next accounts without a likeness have theirs; a full batch asks for another one. The job
    `accounts.liken`.
    """
    with database.reading() as db:
        if not people.lacks_likeness(db):
            return
    with database.writing() as db:
        if people.liken(db, BATCH) == BATCH:
            jobs.put(db, NAME, key=NAME)
