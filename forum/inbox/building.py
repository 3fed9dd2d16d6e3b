"""A mail as it is sent: text and HTML, one recipient, and headers that hold what they should, exactly.

Python folds long headers by rules of its own, which lose spaces between words of other scripts and make
encoded words of long addresses. So what holds anybody's words, or an address, is written here.
"""

from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import idna

from forum.clock import now
from forum.config import Settings
from forum.discussion.wording import one_line
from forum.inbox import mail_ids
from forum.inbox.letters import Written
from forum.languages import speaking

#: Headers that were set as they leave stay so, to the letter.
_AS_SET = SMTP.clone(refold_source="none")
#: A line with encoded words has at most 76 characters (RFC 2047, section 2), with the blank before it.
_ENCODED_LINE = 75
#: A line of a mail has at most 998 (RFC 5322, section 2.1.1).
_LONGEST_LINE = 900


def build(
    settings: Settings,
    to: str,
    written: Written,
    *,
    key: str,
    thread_key: str = "",
    unsubscribe: str = "",
    html: str = "",
) -> EmailMessage:
    """The mail as it will be sent, in the language spoken now. ValueError if `to` is not one plain address.

    `key`, such as "message-12", makes its Message-ID, by which a bounce is known again; `thread_key`, such as
    "thread-12", is the same for all mails that should hang together. `unsubscribe` is the token of
    unsubscribing.py: such a mail is one of a list (RFC 2369, RFC 2919), and a mail program can end that with
    one click (RFC 8058); what concerns the account itself is none, and no filter for lists hides it.
    """
    mail = EmailMessage(policy=_AS_SET)
    mail.set_raw("From", f"{_phrase(settings.name)} <{_address(settings.sender).addr_spec}>")
    mail.set_raw("To", _address(to).addr_spec)
    mail.set_raw("Subject", _words(_harmless(written.subject)))
    mail["Date"] = format_datetime(now())
    for name, value in _about(settings, key, thread_key, unsubscribe):
        mail.set_raw(name, value)
    # So that no out-of-office reply comes back.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(written.text + "\n", cte="quoted-printable")
    if html:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
    # Only now: what describes a content moves with it when there is a second part.
    mail["Content-Language"] = speaking.tag()
    return mail


def can_reach(to: str) -> bool:
    """Whether a mail to this address can be built; not whether anybody reads it."""
    try:
        _address(to)
    except ValueError:
        return False
    return True


def message_id(settings: Settings, key: str) -> str:
    """The Message-ID of the mail with this key."""
    return mail_ids.made(key, settings.host)


def _about(settings: Settings, key: str, thread_key: str, unsubscribe: str) -> list[tuple[str, str]]:
    about = [("Message-ID", message_id(settings, key))] if key else []
    if thread_key:
        first = message_id(settings, thread_key)
        about += [("In-Reply-To", first), ("References", first)]
    if unsubscribe:
        about += [
            ("List-Id", f"<inbox.{settings.host}>"),
            ("List-Unsubscribe", f"<{settings.base_url}/unsubscribe/{unsubscribe}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
    return about


def _harmless(line: str) -> str:
    # Python 3.11 decodes encoded words in what it is given, and writes a line break found inside as a line
    # break: the rest becomes a header. Other readers decode twice. Without "=?" there is nothing to decode.
    return one_line(line).replace("=?", "= ?")


def _words(line: str) -> str:
    """The line as a header has it; encoded words, which join again without a blank, if it needs them."""
    if line.isascii() and len(line) <= _LONGEST_LINE:
        return line
    return Header(line, "utf-8", maxlinelen=_ENCODED_LINE, header_name="Subject").encode(linesep="\r\n")


def _phrase(name: str) -> str:
    """The name as it stands before an address."""
    name = _harmless(name)
    if not name.isascii():
        return _words(name)
    quoted = name.replace("\\", r"\\").replace('"', r"\"")
    return name if name.replace(" ", "").isalnum() else f'"{quoted}"'


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
