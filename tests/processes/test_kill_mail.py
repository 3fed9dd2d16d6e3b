"""The worker is killed again and again while mails go out: every one arrives, and none twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from makers import make_account, make_letter
from smtp import Postbox, postbox
from sqlalchemy import func, insert, select, update

from forum import schema
from forum.clock import now
from forum.db import Database
from forum.inbox import due
from forum.inbox.channel_tables import SentMail
from forum.inbox.tables import Message
from forum.jobs import Job

#: The issue asks for 2,000 mails and 20 kills: `FOOTNOTE_MAILS=2000 FOOTNOTE_KILLS=20`, some minutes.
MAILS = int(os.environ.get("FOOTNOTE_MAILS", "200"))
KILLS = int(os.environ.get("FOOTNOTE_KILLS", "3"))


class Worker:
    """`forum work` in a process group of its own."""

    def __init__(self, database: Path, box: Postbox) -> None:
        self.environment = {
            **os.environ,
            "FORUM_DATABASE_URL": f"sqlite:///{database}",
            "FORUM_DATA_DIR": str(database.parent),
            "FORUM_MAIL_URL": box.url,
            "FORUM_BUSY_SECONDS": "20",
        }

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "forum", "work"],
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def put_mails(database: Database) -> None:
    """So many messages, all of which are due."""
    with database.writing() as db:
        people = [make_account(db, f"person{number}") for number in range(20)]
        letter = make_letter().written()
        words = {"kind": "decision", "subject": letter.subject, "text": letter.text, "path": "/inbox"}
        told = [
            {**words, "account_id": people[number % 20].id, "created_at": now()} for number in range(MAILS)
        ]
        made = db.execute(insert(Message).returning(Message.id, Message.account_id), told)
        due.put(db, "decision", {each.id: each.account_id for each in made})


def end_claims(database: Database) -> None:
    """The five minutes are over in which the job that was being done is the dead worker's."""
    with database.writing() as db:
        db.execute(update(Job).where(Job.claimed_until.is_not(None)).values(claimed_until=None))


def until(box: Postbox, worker: Worker, mails: int) -> None:
    """So many mails have arrived."""
    deadline = time.monotonic() + 120
    while len(box.taken) < mails:
        assert time.monotonic() < deadline, f"only {len(box.taken)} mails came"
        assert worker.process.poll() is None, "the worker has ended"
        time.sleep(0.002)


def unsure(database: Database) -> int:
    """Mails of which the dead worker could not say whether they had been taken."""
    with database.reading() as db:
        jobs = db.scalar(select(func.count()).select_from(Job).where(Job.name == due.DELIVER)) or 0
        assert jobs == 0, "mails still wait"
        return db.scalar(select(func.count()).select_from(SentMail).where(SentMail.sent_at.is_(None))) or 0


def is_waiting(database: Database) -> bool:
    with database.reading() as db:
        return db.scalar(select(Job.id).where(Job.name == due.DELIVER).limit(1)) is not None


def test_no_mail_is_lost_and_none_is_sent_twice(tmp_path: Path) -> None:
    path = tmp_path / "forum.sqlite3"
    database = Database(f"sqlite:///{path}", busy_seconds=20)
    schema.migrate(database)
    put_mails(database)
    chance = random.Random(8)
    with postbox() as box:
        worker = Worker(path, box)
        for number in range(KILLS):
            worker.start()
            until(box, worker, (number + 1) * MAILS // (KILLS + 1))
            time.sleep(chance.random() * 0.03)
            worker.kill()
            end_claims(database)
        worker.start()
        deadline = time.monotonic() + 120
        while is_waiting(database):
            assert time.monotonic() < deadline, "the mails did not all leave"
            time.sleep(0.05)
        worker.kill()
        arrived = Counter(taken.mail["Message-ID"] for taken in box.taken)
        missing, not_sure = MAILS - len(arrived), unsure(database)
        assert max(arrived.values()) == 1, "a mail came twice"
        # Each kill leaves one unsure at most. Nearly all of these have come: between the moment at which
        # a mail is written down and its final dot lie some microseconds.
        assert not_sure <= KILLS
        assert 0 <= missing <= min(not_sure, 2)
    database.close()
