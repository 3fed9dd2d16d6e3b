"""Mail that comes back: counted only if it is ours, for good, and news; after three in a row none is sent."""

from datetime import timedelta
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from io import BytesIO

import pytest
from conftest import Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import make_account
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import __main__ as command
from forum.db import Database
from forum.inbox import bounce_reports, bounces, channels, sent
from forum.inbox.bounce_reports import Failure
from forum.inbox.channel_tables import InboxChoice
from forum.inbox.tables import Message

HOST = "forum.example.org"


def _report(
    *, key: str = "message-12", host: str = HOST, status: str = "5.1.1", action: str = "failed",
    to: str = "ann@example.org", whole: bool = True,
) -> bytes:  # fmt: skip
    """A report as Postfix writes it."""
    report = MIMEMultipart("report", **{"report-type": "delivery-status"})
    report.attach(MIMEText("I'm sorry to have to inform you that your message could not be delivered."))
    fields = MIMEBase("message", "delivery-status")
    of_recipient = f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n"
    fields.set_payload([])
    for group in ("Reporting-MTA: dns; mx.example.org\n", of_recipient):
        part = EmailMessage()
        for line in group.splitlines():
            name, _, value = line.partition(": ")
            part[name] = value
        fields.attach(part)
    report.attach(fields)
    if whole:
        mail = EmailMessage()
        mail["Message-ID"], mail["Subject"] = f"<{key}@{host}>", "Hello"
        mail.set_content("Words.")
        back = MIMEBase("message", "rfc822")
        back.attach(mail)
    else:
        back = MIMEText(f"Subject: Hello\nMessage-ID: <{key}@{host}>\n", "rfc822-headers")  # type: ignore[assignment]
    report.attach(back)
    return report.as_bytes()


# --- what a report says ------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_names_our_mail(whole: bool) -> None:
    assert bounce_reports.read(_report(whole=whole), HOST) == Failure("message-12", "ann@example.org")


def test_of_a_mail_of_another_host_only_the_address_is_known() -> None:
    assert bounce_reports.read(_report(host="other.example"), HOST) == Failure("", "ann@example.org")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: Out of office\n\nI am away.",
        _report(status="4.4.1"),
        _report(action="delayed"),
        _report(action="delivered", status="2.0.0"),
        b"Content-Type: multipart/report; report-type=delivery-status\n\nStatus: 5.1.1\nAction: failed\n",
        _report(host="other.example", to="ann, bob"),
    ],
)
def test_what_is_no_failure_for_good_says_nothing(raw: bytes) -> None:
    assert bounce_reports.read(raw, HOST) is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_does_harm(data: st.DataObject) -> None:
    """However a report was cut or spoiled, it is read without an error, and names no other mail."""
    raw = bytearray(_report())
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    found = bounce_reports.read(bytes(raw), HOST)
    assert found is None or isinstance(found, Failure)


# --- what is counted ---------------------------------------------------------------------------------


def _handed(db: Session, account_id: int, key: str) -> None:
    assert sent.hand(db, key, "answer", account_id)
    sent.confirm(db, key)


def _count(db: Session, account_id: int) -> tuple[int, bool]:
    chosen = db.get(InboxChoice, account_id, populate_existing=True)
    return (chosen.bounces, chosen.paused_at is not None) if chosen else (0, False)


def test_after_three_in_a_row_mail_is_paused_and_the_inbox_says_so(db: Session, frozen: Clock) -> None:
    ann = make_account(db, "ann").id
    for number in (1, 2, 3):
        frozen.forward(hours=1)
        _handed(db, ann, f"message-{number}")
        frozen.forward(minutes=1)
        assert bounces.reported(db, Failure(f"message-{number}", ""))
        assert _count(db, ann) == (number, number == 3)
    assert channels.of(db, ann).paused_at == frozen()
    (told,) = db.scalars(select(Message).where(Message.account_id == ann)).all()
    assert told.subject == "Mail to you comes back, so none is sent any more"
    # A fourth is no news to its owner.
    bounces.refused(db, ann)
    assert db.scalars(select(Message.id).where(Message.account_id == ann)).all() == [told.id]
    channels.resume(db, ann)
    db.flush()
    assert _count(db, ann) == (0, False)


def test_a_mail_that_arrived_breaks_the_row(db: Session, frozen: Clock) -> None:
    ann = make_account(db, "ann").id
    bounces.refused(db, ann)
    bounces.refused(db, ann)
    frozen.forward(hours=1)
    _handed(db, ann, "message-1")
    frozen.moment += bounces.ARRIVED + timedelta(minutes=1)
    bounces.refused(db, ann)
    assert _count(db, ann) == (1, False)


def test_a_mail_that_was_only_taken_does_not(db: Session, frozen: Clock) -> None:
    """A server may take each mail, and send each back an hour later."""
    ann = make_account(db, "ann").id
    bounces.refused(db, ann)
    frozen.forward(days=1)
    _handed(db, ann, "message-1")
    frozen.forward(hours=1)
    bounces.refused(db, ann)
    assert _count(db, ann) == (2, False)


def test_a_report_counts_once_and_only_if_it_is_news(db: Session, frozen: Clock) -> None:
    ann = make_account(db, "ann").id
    for key in ("message-1", "message-2"):
        _handed(db, ann, key)
    frozen.forward(minutes=5)
    assert bounces.reported(db, Failure("message-1", ""))
    assert not bounces.reported(db, Failure("message-1", ""))
    # It was sent before that was known.
    assert not bounces.reported(db, Failure("message-2", ""))
    assert _count(db, ann) == (1, False)


@pytest.mark.parametrize("failure", [Failure("message-9", ""), Failure("", "bob@example.org")])
def test_what_we_did_not_send_is_not_counted(db: Session, failure: Failure) -> None:
    make_account(db, "bob")
    assert not bounces.reported(db, failure)


def test_without_our_key_the_address_counts_if_we_wrote_to_it(db: Session, frozen: Clock) -> None:
    ann = make_account(db, "ann").id
    assert not bounces.reported(db, Failure("", "ann@example.org"))
    _handed(db, ann, "message-1")
    frozen.forward(minutes=5)
    assert bounces.reported(db, Failure("", "Ann@example.org"))
    assert _count(db, ann) == (1, False)


def test_the_command_reads_what_the_mail_server_pipes(
    database: Database, monkeypatch: pytest.MonkeyPatch, frozen: Clock
) -> None:
    with database.writing() as db:
        ann = make_account(db, "ann").id
        _handed(db, ann, "message-12")
    frozen.forward(minutes=5)
    monkeypatch.setenv("FORUM_BASE_URL", f"https://{HOST}")
    monkeypatch.setenv("FORUM_DATABASE_URL", database.url.render_as_string(hide_password=False))
    for raw in (b"nonsense", _report()):
        monkeypatch.setattr("sys.stdin", type("Pipe", (), {"buffer": BytesIO(raw)}))
        command.bounce()
    with database.reading() as db:
        assert _count(db, ann) == (1, False)
