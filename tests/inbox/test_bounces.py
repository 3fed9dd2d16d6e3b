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
from forum import config
from forum.db import Database
from forum.inbox import bounce_reports, bounces, channels, mail_ids, sent
from forum.inbox.channel_tables import InboxChoice
from forum.inbox.tables import Message

HOST = "forum.example.org"


def _report(named: str = "", *, status: str = "5.1.1", action: str = "failed", whole: bool = True) -> bytes:
    """A report as Postfix writes it, of the mail with this Message-ID."""
    named = named or mail_ids.made("message-12", HOST)
    report = MIMEMultipart("report", **{"report-type": "delivery-status"})
    report.attach(MIMEText("I'm sorry to have to inform you that your message could not be delivered."))
    fields = MIMEBase("message", "delivery-status")
    of_recipient = f"Final-Recipient: rfc822; ann@example.org\nAction: {action}\nStatus: {status}\n"
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
        mail["Message-ID"], mail["Subject"] = named, "Hello"
        mail.set_content("Words.")
        back = MIMEBase("message", "rfc822")
        back.attach(mail)
    else:
        back = MIMEText(f"Subject: Hello\nMessage-ID: {named}\n", "rfc822-headers")  # type: ignore[assignment]
    report.attach(back)
    return report.as_bytes()


# --- what a report says ------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_names_our_mail(whole: bool) -> None:
    assert bounce_reports.read(_report(whole=whole), HOST) == "message-12"


@pytest.mark.parametrize("whole", [True, False])
def test_who_never_saw_the_mail_cannot_name_it(whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys can be counted through; a key alone, or with the seal of another mail or forum, names none."""
    seal = mail_ids.made("message-11", HOST).partition(".")[2]
    guesses = [f"<message-12@{HOST}>", f"<message-12.{seal}", f"<message-12.{'0' * 32}@{HOST}>"]
    guesses += [mail_ids.made("message-12", "other.example")]
    monkeypatch.setenv("FORUM_SECRET", "that of another forum, which is long enough")
    config.settings.cache_clear()
    guesses.append(mail_ids.made("message-12", HOST))
    monkeypatch.undo()
    config.settings.cache_clear()
    for guess in guesses:
        assert bounce_reports.read(_report(guess, whole=whole), HOST) == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: Out of office\n\nI am away.",
        _report(status="4.4.1"),
        _report(action="delayed"),
        _report(action="delivered", status="2.0.0"),
        b"Content-Type: multipart/report; report-type=delivery-status\n\nStatus: 5.1.1\nAction: failed\n",
    ],
)
def test_what_is_no_failure_for_good_says_nothing(raw: bytes) -> None:
    assert bounce_reports.read(raw, HOST) == ""


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_does_harm(data: st.DataObject) -> None:
    """However a report was cut or spoiled, it is read without an error, and names no other mail."""
    raw = bytearray(_report())
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    found = bounce_reports.read(bytes(raw), HOST)
    assert found in ("", "message-12")


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
        assert bounces.reported(db, f"message-{number}")
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
    assert bounces.reported(db, "message-1")
    assert not bounces.reported(db, "message-1")
    # It was sent before that was known.
    assert not bounces.reported(db, "message-2")
    assert _count(db, ann) == (1, False)


def test_what_we_did_not_send_to_an_account_is_not_counted(db: Session) -> None:
    assert sent.hand(db, "letter-1", "letter", None)
    assert not bounces.reported(db, "letter-1")
    assert not bounces.reported(db, "message-9")


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
