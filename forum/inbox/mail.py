"""Mail: built so that no word of anybody becomes a header, sent by SMTP or kept as a file."""

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

import idna
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts import mail_tokens, people
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account
from forum.clock import now
from forum.config import Settings
from forum.db import Database, row
from forum.discussion.wording import one_line
from forum.inbox.letters import compose
from forum.inbox.tables import Message
from forum.jobs import Later
from forum.languages.speaking import speaking

SECONDS = 20
#: The page that each kind of mailed link opens; the token follows.
LINKS = {
    Kind.SIGN_UP: "/confirm",
    Kind.RESET_PASSWORD: "/recover",
    Kind.CHANGE_EMAIL: "/confirm-address",
    Kind.KEEP_EMAIL: "/keep-address",
    Kind.MADE: "/begin",
}


class _Mail(NamedTuple):
    to: str
    name: str
    subject: str
    text: str
    path: str


def deliver_message(database: Database, settings: Settings, message_id: int) -> None:
    """The message has left for its reader's address, if both are still there. The job `mail.deliver`.

    Done twice, it sends the same Message-ID twice, so that a mail program shows it once.
    """
    with database.reading() as db:
        found = row(
            db,
            select(Account.language, Account.email, Account.name, Message.subject, Message.text, Message.path)
            .join(Account, Account.id == Message.account_id)
            .where(Message.id == message_id, Account.email.is_not(None), ~Account.is_sample),
        )
    if found is None:
        return
    language, *rest = found
    mail = _Mail(*rest)
    letter = compose("message", mail=mail, forum=settings.name, base_url=settings.base_url)
    with speaking(language or settings.language):
        deliver(settings, mail.to, letter.subject, letter.text, key=f"message-{message_id}")


def put_letter(db: Session, to: str, letter: str, **facts: object) -> None:
    """The letter is on its way to an address that no account has any more, or none yet."""
    jobs.put(db, "mail.letter", to=to, letter=letter, facts=facts)


def deliver_letter(
    _database: Database, settings: Settings, to: str, letter: str, facts: Mapping[str, object]
) -> None:
    """The letter has left for the address. The job `mail.letter`."""
    written = compose(letter, forum=settings.name, **facts)
    deliver(settings, to, written.subject, written.text)


def deliver_link(database: Database, settings: Settings, token_id: int) -> None:
    """The mail with the link has left, unless the link is dead by now. The job `mail.link`.

    Done twice, it sends two mails, and only the link in the second one works.
    """
    with database.writing() as db:
        drawn = mail_tokens.draw(db, token_id)
        if drawn is None:
            return
        found, token = drawn
        facts = {**found.wanted, "email": found.email}
        if found.account_id is not None:
            facts["known_as"] = people.name_of(db, found.account_id)
        kind, to = Kind(found.kind), found.email
    link = f"{settings.base_url}{LINKS[kind]}/{token}"
    letter = compose(f"link_{kind}", link=link, forum=settings.name, **facts)
    deliver(settings, to, letter.subject, letter.text)


def deliver(settings: Settings, to: str, subject: str, text: str, *, key: str = "") -> None:
    """The mail is with the mail server, or a file in the data folder. `Later` when the server is away."""
    mail = build(settings, to, subject, text, key=key)
    if settings.mail_url:
        _send(urlsplit(settings.mail_url), mail, settings.sender, _address(to).addr_spec)
    else:
        _keep(settings.data_dir / "mail", mail)


def build(settings: Settings, to: str, subject: str, text: str, *, key: str = "") -> EmailMessage:
    """The mail as it will be sent. ValueError if `to` is not one plain address."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(_harmless(settings.name), addr_spec=settings.sender)
    mail["To"] = _address(to)
    mail["Subject"] = _harmless(subject)
    mail["Date"] = format_datetime(now())
    if key:
        mail["Message-ID"] = f"<{key}@{urlsplit(settings.base_url).hostname}>"
    # So that no out-of-office reply comes back.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text, cte="quoted-printable")
    return mail


def can_reach(to: str) -> bool:
    """Whether a mail to this address can be built; not whether anybody reads it."""
    try:
        _address(to)
    except ValueError:
        return False
    return True


def _harmless(line: str) -> str:
    # Python 3.11 decodes encoded words in what it is given, and writes a line break found inside as a line
    # break: the rest becomes a header. Without "=?" there is nothing to decode.
    return one_line(line).replace("=?", "= ?")


def _address(to: str) -> Address:
    try:
        plain = _in_ascii(to)
        address = Address(addr_spec=plain)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise ValueError("not a mail address") from error
    if not to.isprintable() or "=?" in to or address.addr_spec != plain or not address.domain:
        raise ValueError("not a mail address")
    return address


def _in_ascii(to: str) -> str:
    """The address as every mail server reads it; left to itself, Python makes encoded words of a domain."""
    name, _, domain = to.rpartition("@")
    return to if domain.isascii() else f"{name}@{idna.encode(domain, uts46=True).decode()}"


def _keep(folder: Path, mail: EmailMessage) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in count(1):
        with suppress(FileExistsError), (folder / f"{now():%Y%m%dT%H%M%S}-{number}.eml").open("xb") as file:
            file.write(mail.as_bytes())
            return


def _send(server: SplitResult, mail: EmailMessage, sender: str, to: str) -> None:
    try:
        with _connect(server) as smtp:
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(mail, sender, [to])
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        # Every SMTPException is an OSError; a refusal for good must not be tried for ever.
        if isinstance(error, smtplib.SMTPException) and not _passing(error):
            raise
        raise Later(f"the mail server is away: {error}") from error


def _connect(server: SplitResult) -> smtplib.SMTP:
    host = server.hostname or "localhost"
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=SECONDS, context=_encryption(server))
    smtp = smtplib.SMTP(host, server.port or (587 if server.username else 25), timeout=SECONDS)
    smtp.ehlo()
    if smtp.has_extn("starttls"):
        smtp.starttls(context=_encryption(server))
    elif server.username:
        smtp.close()
        raise Later("the mail server offers no encryption for the password")
    return smtp


def _encryption(server: SplitResult) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.scheme == "smtp" and not server.username:
        # As mail servers do among themselves: encryption that nobody vouched for is better than none.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _passing(error: smtplib.SMTPException) -> bool:
    """Whether the server may say something else later: codes 4xx, or no code at all."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code < 500 for code, _ in error.recipients.values())
    return not isinstance(error, smtplib.SMTPResponseException) or error.smtp_code < 500
