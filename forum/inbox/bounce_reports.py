"""Reading the report with which a mail comes back (RFC 3464): strangers write it, so little is believed."""

import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message
from typing import NamedTuple

#: What is longer is not read to its end: the report stands before the mail that comes back with it.
MOST_BYTES = 1024 * 1024

_ID = re.compile(r"<([A-Za-z0-9.-]{1,80})@([^<>@\s]{1,255})>")
#: The first digit says for good: 4.x.x comes before another try (RFC 3463, section 3.1).
_FOR_GOOD = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")
_ADDRESS = re.compile(r"rfc822\s*;\s*<?([^<>\s]{3,254}?)>?\s*", re.IGNORECASE)


class Failure(NamedTuple):
    """A mail that did not arrive: its key (`building.build`) and the address it was for; "" if unknown."""

    key: str
    address: str


def read(raw: bytes, host: str) -> Failure | None:
    """What the report says of a mail of this host that failed for good; None if it says nothing of that."""
    # Not the strict reader: what comes from outside may be broken in any way.
    report = message_from_bytes(raw[:MOST_BYTES], policy=policy.compat32)
    if report.get_content_type() != "multipart/report":
        return None
    failed = next(filter(_has_failed, _fields(report)), None)
    if failed is None:
        return None
    address = _ADDRESS.fullmatch(_header(failed, "Final-Recipient"))
    failure = Failure(_key(report, host), address.group(1) if address else "")
    return failure if any(failure) else None


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
            found = _ID.search(_text(part))
        elif part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            found = _ID.search(_header(inner[0], "Message-ID")) if isinstance(inner, list) and inner else None
        else:
            continue
        if found is not None and found.group(2).lower() == host:
            return found.group(1)
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
