"""What is outworn is thrown away: links, sessions, pushes, free limits, data copies, drafts, sent mails."""

from datetime import timedelta

from forum import jobs
from forum.accounts import exports, mail_tokens, rates, sessions, steps
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.discussion import drafts
from forum.inbox import browsers, sent

#: So long admins can look at a letter that could not be sent: it has the address of who may have left.
LETTERS_KEPT = timedelta(days=7)


def tidy(database: Database, _settings: Settings) -> None:
    """Nothing is kept that is of no use any more. The job `accounts.tidy`."""
    for clear in (mail_tokens, steps, sessions, browsers, rates, exports, drafts, sent):
        with database.writing() as db:
            clear.clear_outworn(db)
    with database.writing() as db:
        jobs.clear_buried(db, "mail.letter", now() - LETTERS_KEPT)
