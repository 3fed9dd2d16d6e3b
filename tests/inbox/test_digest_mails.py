"""Digests leave when they are due, once, by what is true when they are sent, and not for nothing."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Clock
from makers import make_account, make_letter, make_thread, opening
from smtp import Postbox, postbox
from sqlalchemy import select

from forum import jobs, worker
from forum.accounts.tables import Account, Actor
from forum.config import Settings
from forum.db import Database, Session
from forum.discussion import posts
from forum.discussion.tables import PostState, Thread
from forum.inbox import channels, digest_days, digest_mails, due, mail_ids, messages, sent
from forum.inbox.channel_tables import InboxChoice, SentMail
from forum.inbox.channels import Digest, Wish
from forum.inbox.kinds import Group, Mail
from forum.inbox.letters import compose
from forum.jobs import Job, Later

#: The clock of the tests begins on a Sunday at noon.
MONDAY = datetime(2026, 11, 2, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def box() -> Iterator[Postbox]:
    with postbox() as kept:
        yield kept


@pytest.fixture
def settings(tmp_path: Path, box: Postbox) -> Settings:
    box.taken.clear()
    box.refusals.clear()
    return Settings(
        data_dir=tmp_path, base_url="https://forum.example.org", contact="team@example.org", mail_url=box.url
    )


def _wish(db: Session, actor: Actor, digest: Digest = Digest.DAILY, **values: object) -> None:
    usual = Wish(digest, "UTC", None, None, "follow", {}, ())
    channels.keep(db, actor.id, usual._replace(**values))  # type: ignore[arg-type]


def _reader(database: Database, digest: Digest = Digest.DAILY, **values: object) -> Actor:
    with database.writing() as db:
        reader = make_account(db, "ann")
        _wish(db, reader, digest, **values)
        return reader


def _thread(database: Database, title: str) -> int:
    with database.writing() as db:
        return make_thread(db, title=f"{title} and some more words?").id


def _morning(database: Database, settings: Settings, frozen: Clock, moment: datetime = MONDAY) -> None:
    """It is that morning, and the worker has done what is due."""
    frozen.moment = moment
    with database.writing() as db:
        jobs.put(db, digest_days.DUE, key=digest_days.DUE)
    worker.work_off(database, settings)


def _choice(database: Database, actor: Actor) -> InboxChoice:
    with database.reading() as db:
        return db.get_one(InboxChoice, actor.id)


def test_a_digest_arrives_in_both_parts_and_the_next_is_due_tomorrow(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    reader = _reader(database)
    thread_id = _thread(database, "Why <b>this</b> & =?utf-8?q?that?=")
    with database.writing() as db:
        messages.send(db, reader.id, "followed", make_letter("Bob answered “A <i>title</i>”"), "/p/7")
    _morning(database, settings, frozen)
    (mail,) = box.taken
    assert mail.to == ["ann@example.org"]
    assert mail.mail["Subject"] == "Your day at Footnote"
    key = f"digest-{reader.id}-20261102T0700"
    assert str(mail.mail["Message-ID"]) == mail_ids.made(key, "forum.example.org")
    assert "/unsubscribe/" in mail.mail["List-Unsubscribe"]
    text, html = mail.part("plain"), mail.part("html")
    assert text.startswith(
        "Hello ann,\n\nYou have not read these messages yet:\n\n- Bob answered “A <i>title</i>”"
    )
    assert "  https://forum.example.org/p/7\n\nThe best of the community:\n\n- Why <b>this</b> &" in text
    assert f"  https://forum.example.org/t/{thread_id}/" in text and "No more digests: " in text
    assert "Bob answered “A &lt;i&gt;title&lt;/i&gt;”" in html and "Why &lt;b&gt;this&lt;/b&gt; &amp;" in html
    chosen = _choice(database, reader)
    assert (chosen.digest_at, chosen.digested_at) == (MONDAY + timedelta(days=1), MONDAY)
    _morning(database, settings, frozen, MONDAY + timedelta(hours=1))
    assert len(box.taken) == 1


def test_with_nothing_to_tell_there_is_no_mail(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    reader = _reader(database, Digest.WEEKLY)
    _morning(database, settings, frozen)
    assert box.taken == []
    assert _choice(database, reader).digest_at == MONDAY + timedelta(days=7)


@pytest.mark.parametrize("why", ["closed", "paused", "sample", "no address"])
def test_who_cannot_be_written_to_gets_none(
    database: Database, settings: Settings, box: Postbox, frozen: Clock, why: str
) -> None:
    reader = _reader(database)
    _thread(database, "A question")
    with database.writing() as db:
        account, chosen = db.get_one(Account, reader.id), db.get_one(InboxChoice, reader.id)
        match why:
            case "closed":
                account.closed_at = frozen()
            case "paused":
                chosen.paused_at = frozen()
            case "sample":
                account.is_sample = True
            case _:
                account.email = None
    _morning(database, settings, frozen)
    assert box.taken == []


def test_what_is_hidden_between_becoming_due_and_leaving_is_left_out(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    _reader(database)
    hidden, _ = _thread(database, "HIDDENMARK"), _thread(database, "Another")
    frozen.moment = MONDAY
    digest_days.put_due(database, settings)
    with database.writing() as db:
        posts.move(db, opening(db, db.get_one(Thread, hidden)), PostState.HIDDEN, None, "")
    worker.work_off(database, settings)
    (mail,) = box.taken
    assert "HIDDENMARK" not in mail.part("plain") + mail.part("html") and "Another" in mail.part("plain")


def test_done_twice_after_a_crash_it_is_one_mail(
    database: Database, settings: Settings, box: Postbox, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = _reader(database)
    _thread(database, "A question")
    frozen.moment = MONDAY
    was_due = MONDAY.isoformat()
    with monkeypatch.context() as patch:
        patch.setattr(digest_days, "told", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            digest_mails.deliver(database, settings, reader.id, was_due)
    assert len(box.taken) == 1 and _choice(database, reader).digested_at is None
    digest_mails.deliver(database, settings, reader.id, was_due)
    assert len(box.taken) == 1 and _choice(database, reader).digested_at == MONDAY


def test_in_quiet_hours_it_waits_for_their_end(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    _reader(database, quiet_from=22, quiet_to=9)
    _thread(database, "A question")
    _morning(database, settings, frozen)
    frozen.forward(minutes=119)
    worker.work_off(database, settings)
    assert box.taken == []
    frozen.forward(minutes=1)
    worker.work_off(database, settings)
    assert len(box.taken) == 1


def test_after_days_without_a_mail_server_there_is_one_digest_and_not_one_for_each_day(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    reader = _reader(database)
    with database.writing() as db:
        digest_days.told(db, reader.id, MONDAY - timedelta(days=1))
    away = settings.model_copy(update={"mail_url": "smtp://127.0.0.1:1"})
    for day in range(3):
        frozen.moment = MONDAY + timedelta(days=day, hours=-1)
        _thread(database, f"Question {day}")
        _morning(database, away, frozen, MONDAY + timedelta(days=day))
    with database.reading() as db:
        assert len(db.scalars(select(Job).where(Job.name == digest_days.SEND)).all()) == 3
        assert db.scalars(select(SentMail)).all() == []
    frozen.forward(hours=2)
    worker.work_off(database, settings)
    (mail,) = box.taken
    assert all(f"Question {day}" in mail.part("plain") for day in range(3))


def test_a_refused_digest_counts_against_the_address(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    reader = _reader(database)
    _thread(database, "A question")
    box.refusals["ann@example.org"] = "550 5.1.1 nobody here"
    _morning(database, settings, frozen)
    assert box.taken == [] and _choice(database, reader).bounces == 1


def test_each_is_told_in_the_own_language_and_at_the_own_hour(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    with database.writing() as db:
        for name, place, language in (("ann", "Europe/Paris", "fr"), ("bob", "Asia/Tokyo", "")):
            actor = make_account(db, name)
            db.get_one(Account, actor.id).language = language
            _wish(db, actor, time_zone=place)
    _thread(database, "A question")
    _morning(database, settings, frozen, datetime(2026, 11, 1, 22, tzinfo=UTC))
    assert [mail.to for mail in box.taken] == [["bob@example.org"]]
    _morning(database, settings, frozen, datetime(2026, 11, 2, 6, tzinfo=UTC))
    assert [mail.to for mail in box.taken] == [["bob@example.org"], ["ann@example.org"]]
    assert box.taken[1].mail["Content-Language"] == "fr"
    assert "Bonjour ann" in box.taken[1].part("plain")


def test_messages_are_told_in_the_language_that_their_reader_has_by_then(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    reader = _reader(database)
    with database.writing() as db:
        letter = compose("followed", author="Bob", title="Why?", what="answer")
        messages.send(db, reader.id, "followed", letter, "/p/7")
        db.get_one(Account, reader.id).language = "fr"
    _morning(database, settings, frozen)
    (mail,) = box.taken
    for kind in ("plain", "html"):
        assert "Bob a répondu à « Why? »" in mail.part(kind) and "Bob answered" not in mail.part(kind)


def test_very_many_are_put_in_batches(
    database: Database, settings: Settings, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_days, "BATCH", 2)
    with database.writing() as db:
        people = [make_account(db) for _ in range(5)]
        for person in people:
            _wish(db, person)
    frozen.moment = MONDAY
    digest_days.put_due(database, settings)
    digest_days.put_due(database, settings)
    with database.reading() as db:
        put = [job.payload["account_id"] for job in db.scalars(select(Job))]
    assert sorted(put) == sorted(person.id for person in people)


def test_a_server_that_refuses_the_mail_itself_fails_loudly(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    reader = _reader(database)
    _thread(database, "A question")
    frozen.moment = MONDAY
    for answer, error in (("452 full", Later), ("554 no", smtplib.SMTPDataError)):
        box.at_data = answer
        with pytest.raises(error):
            digest_mails.deliver(database, settings, reader.id, MONDAY.isoformat())
    box.at_data = ""
    with database.reading() as db:
        assert not sent.is_handed(db, f"digest-{reader.id}-20261102T0700")


def _unread(database: Database, reader: Actor, subject: str) -> None:
    with database.writing() as db:
        messages.send(db, reader.id, "followed", make_letter(subject), f"/p/{len(subject)}")


def test_what_is_new_when_it_is_done_again_after_a_crash_is_told_the_next_day(
    database: Database, settings: Settings, box: Postbox, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = _reader(database, mails={Group.FOLLOWS: Mail.DIGEST})
    _unread(database, reader, "First")
    frozen.moment = MONDAY
    with monkeypatch.context() as patch:
        patch.setattr(digest_days, "told", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            digest_mails.deliver(database, settings, reader.id, MONDAY.isoformat())
    frozen.forward(minutes=4)
    _unread(database, reader, "Later")
    frozen.forward(minutes=1)
    digest_mails.deliver(database, settings, reader.id, MONDAY.isoformat())
    assert len(box.taken) == 1
    frozen.moment = MONDAY + timedelta(days=1)
    digest_mails.deliver(database, settings, reader.id, frozen.moment.isoformat())
    assert "Later" in box.taken[1].part("plain")


def test_what_is_being_written_while_it_is_prepared_is_told_the_next_day(
    database: Database, settings: Settings, box: Postbox, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = _reader(database, mails={Group.FOLLOWS: Mail.DIGEST})
    _unread(database, reader, "First")
    frozen.moment = MONDAY + timedelta(minutes=2)
    digest_mails.deliver(database, settings, reader.id, MONDAY.isoformat())
    frozen.forward(seconds=-1)
    _unread(database, reader, "Written meanwhile")
    frozen.moment = MONDAY + timedelta(days=1)
    digest_mails.deliver(database, settings, reader.id, frozen.moment.isoformat())
    assert "Written meanwhile" in box.taken[1].part("plain")


def test_who_moves_to_another_time_zone_misses_no_digest(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    reader = _reader(database, mails={Group.FOLLOWS: Mail.DIGEST})
    _unread(database, reader, "First")
    _morning(database, settings, frozen)
    with database.writing() as db:
        _wish(db, reader, time_zone="America/New_York", mails={Group.FOLLOWS: Mail.DIGEST})
    frozen.forward(minutes=1)
    _unread(database, reader, "Later")
    _morning(database, settings, frozen, MONDAY + timedelta(hours=5))
    assert len(box.taken) == 2 and "Later" in box.taken[1].part("plain")


def test_what_was_too_much_for_a_day_is_told_however_long_it_had_waited(
    database: Database, settings: Settings, box: Postbox, frozen: Clock
) -> None:
    reader = _reader(database, Digest.NONE, mails={Group.FOLLOWS: Mail.ONCE})
    frozen.moment = MONDAY - timedelta(hours=8)
    _unread(database, reader, "In the night")
    frozen.moment = MONDAY + timedelta(hours=1)
    with database.writing() as db:
        digest_days.wanted(db, reader.id)
        # Its own mail never left: see outgoing.py.
        for job in db.scalars(select(Job).where(Job.name == due.DELIVER)):
            db.delete(job)
    _morning(database, settings, frozen, MONDAY + timedelta(days=1))
    (mail,) = box.taken
    assert "In the night" in mail.part("plain")
