"""A digest as a mail: prepared when it is sent, so that nothing is in it that was hidden meanwhile."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts.tables import Account
from forum.clock import now
from forum.config import Settings
from forum.db import Database, row
from forum.inbox import channels, digest_days, digests, dress, mail, sent, unsubscribing
from forum.inbox.channels import Chosen, Digest
from forum.inbox.digests import Contents
from forum.inbox.dress import Dressed
from forum.inbox.due import quiet_until
from forum.inbox.handing import About
from forum.inbox.letters import compose
from forum.languages.speaking import speaking
from forum.languages.words import N_

KIND = "digest"
#: What is being written bears a moment from before its transaction ends: the next digest tells of it.
SETTLING = timedelta(seconds=10)
WHY = N_("You get this mail because you chose a digest, or because there was too much for one day.")

_READER = select(Account.name, Account.email, Account.language).where(
    Account.email.is_not(None), ~Account.is_sample, Account.closed_at.is_(None)
)


class Reader(NamedTuple):
    """Who gets the digest."""

    name: str
    email: str
    language: str


def deliver(database: Database, settings: Settings, account_id: int, due: str) -> None:
    """The person's digest that was due then has left, if there is anything to tell. The job `mail.digest`.

    In quiet hours it comes again at their end. Tried again after days, it tells what is new by then, and
    those that became due meanwhile tell nothing.
    """
    day = datetime.fromisoformat(due)
    moment = max(day, now() - SETTLING)
    about = About(f"digest-{account_id}-{day:%Y%m%dT%H%M}", KIND, account_id)
    with database.reading() as db:
        reader, chosen = _reader(db, account_id), channels.of(db, account_id)
        if reader is None or not _is_due(chosen, day):
            return
        until = quiet_until(chosen, now())
        with speaking(reader.language or settings.language):
            told = digests.contents(db, account_id, chosen, moment, day)
        is_handed = sent.is_handed(db, about.key)
    if is_handed:
        # By a worker that died before it wrote down what it told: what is newer is told next time.
        with database.writing() as db:
            digest_days.told(db, account_id, day)
        return
    if until is not None:
        with database.writing() as db:
            jobs.put(db, digest_days.SEND, delay=until - now(), account_id=account_id, due=due)
        return
    if told:
        is_chosen = chosen.digest is not Digest.NONE
        token = unsubscribing.token(account_id, unsubscribing.DIGEST) if is_chosen else ""
        with speaking(reader.language or settings.language):
            whole = dressed(settings, reader.name, chosen, told, token)
            mail.hand(database, settings, reader.email, whole, about, unsubscribe=token)
    with database.writing() as db:
        digest_days.told(db, account_id, moment)


def dressed(settings: Settings, name: str, chosen: Chosen, told: Contents, unsubscribe: str = "") -> Dressed:
    """The digest in both its forms, in the language spoken now; `unsubscribe` ends digests."""
    facts = {
        "name": name,
        "told": told,
        "span": str(chosen.digest),
        "forum": settings.name,
        "base_url": settings.base_url,
        "unsubscribe": unsubscribe,
    }
    written = compose(KIND, **facts).written()
    html = dress.page(
        settings, "digest/digest.html", subject=written.subject, preview=_preview(told), why=WHY, **facts
    )
    return Dressed(written, html)


def _reader(db: Session, account_id: int) -> Reader | None:
    found = row(db, _READER.where(Account.id == account_id))
    return None if found is None else Reader(*found)


def _is_due(chosen: Chosen, day: datetime) -> bool:
    is_told = chosen.digested_at is not None and chosen.digested_at >= day
    return chosen.paused_at is None and not is_told


def _preview(told: Contents) -> str:
    titles = [*(message.subject for message in told.messages), *(t.title for t in told.followed)]
    return dress.preview(" · ".join([*titles, *(thread.title for thread in told.best)]))
