"""The jobs that send mail: about messages, and letters to addresses. Each mail has a key, and leaves once."""

import secrets
import smtplib
from collections.abc import Mapping

from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts import mail_tokens
from forum.accounts.door_tables import MailToken
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.inbox import (
    bounces,
    building,
    digest_days,
    dress,
    due,
    handing,
    line,
    outgoing,
    sent,
    unsubscribing,
)
from forum.inbox.dress import Dressed
from forum.inbox.handing import About
from forum.inbox.letters import Written, compose
from forum.inbox.outgoing import Outgoing
from forum.languages.speaking import speaking, spoken

#: The page that each kind of mailed link opens; the token follows.
LINKS = {
    Kind.SIGN_UP: "/confirm",
    Kind.RESET_PASSWORD: "/recover",
    Kind.CHANGE_EMAIL: "/confirm-address",
    Kind.KEEP_EMAIL: "/keep-address",
    Kind.MADE: "/begin",
}


def deliver_message(database: Database, settings: Settings, message_id: int) -> None:
    """The message has left for its reader's address, if it still should. The job `mail.deliver`.

    In quiet hours it comes again at their end. What is too much for one day is kept for a digest.
    """
    with database.reading() as db:
        found = outgoing.find(db, message_id)
    if found is None:
        return
    if found.until is not None:
        with database.writing() as db:
            jobs.put(db, due.DELIVER, delay=found.until - now(), message_id=message_id)
    elif found.is_too_much:
        with database.writing() as db:
            digest_days.wanted(db, found.account_id)
    else:
        _deliver_message(database, settings, found)


def _deliver_message(database: Database, settings: Settings, found: Outgoing) -> None:
    token = unsubscribing.token(found.account_id, found.group)
    about = About(found.key, found.kind, found.account_id)
    thread_key = f"thread-{found.thread_id}" if found.thread_id else ""
    with speaking(found.language or settings.language):
        dressed = dress.message(
            settings,
            found.stored.told(),
            name=found.name,
            path=found.path,
            group=found.group,
            unsubscribe=token,
        )
        hand(database, settings, found.email, dressed, about, thread_key=thread_key, unsubscribe=token)


def put_letter(db: Session, to: str, letter: str, **facts: object) -> None:
    """The letter is on its way to an address that no account has any more, or none yet.

    It is in the language spoken now, by whoever asked for it.
    """
    mark = secrets.token_hex(8)
    jobs.put(db, "mail.letter", to=to, letter=letter, facts=facts, language=spoken(), mark=mark)


def deliver_letter(
    database: Database,
    settings: Settings,
    to: str,
    letter: str,
    facts: Mapping[str, object],
    language: str = "",
    mark: str = "",
) -> None:
    """The letter has left for the address. The job `mail.letter`."""
    about = About(f"letter-{mark or secrets.token_hex(8)}", "letter")
    with speaking(language or settings.language):
        deliver(database, settings, to, compose(letter, forum=settings.name, **facts).written(), about)


def deliver_link(
    database: Database, settings: Settings, token_id: int, language: str = "", mark: str = ""
) -> None:
    """The mail with the link has left, unless the link is dead by now. The job `mail.link`.

    The token is drawn at the last moment, because only its hash is kept: for each try a new one, as long as
    no mail was handed over.
    """
    with database.reading() as db:
        link = db.get(MailToken, token_id)
        # SQLite gives an id again, even within a second.
        key = f"link-{token_id}-{mark or f'{link.created_at:%y%m%d%H%M%S}'}" if link else ""
        if link is None or sent.is_handed(db, key):
            return
    with database.writing() as db:
        drawn = mail_tokens.draw(db, token_id)
        if drawn is None:
            return
        found, token = drawn
        facts = {**found.wanted, "email": found.email}
        if found.account_id is not None:
            account = db.get_one(Account, found.account_id)
            facts["known_as"], language = account.name, account.language or language
        kind, to = Kind(found.kind), found.email
    address = f"{settings.base_url}{LINKS[kind]}/{token}"
    with speaking(language or settings.language):
        written = compose(f"link_{kind}", link=address, forum=settings.name, **facts).written()
        deliver(database, settings, to, written, About(key, "link"))


def deliver(database: Database, settings: Settings, to: str, written: Written, about: About) -> None:
    """The letter is with the mail server, or a file in the data folder, once. `Later` if it is away."""
    hand(database, settings, to, dress.letter(settings, written), about)


def hand(
    database: Database,
    settings: Settings,
    to: str,
    dressed: Dressed,
    about: About,
    *,
    thread_key: str = "",
    unsubscribe: str = "",
) -> None:
    """As `deliver`, for what is dressed. An account's address that refuses mail for good is counted so."""
    mail = building.build(
        settings,
        to,
        dressed.written,
        key=about.key,
        thread_key=thread_key,
        unsubscribe=unsubscribe,
        html=dressed.html,
    )
    try:
        handing.hand(database, settings, mail, about)
    except smtplib.SMTPRecipientsRefused as error:
        if about.account_id is None or not line.is_about_address(error):
            raise
        with database.writing() as db:
            bounces.refused(db, about.account_id)
