"""The line to the mail server (RFC 5321), on which a mail is handed over at one exact moment: the final dot.

A server that has got everything but the dot has nothing: without that, it throws the mail away (section
4.1.1.4). So what must be true before it takes the mail is made true between the last line and the dot.
"""

import re
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, unquote, urlsplit

from forum.config import Settings
from forum.jobs import Later

#: How long an answer of the server is waited for.
SECONDS = 20
#: A line that was silent for longer is not trusted any more; servers hang up after so many mails, too.
LONGEST_SILENCE, MOST_MAILS = 10.0, 100


class _Line(threading.local):
    """The line of one thread: open from one mail to the next only while it is kept."""

    def __init__(self) -> None:
        self.is_kept = False
        self.smtp: smtplib.SMTP | None = None
        self.address = ""
        self.used_at = 0.0
        self.mails = 0


_LINE = _Line()


@contextmanager
def kept() -> Iterator[None]:
    """Inside the block, mails of this thread that follow each other go over one connection."""
    _LINE.is_kept = True
    try:
        yield
    finally:
        _LINE.is_kept = False
        hang_up()


def hang_up() -> None:
    """Nobody keeps the server waiting; the next mail opens a new connection."""
    smtp, _LINE.smtp = _LINE.smtp, None
    if smtp is not None:
        # It may have hung up first.
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def hand_over(settings: Settings, to: str, raw: bytes, before_end: Callable[[], None]) -> bool:
    """The server has taken the mail; False if it got all of it and then nobody knows what it said.

    `before_end` is called when the server has everything but the final dot; if it raises, the server never
    gets that. smtplib's errors and OSError say that the server has not taken it.
    """
    smtp = _open(settings.mail_url)
    is_well = False
    try:
        _offer(smtp, settings.sender, to, raw)
        before_end()
        is_well = _end(smtp)
    finally:
        _put_down(smtp, is_well=is_well)
    return is_well


def is_passing(error: OSError) -> bool:
    """Whether trying again may help, now or when an admin has mended it: all but a refusal of just this mail.

    Without a connection, with a wrong password or a wrong sender, no mail leaves: those wait.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code < 500 for code, _ in error.recipients.values())
    return not isinstance(error, smtplib.SMTPDataError) or error.smtp_code < 500


def is_about_address(error: smtplib.SMTPRecipientsRefused) -> bool:
    """Whether the server says for good that the address takes no mail, and not what it thinks of us.

    Codes that begin with 5.7 are about policy and permission (RFC 3463, section 3.8): relaying, reputation.
    """
    return all(code >= 500 and not words.startswith(b"5.7.") for code, words in error.recipients.values())


def _offer(smtp: smtplib.SMTP, sender: str, to: str, raw: bytes) -> None:
    """The server has the whole mail but for the final dot."""
    size = [f"size={len(raw)}"] if smtp.has_extn("size") else []
    code, words = smtp.mail(sender, size)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, words, sender)
    code, words = smtp.rcpt(to)
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({to: (code, words)})
    code, words = smtp.docmd("DATA")
    if code != 354:
        raise smtplib.SMTPDataError(code, words)
    # A line that begins with a dot begins with two (section 4.5.2).
    smtp.send(re.sub(rb"(?m)^\.", b"..", raw) + (b"" if raw.endswith(b"\r\n") else b"\r\n"))


def _end(smtp: smtplib.SMTP) -> bool:
    smtp.send(b".\r\n")
    try:
        code, words = smtp.getreply()
    except (OSError, smtplib.SMTPException):
        return False
    if 400 <= code < 600:
        raise smtplib.SMTPDataError(code, words)
    # Only what says that it was refused was refused: after an answer that is none, it may have been taken.
    return code == 250


def _open(address: str) -> smtplib.SMTP:
    """The line that was kept, if it still works, or a new one."""
    kept, _LINE.smtp = _LINE.smtp, None
    if kept is not None and address == _LINE.address:
        is_fresh = time.monotonic() - _LINE.used_at < LONGEST_SILENCE and _LINE.mails < MOST_MAILS
        with suppress(OSError, smtplib.SMTPException):
            if is_fresh and kept.rset()[0] == 250:
                return kept
    if kept is not None:
        kept.close()
    _LINE.address, _LINE.mails = address, 0
    return _connect(urlsplit(address))


def _put_down(smtp: smtplib.SMTP, *, is_well: bool) -> None:
    if not is_well:
        # Not politely: a server must not take the end of the line for the end of the mail.
        smtp.close()
        return
    _LINE.smtp, _LINE.used_at, _LINE.mails = smtp, time.monotonic(), _LINE.mails + 1
    if not _LINE.is_kept:
        hang_up()


def _connect(server: SplitResult) -> smtplib.SMTP:
    host = server.hostname or "localhost"
    if server.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            host, server.port or 465, timeout=SECONDS, context=_encryption(server)
        )
    else:
        smtp = smtplib.SMTP(host, server.port or (587 if server.username else 25), timeout=SECONDS)
    try:
        _greet(smtp, server)
    except Exception:
        smtp.close()
        raise
    return smtp


def _greet(smtp: smtplib.SMTP, server: SplitResult) -> None:
    smtp.ehlo_or_helo_if_needed()
    if server.scheme == "smtp":
        if smtp.has_extn("starttls"):
            smtp.starttls(context=_encryption(server))
            smtp.ehlo()
        elif server.username:
            raise Later("the mail server offers no encryption for the password")
    if server.username:
        smtp.login(unquote(server.username), unquote(server.password or ""))


def _encryption(server: SplitResult) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.scheme == "smtp" and not server.username:
        # As mail servers do among themselves: encryption that nobody vouched for is better than none.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
