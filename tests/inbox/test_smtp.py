"""A mail server receives what a person would: from signing up to a digest, in the person's language."""

import email.utils
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import html5lib
import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread, opening
from smtp import Postbox, Taken, postbox
from sqlalchemy import update

from forum import jobs, worker
from forum.accounts.tables import Account, Actor, Level, Role
from forum.actions import flagging, joining, reviewing, voting
from forum.config import Settings
from forum.db import Database
from forum.inbox import channels, digest_days, mail_ids, unsubscribing
from forum.inbox.channels import Digest, Wish
from forum.inbox.kinds import Group
from forum.languages.speaking import speaking

ADDRESS = "zoe@example.org"
PASSWORD = "seven quiet herons at dusk"
TITLE = 'Why "<b>this</b>", 👩‍🔬 & =?utf-8?q?a=0D=0ABcc:_x@example.org?= \u202e\u2067שלום\u2069\u2028?'
#: As the title is kept, and as a header then has it.
KEPT = 'Why "<b>this</b>", 👩🔬 & =?utf-8?q?a=0D=0ABcc:_x@example.org?= שלום ?'
IN_HEADER = KEPT.replace("=?", "= ?")
NAME = 'B "B." <b@x.org>, =?utf-8?q?='
#: The clock of the tests begins on a Sunday at noon.
MONDAY = datetime(2026, 11, 2, 7, tzinfo=UTC)


class Forum:
    """A forum whose mails all come into one box."""

    def __init__(self, database: Database, folder: Path, box: Postbox, clock: Clock) -> None:
        self.database, self.box, self.clock = database, box, clock
        self.settings = Settings(
            data_dir=folder, base_url="https://forum.example.org", mail_from="forum@example.org",
            name="Fußnote", mail_url=box.url,
        )  # fmt: skip

    def mails(self) -> list[Taken]:
        """What has come since the last time, an hour and a bit later."""
        self.clock.forward(hours=1, minutes=5)
        self.box.taken.clear()
        worker.work_off(self.database, self.settings)
        for taken in self.box.taken:
            _is_whole(taken)
        return list(self.box.taken)

    def join(self, language: str) -> Actor:
        with self.database.writing() as db, speaking(language):
            joining.sign_up(db, None, "Zoë", ADDRESS, PASSWORD)
        (link,) = self.mails()
        self.link = link
        token = link.part("plain").partition("/confirm/")[2].split()[0]
        with self.database.writing() as db, speaking(language):
            joining.confirm(db, None, token)
            account = db.query(Account).filter_by(email=ADDRESS).one()
            assert account.language == language
            return Actor(account.id, account.name, Role.MEMBER, 10, 0, level=Level.MEMBER)


def _is_whole(taken: Taken) -> None:
    """What every mail has to be."""
    mail = taken.mail
    assert taken.sender == "forum@example.org" and len(taken.to) == 1
    assert [one.addr_spec for one in mail["To"].addresses] == taken.to
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Fußnote", "forum@example.org")
    assert not {"Bcc", "Cc", "Reply-To"} & set(mail.keys()) and len(set(mail.keys())) == len(mail.keys())
    assert email.utils.parsedate_to_datetime(mail["Date"]).tzinfo is not None
    assert mail["Message-ID"].endswith("@forum.example.org>") and mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    html5lib.HTMLParser(strict=True).parse(taken.part("html"))
    for trap in ("<script", "<img", "<b>this", "http://", "src="):
        assert trap not in taken.part("html")
    assert max(map(len, taken.raw.splitlines())) <= 998 and taken.raw.isascii()


@pytest.fixture(scope="module")
def box() -> Iterator[Postbox]:
    with postbox() as kept:
        yield kept


@pytest.fixture
def forum(database: Database, tmp_path: Path, box: Postbox, frozen: Clock) -> Forum:
    return Forum(database, tmp_path, box, frozen)


SAID = {
    "en": (
        "Confirm your address",
        "Welcome, Zoë",
        "{} answered “{}”",
        "Your question was hidden",
        "Hello Zoë,",
    ),
    "fr": (
        "Confirmez votre adresse",
        "Bienvenue, Zoë",
        # A subject is on one line, with one kind of blank.
        "{} a répondu à « {} »",
        "Nous avons masqué votre question",
        "Bonjour Zoë,",
    ),
}


@pytest.mark.parametrize("language", SAID)
def test_signing_up_an_answer_and_a_decision(forum: Forum, language: str) -> None:
    confirm, welcome, answered, hidden, hello = SAID[language]
    zoe = forum.join(language)
    assert (forum.link.mail["Subject"], forum.link.mail["Content-Language"]) == (confirm, language)
    assert "List-Unsubscribe" not in forum.link.mail
    (mail,) = forum.mails()
    assert mail.mail["Subject"] == welcome and "List-Unsubscribe" not in mail.mail

    with forum.database.writing() as db:
        thread = make_thread(db, zoe, title=TITLE)
        bob = make_account(db, "bob")
        db.execute(update(Account).where(Account.id == bob.id).values(name=NAME))
        answers = [make_answer(db, thread, bob).id, make_answer(db, thread, bob, text="And more.").id]
        assert thread.title == KEPT
    first, second = forum.mails()
    opened = mail_ids.made(f"thread-{thread.id}", "forum.example.org")
    for mail, post_id in ((first, answers[0]), (second, answers[1])):
        assert mail.to == [ADDRESS] and mail.mail["Content-Language"] == language
        assert mail.mail["Subject"] == answered.format(NAME.replace("=?", "= ?"), IN_HEADER)
        assert mail.part("plain").startswith(f"{hello}\n\n{NAME}")
        assert f"https://forum.example.org/p/{post_id}\n" in mail.part("plain")
        assert f'href="https://forum.example.org/p/{post_id}"' in mail.part("html")
        assert mail.mail["References"] == mail.mail["In-Reply-To"] == opened
        token = unsubscribing.token(zoe.id, Group.ANSWERS)
        assert mail.mail["List-Unsubscribe"] == f"<https://forum.example.org/unsubscribe/{token}>"
        assert mail.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"/unsubscribe/{token}" in mail.part("plain") and f"/unsubscribe/{token}" in mail.part("html")
    assert first.mail["Message-ID"] != second.mail["Message-ID"]

    with forum.database.writing() as db:
        judge = make_account(db, "judge", Role.MODERATOR)
        item = flagging.flag(db, bob, opening(db, thread).id, "rude", "")
        reviewing.decide(db, judge, item.id, "hide", "safety", "It could harm somebody.", item.version)
    (mail,) = [mail for mail in forum.mails() if mail.to == [ADDRESS]]
    assert mail.mail["Subject"] == hidden and "List-Unsubscribe" not in mail.mail
    assert KEPT in mail.part("plain") and "It could harm somebody." in mail.part("html")


@pytest.mark.parametrize(("language", "subject"), [("en", "Your day at Fußnote"), ("fr", None)])
def test_a_digest(forum: Forum, language: str, subject: str | None) -> None:
    zoe = forum.join(language)
    forum.mails()
    with forum.database.writing() as db:
        channels.keep(db, zoe.id, Wish(Digest.DAILY, "UTC", None, None, "follow", {}, ()))
        thread = make_thread(db, title=TITLE)
        voting.vote(db, make_account(db), opening(db, thread).id, 1)
        jobs.put(db, digest_days.DUE, key=digest_days.DUE, delay=MONDAY - forum.clock())
    forum.clock.moment = MONDAY
    (mail,) = forum.mails()
    assert mail.to == [ADDRESS] and mail.mail["Content-Language"] == language
    assert subject is None or mail.mail["Subject"] == subject
    assert KEPT in mail.part("plain") and "&lt;b&gt;this&lt;/b&gt;" in mail.part("html")
    token = unsubscribing.token(zoe.id, unsubscribing.DIGEST)
    assert mail.mail["List-Unsubscribe"] == f"<https://forum.example.org/unsubscribe/{token}>"
