"""A real mail server for tests: aiosmtpd in a thread, on a free port of this machine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from conftest import free_port


class Taken(NamedTuple):
    """A mail as the server took it: from whom and to whom by the envelope, and its bytes."""

    sender: str
    to: list[str]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        """The mail as a strict reader of today's standards reads it."""
        read = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read

    def part(self, kind: str) -> str:
        """The text or, with "html", the HTML; lines end with a line feed."""
        found = self.mail.get_body((kind,))
        assert isinstance(found, EmailMessage), f"no part of the kind {kind}"
        words: str = found.get_content()
        return words.replace("\r\n", "\n")


class Postbox:
    """Keeps what it takes, in order.

    `refusals` are its answers to the recipients whom it does not take, `at_data` its answer to the final dot
    ("": it takes the mail). `connections` counts who came.
    """

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.refusals: dict[str, str] = {}
        self.at_data = ""
        self.connections = 0
        self.port = free_port()

    @property
    def url(self) -> str:
        """What FORUM_MAIL_URL is, so that mail comes here."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[Taken]:
        """The mails for one address."""
        return [mail for mail in self.taken if mail.to == [address]]

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Mapping[str, str]
    ) -> str:
        if refusal := self.refusals.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.at_data:
            return self.at_data
        assert isinstance(envelope.content, bytes)
        self.taken.append(Taken(envelope.mail_from or "", envelope.rcpt_tos, envelope.content))
        return "250 Message accepted"


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A server that takes mail until the end of the block."""
    kept = Postbox()
    server = Controller(kept, hostname="127.0.0.1", port=kept.port, ready_timeout=20)
    server.start()
    try:
        yield kept
    finally:
        server.stop()
