"""Mails about messages leave if they still should; letters leave for their address; each of them once."""

import email
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import policy
from pathlib import Path

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_letter, make_thread, opening
from smtp import Postbox, postbox
from sqlalchemy import select

from forum import choices, jobs, worker
from forum.accounts import mail_tokens
from forum.accounts.mail_tokens import Kind as LinkKind
from forum.accounts.tables import Account, Actor
from forum.config import Settings
from forum.db import Database, Session
from forum.discussion import posts
from forum.discussion.tables import Post, PostState
from forum.inbox import channels, following, mail, mail_ids, messages
from forum.inbox.channel_tables import InboxChoice
from forum.inbox.channels import Digest, Wish
from forum.inbox.following import Kind, Level
from forum.inbox.kinds import Group, Mail
from forum.inbox.letters import compose
from forum.inbox.tables import Message
from forum.jobs import Job, Later


def _settings(folder: Path, mail_url: str = "") -> Settings:
    return Settings(
        data_dir=folder, base_url="https://forum.example.org", contact="team@example.org", mail_url=mail_url
    )


def _files(folder: Path) -> list[Path]:
    return sorted((folder / "mail").glob("*.eml"))


def _message(db: Session, to: Actor, kind: str = "answer", **about: int | None) -> int:
    letter = make_letter("Bob answered “Why?”", "Bob has answered.")
    return messages.send(db, to.id, kind, letter, "/p/7", **about).id


def _told(database: Database, kind: str = "answer", **account: object) -> tuple[Actor, int]:
    """Ann, and a message that she got."""
    with database.writing() as db:
        ann = make_account(db, "ann")
        row = db.get_one(Account, ann.id)
        for name, value in account.items():
            setattr(row, name, value)
        return ann, _message(db, ann, kind)


def _wish(db: Session, actor: Actor, **values: object) -> None:
    usual = Wish(Digest.NONE, "UTC", None, None, "follow", dict.fromkeys(Group, Mail.ONCE), ())
    channels.keep(db, actor.id, usual._replace(**values))


def test_a_message_is_mailed_with_greeting_link_and_name(
    database: Database, tmp_path: Path, frozen: Clock
) -> None:
    _, message_id = _told(database)
    mail.deliver_message(database, _settings(tmp_path), message_id)
    (file,) = _files(tmp_path)
    received = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert received["Subject"] == "Bob answered “Why?”"
    assert received["From"] == "Footnote <team@example.org>"
    assert received["Date"].datetime == frozen()
    key = f"message-1-{int(frozen().timestamp())}"
    assert received["Message-ID"] == mail_ids.made(key, "forum.example.org")
    text = received.get_body(("plain",)).get_content().replace("\r\n", "\n")  # type: ignore[union-attr]
    assert text.startswith(
        "Hello ann,\n\nBob has answered.\n\nSee it here: https://forum.example.org/p/7\n\n-- \n"
    )
    assert "https://forum.example.org/inbox" in text


def test_it_is_mailed_in_the_language_that_its_reader_has_by_then(
    database: Database, tmp_path: Path, frozen: Clock
) -> None:
    with database.writing() as db:
        ann = make_account(db, "ann")
        letter = compose("answer", author="Bob", title="Why?", what="answer")
        messages.send(db, ann.id, "answer", letter, "/p/7")
        db.get_one(Account, ann.id).language = "fr"
    frozen.forward(hours=1)
    worker.work_off(database, _settings(tmp_path))
    (file,) = _files(tmp_path)
    received = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (received["Subject"], received["Content-Language"]) == ("Bob a répondu à « Why? »", "fr")
    for kind in ("plain", "html"):
        text = received.get_body((kind,)).get_content()  # type: ignore[union-attr]
        assert "Bonjour ann," in text and "Bob a écrit une réponse à votre question" in text


@pytest.mark.parametrize("account", [{"email": None}, {"is_sample": True}])
def test_nobody_without_an_address_is_mailed(
    database: Database, tmp_path: Path, account: dict[str, object]
) -> None:
    _, message_id = _told(database, **account)
    mail.deliver_message(database, _settings(tmp_path), message_id)
    mail.deliver_message(database, _settings(tmp_path), 10**6)
    assert _files(tmp_path) == []


def test_what_was_read_within_the_hour_is_not_mailed(
    database: Database, tmp_path: Path, frozen: Clock
) -> None:
    ann, first = _told(database)
    with database.writing() as db:
        second = _message(db, ann)
    frozen.forward(minutes=59)
    worker.work_off(database, _settings(tmp_path))
    with database.writing() as db:
        db.get_one(Message, first).read_at = frozen()
    frozen.forward(minutes=1)
    worker.work_off(database, _settings(tmp_path))
    (file,) = _files(tmp_path)
    assert f"message-{second}-" in file.name


# --- what keeps a mail back ------------------------------------------------------------------------------

READ, MUTED_THREAD, MUTED_PERSON, HIDDEN, PAUSED, DIGEST, NONE, TOLD = (
    "read", "thread muted", "person muted", "hidden", "paused", "digest", "none", "told in a digest",
)  # fmt: skip


def _change(db: Session, reader: Actor, message: Message, what: str) -> None:
    """What makes the mail superfluous."""
    _wish(db, reader)
    chosen = db.get_one(InboxChoice, reader.id)
    match what:
        case "read":
            message.read_at = message.created_at
        case "thread muted":
            assert message.thread_id is not None
            following.set(db, reader.id, Kind.THREAD, message.thread_id, Level.MUTE)
        case "person muted":
            assert message.author_id is not None
            following.set(db, reader.id, Kind.PERSON, message.author_id, Level.MUTE)
        case "hidden":
            posts.move(db, db.get_one(Post, message.post_id), PostState.HIDDEN, None, "")
        case "paused":
            chosen.paused_at = message.created_at
        case "told in a digest":
            chosen.digested_at = message.created_at
        case _:
            _wish(db, reader, mails=dict.fromkeys(Group, Mail(what)))


@pytest.mark.parametrize("kind", ["answer", "decision"])
@pytest.mark.parametrize("what", ["", READ, MUTED_THREAD, MUTED_PERSON, HIDDEN, PAUSED, DIGEST, NONE, TOLD])
def test_what_is_superfluous_by_then_stays(database: Database, tmp_path: Path, kind: str, what: str) -> None:
    """Of decisions, only an address that takes no mail hears nothing."""
    with database.writing() as db:
        reader, author = make_account(db), make_account(db)
        thread = make_thread(db, reader)
        post = make_answer(db, thread, author)
        about = {"thread_id": thread.id, "post_id": post.id, "author_id": author.id}
        message_id = _message(db, reader, kind, **about)
        if what:
            _change(db, reader, db.get_one(Message, message_id), what)
    mail.deliver_message(database, _settings(tmp_path), message_id)
    leaves = what == "" or (kind == "decision" and what != PAUSED)
    assert len(_files(tmp_path)) == leaves


def test_in_quiet_hours_it_waits_for_their_end(database: Database, tmp_path: Path, frozen: Clock) -> None:
    ann, message_id = _told(database)
    with database.writing() as db:
        _wish(db, ann, quiet_from=11, quiet_to=15)
        decision = _message(db, ann, "decision")
    frozen.forward(hours=1)
    worker.work_off(database, _settings(tmp_path))
    assert [f"message-{decision}-" in file.name for file in _files(tmp_path)] == [True]
    frozen.forward(minutes=119)
    worker.work_off(database, _settings(tmp_path))
    assert len(_files(tmp_path)) == 1
    frozen.forward(minutes=1)
    worker.work_off(database, _settings(tmp_path))
    assert len(_files(tmp_path)) == 2
    assert f"message-{message_id}-" in _files(tmp_path)[1].name


def test_more_than_a_day_has_comes_in_one_mail_the_next_morning(
    database: Database, tmp_path: Path, frozen: Clock
) -> None:
    with database.writing() as db:
        ann, bob = make_account(db, "ann"), make_account(db)
        choices.choose(db, "mails_a_day", "3", bob.id)
        for _ in range(5):
            _message(db, ann)
        _message(db, ann, "decision")
        _message(db, bob)
    frozen.forward(hours=1)
    worker.work_off(database, _settings(tmp_path))
    assert len(_files(tmp_path)) == 3 + 1 + 1
    with database.reading() as db:
        due = db.get_one(InboxChoice, ann.id).digest_at
    assert due == datetime(2026, 11, 2, 7, tzinfo=frozen().tzinfo)
    frozen.forward(hours=18)
    with database.writing() as db:
        jobs.put(db, "inbox.digests", key="inbox.digests")
    worker.work_off(database, _settings(tmp_path))
    summary = _files(tmp_path)[-1].read_text()
    assert len(_files(tmp_path)) == 6
    assert "Subject: 2 unread messages at Footnote" in summary
    with database.reading() as db:
        assert db.get_one(InboxChoice, ann.id).digest_at is None


# --- a mail server -----------------------------------------------------------------------------------------


def test_a_server_that_is_away_for_days_loses_nothing_and_doubles_nothing(
    database: Database, tmp_path: Path, frozen: Clock
) -> None:
    with database.writing() as db:
        people = [make_account(db) for _ in range(5)]
        for person in people:
            _message(db, person)
    settings = _settings(tmp_path, "smtp://127.0.0.1:1")
    for _ in range(72):
        frozen.forward(hours=1)
        worker.work_off(database, settings)
    with database.reading() as db:
        assert [job.buried for job in db.scalars(select(Job))] == [False] * 5
    with postbox() as box:
        frozen.forward(hours=1)
        worker.work_off(database, _settings(tmp_path, box.url))
        frozen.forward(hours=1)
        worker.work_off(database, _settings(tmp_path, box.url))
    assert sorted(taken.to[0] for taken in box.taken) == sorted(f"{p.name}@example.org" for p in people)


@pytest.fixture(scope="module")
def box() -> Iterator[Postbox]:
    with postbox() as kept:
        yield kept


def test_an_address_that_refuses_again_and_again_gets_no_more(
    database: Database, tmp_path: Path, box: Postbox
) -> None:
    ann, _ = _told(database)
    box.refusals = {"ann@example.org": "550 5.1.1 no such person"}
    settings = _settings(tmp_path, box.url)
    for number in range(5):
        with database.writing() as db:
            message_id = _message(db, ann)
        mail.deliver_message(database, settings, message_id)
        with database.reading() as db:
            chosen = db.get_one(InboxChoice, ann.id)
            assert chosen.bounces == min(number + 1, 3)
            assert (chosen.paused_at is not None) == (number >= 2)
    box.refusals = {"ann@example.org": "451 come back later"}
    with database.writing() as db:
        bob = make_account(db, "bob")
        message_id = _message(db, bob)
        box.refusals = {"bob@example.org": "451 come back later"}
    with pytest.raises(Later):
        mail.deliver_message(database, settings, message_id)
    with database.reading() as db:
        assert db.get(InboxChoice, bob.id) is None


# --- letters to addresses -----------------------------------------------------------------------------


CLOSED = {"name": "ann", "called": "member 1", "withdraws": False}


def test_a_letter_done_twice_is_one_mail(database: Database, tmp_path: Path) -> None:
    with database.writing() as db:
        mail.put_letter(db, "ann@example.org", "account_closed", **CLOSED)
        mail.put_letter(db, "ann@example.org", "account_closed", **CLOSED)
    with database.reading() as db:
        put = [dict(job.payload) for job in db.scalars(select(Job))]
    for payload in put * 2:
        mail.deliver_letter(database, _settings(tmp_path), **payload)
    assert len(_files(tmp_path)) == 2


def test_a_link_that_was_mailed_stays_the_one_that_works(
    database: Database, tmp_path: Path, frozen: Clock
) -> None:
    with database.writing() as db:
        token_id = mail_tokens.issue(db, LinkKind.SIGN_UP, "ann@example.org", name="ann").id
    for _ in range(2):
        mail.deliver_link(database, _settings(tmp_path), token_id)
    (file,) = _files(tmp_path)
    received = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    text = received.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    token = text.split("/confirm/")[1].split()[0]
    with database.reading() as db:
        assert mail_tokens.find(db, LinkKind.SIGN_UP, token) is not None
    # SQLite gives the id of a row that is gone again.
    frozen.forward(seconds=timedelta(days=40).total_seconds())
    with database.writing() as db:
        mail_tokens.clear_outworn(db)
        token_id = mail_tokens.issue(db, LinkKind.SIGN_UP, "bob@example.org", name="bob").id
    mail.deliver_link(database, _settings(tmp_path), token_id)
    assert len(_files(tmp_path)) == 2


def test_the_thread_of_an_opening_post_is_what_a_mail_hangs_on(database: Database, tmp_path: Path) -> None:
    with database.writing() as db:
        reader = make_account(db)
        thread = make_thread(db, reader)
        about = {"thread_id": thread.id, "post_id": opening(db, thread).id}
        sent = [_message(db, reader, **about) for _ in range(2)]
    for message_id in sent:
        mail.deliver_message(database, _settings(tmp_path), message_id)
    heads = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in _files(tmp_path)]
    first = mail_ids.made(f"thread-{thread.id}", "forum.example.org")
    assert {str(head["References"]) for head in heads} == {first}
