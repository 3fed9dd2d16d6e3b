"""No mail, no digest and no telling of followers has a word in it that its reader may not see.

A marker word stands in each secret: in what is held, and in what was hidden, removed or withdrawn after the
messages about it had been written and before the mails left. Every byte is searched that a mail server gets.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_comment, make_letter, make_thread, opening
from smtp import Postbox, Taken, postbox
from sqlalchemy import select

from forum import jobs, worker
from forum.accounts.tables import Actor
from forum.actions import flagging
from forum.clock import now
from forum.config import Settings
from forum.db import Database, Session
from forum.discussion import posts
from forum.discussion.private_tables import Bookmark, Draft
from forum.discussion.tables import Post, PostState, Tag
from forum.inbox import channels, digest_days, following, messages
from forum.inbox.channels import Digest, Wish
from forum.inbox.following import Kind, Level
from forum.inbox.kinds import Group, Mail
from forum.inbox.tables import Message
from forum.moderation import subjects

MARKER = re.compile(r"zq[a-z]+")
GONE = (PostState.HIDDEN, PostState.REMOVED, PostState.WITHDRAWN)


@pytest.fixture(scope="module")
def box() -> Iterator[Postbox]:
    with postbox() as kept:
        yield kept


def _words(mail: Taken) -> set[str]:
    """The markers in a mail: in its bytes, and in what a reader makes of them."""
    raw = mail.raw.decode("ascii")
    # As it is, and with the lines joined again that were too long.
    told = [raw.replace("=\r\n", ""), str(mail.mail["Subject"]), mail.part("plain"), mail.part("html")]
    return set(MARKER.findall(" ".join(told)))


def _people(db: Session) -> tuple[Actor, Actor, Actor]:
    """One who hears of everything by mail, one who hears of it in a digest, and one who writes."""
    watcher, reader, author = (
        make_account(db, name, shown_posts=20) for name in ("watcher", "reader", "author")
    )
    make_thread(db, author, title="A first question that all can read?")
    tag = db.scalars(select(Tag.id).where(Tag.name == "evidence")).one()
    for each, way in ((watcher, Mail.ONCE), (reader, Mail.DIGEST)):
        for kind, target in ((Kind.TAG, tag), (Kind.PERSON, author.id)):
            following.set(db, each.id, kind, target, Level.WATCH)
        wish = Wish(Digest.DAILY, "UTC", None, None, "follow", dict.fromkeys(Group, way), ())
        channels.keep(db, each.id, wish)
    return watcher, reader, author


def _write(db: Session, watcher: Actor, reader: Actor, author: Actor) -> dict[str, list[int]]:
    """What is written; answers the posts that go later, by what becomes of them."""
    going: dict[str, list[int]] = {}
    newcomer = make_account(db, shown_posts=0)
    make_thread(db, author, title="Does zqshown help against this?", text="With zqshowntext in it.")
    make_thread(db, newcomer, title="Does zqheldtitle help?", text="zqheldtext")
    for each in (watcher, reader):
        own = make_thread(db, each, title=f"A question of {each.name} that stays?")
        make_answer(db, own, newcomer, f"zqheldanswer @{each.name}")
    for state in GONE:
        thread = make_thread(
            db, author, title=f"Does zq{state}title help?", text=f"zq{state}text @watcher @reader"
        )
        answer = make_answer(
            db, make_thread(db, watcher, title=f"Why zqown{state}?"), author, f"zq{state}answer"
        )
        make_comment(db, answer, author, f"zq{state}comment @reader")
        going[state] = [opening(db, thread).id, answer.id]
    return going


def _keep_private(db: Session, watcher: Actor, reader: Actor, post_id: int) -> None:
    """What people keep to themselves, or say to moderators."""
    for each in (watcher, reader):
        db.add(Draft(account_id=each.id, place="ask", fields={"text": "zqdraft"}, saved_at=now()))
        db.add(Bookmark(account_id=each.id, post_id=post_id, at=now(), note="zqnote"))
    flagging.flag(db, reader, subjects.post(post_id), "rude", "zqflag, in private.")


def _work(database: Database, settings: Settings, *, digests: bool = False) -> None:
    if digests:
        with database.writing() as db:
            jobs.put(db, digest_days.DUE, key=digest_days.DUE)
    worker.work_off(database, settings)


@pytest.mark.parametrize("in_time", [True, False])
def test_nothing_hidden_or_private_is_in_any_mail(
    database: Database, tmp_path: Path, box: Postbox, frozen: Clock, *, in_time: bool
) -> None:
    """In time: what goes later is gone before the mails leave. Else it stays: the markers would be found."""
    box.taken.clear()
    settings = Settings(data_dir=tmp_path, base_url="https://forum.example.org", mail_url=box.url)
    with database.writing() as db:
        watcher, reader, author = _people(db)
        going = _write(db, watcher, reader, author)
        shown = db.scalars(select(Post.id).where(Post.text.contains("zqshowntext"))).one()
        _keep_private(db, watcher, reader, shown)
    frozen.forward(minutes=2)
    _work(database, settings)
    with database.writing() as db:
        told = " ".join(db.scalars(select(Message.subject).where(Message.account_id != author.id)))
        assert {"zqhiddentitle", "zqremovedtitle", "zqwithdrawntitle"} <= set(MARKER.findall(told))
        for state in going if in_time else ():
            for post_id in going[state]:
                posts.move(db, db.get_one(Post, post_id), PostState(state), None, "")
    frozen.forward(hours=1)
    _work(database, settings)
    frozen.moment = datetime(2026, 11, 2, 7, tzinfo=UTC)
    _work(database, settings, digests=True)
    found = {word for mail in box.taken for word in _words(mail) if not word.startswith("zqown")}
    assert {mail.to[0] for mail in box.taken} >= {"watcher@example.org", "reader@example.org"}
    assert {str(mail.mail["Message-ID"])[:7] for mail in box.taken} == {"<messag", "<digest"}
    # Mails tell titles; what else is written stays in the forum.
    gone = {"zqhiddentitle", "zqremovedtitle", "zqwithdrawntitle"}
    assert found == ({"zqshown"} if in_time else {"zqshown"} | gone)


def test_the_search_of_the_bytes_finds_what_is_there(
    database: Database, tmp_path: Path, box: Postbox, frozen: Clock
) -> None:
    """The control: a marker in the words of a message is found, in whatever part it stands."""
    box.taken.clear()
    settings = Settings(data_dir=tmp_path, base_url="https://forum.example.org", mail_url=box.url)
    with database.writing() as db:
        messages.send(db, make_account(db).id, "decision", make_letter("zqsubject é", "zqtext é"), "/p/1")
    frozen.forward(minutes=1)
    _work(database, settings)
    (mail,) = box.taken
    assert _words(mail) == {"zqsubject", "zqtext"}
