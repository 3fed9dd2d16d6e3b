"""Handing a mail over once: to the mail server, or, without one, as a file into the data folder.

See sent.py for what is written down when. A worker may die at any moment of this.
"""

from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import structlog

from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.inbox import line, sent
from forum.jobs import Later

log = structlog.get_logger()


class About(NamedTuple):
    """What a mail is the mail of: `key` is its own for ever; `account_id` is None for one without account."""

    key: str
    kind: str
    account_id: int | None = None


class _HandedAlready(Exception):
    """Somebody else was faster."""


def hand(database: Database, settings: Settings, mail: EmailMessage, about: About) -> None:
    """The mail is with the mail server, or a file in the data folder; never twice, however often it is asked.

    `Later` when the server is away, or wants it later. smtplib's errors when it refuses this mail for good.
    """
    with database.reading() as db:
        is_handed = sent.is_handed(db, about.key)
    if not settings.mail_url:
        _keep(database, settings.data_dir / "mail", mail, about, is_handed=is_handed)
    elif not is_handed:
        _send(database, settings, mail, about)


def _send(database: Database, settings: Settings, mail: EmailMessage, about: About) -> None:
    is_ours = False

    def claim() -> None:
        nonlocal is_ours
        with database.writing() as db:
            if not sent.hand(db, about.key, about.kind, about.account_id):
                raise _HandedAlready
        is_ours = True

    try:
        is_taken = line.hand_over(settings, str(mail["To"]), mail.as_bytes(), claim)
    except _HandedAlready:
        return
    except OSError as error:
        # Before the claim the row, if there is one by now, is of somebody else, who may be at the dot.
        if is_ours:
            with database.writing() as db:
                sent.release(db, about.key)
        # Every SMTPException is an OSError; a refusal for good must not be tried for ever.
        if not line.is_passing(error):
            raise
        raise Later(f"the mail server is away: {error}") from error
    if not is_taken:
        log.warning("mail unsure", key=about.key)
        return
    with database.writing() as db:
        sent.confirm(db, about.key)


def _keep(database: Database, folder: Path, mail: EmailMessage, about: About, *, is_handed: bool) -> None:
    """The file has its name once the mail is written down as sent; done again, it gets it at the latest."""
    unnamed = folder / f".{about.key}"
    if not is_handed:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unnamed.write_bytes(mail.as_bytes())
        with database.writing() as db:
            sent.hand(db, about.key, about.kind, about.account_id)
            sent.confirm(db, about.key)
    # It has its name already.
    with suppress(FileNotFoundError):
        unnamed.rename(folder / f"{now():%Y%m%dT%H%M%S}-{about.key}.eml")
