"""What is outworn is thrown away: links, half sign-ins, sessions, limits that are free, copies of data."""

from forum.accounts import exports, mail_tokens, rates, sessions, steps
from forum.config import Settings
from forum.db import Database


def tidy(database: Database, _settings: Settings) -> None:
    """Nothing is kept that is of no use any more. The job `accounts.tidy`."""
    for clear in (mail_tokens, steps, sessions, rates, exports):
        with database.writing() as db:
            clear.clear_outworn(db)
