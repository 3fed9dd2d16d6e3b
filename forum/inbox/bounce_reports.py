"""Reading the report with which a mail comes back (RFC 3464).

Anybody can send one. So it is believed only if it names a mail of ours by its Message-ID, which nobody knows
who had not to do with that mail: see mail_ids.py.
"""

import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message

from forum.inbox import mail_ids

#: What is longer is not read to its end: the report stands before the mail that comes back with it.
MOST_BYTES = 1024 * 1024

#: The first digit says for good: 4.x.x comes before another try (RFC 3463, section 3.1).
_FOR_GOOD = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")


def read(raw: bytes, host: str) -> str:
    """The key (`building.build`) of the mail of this host that failed for good; "" if it says of none."""
    # Not the strict reader: what comes from outside may be broken in any way.
    report = message_from_bytes(raw[:MOST_BYTES], policy=policy.compat32)
    if report.get_content_type() != "multipart/report":
        return ""
    return _key(report, host) if any(map(_has_failed, _fields(report))) else ""


def _fields(report: Message) -> list[Message]:
    """The groups of fields of the report: of the mail, then of each recipient."""
    parts = (part for part in report.walk() if part.get_content_type() == "message/delivery-status")
    status = next(parts, None)
    groups = status.get_payload() if status is not None else None
    return [group for group in groups if isinstance(group, Message)] if isinstance(groups, list) else []


def _has_failed(group: Message) -> bool:
    is_failed = _header(group, "Action").strip().lower() == "failed"
    return is_failed and _FOR_GOOD.match(_header(group, "Status").strip()) is not None


def _key(report: Message, host: str) -> str:
    """The key of our mail, from its headers as they came back; "" if they did not."""
    for part in report.walk():
        if part.get_content_type() == "text/rfc822-headers":
            words = _text(part)
        elif part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            words = _header(inner[0], "Message-ID") if isinstance(inner, list) and inner else ""
        else:
            continue
        if key := mail_ids.key_in(words, host):
            return key
    return ""


def _header(part: object, name: str) -> str:
    return str(part.get(name, "")) if isinstance(part, Message) else ""


def _text(part: Message) -> str:
    """The line of the headers with the Message-ID."""
    payload = part.get_payload(decode=True)
    try:
        inner = message_from_bytes(payload) if isinstance(payload, bytes) else None
    except MessageError:
        return ""
    return _header(inner, "Message-ID")
