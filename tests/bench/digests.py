"""How long a digest takes to prepare, in time of the processor: `python -m tests.bench.digests`.

A forum of 20,000 threads of the last two months and 10,000 members is made in a new SQLite file: each member
follows ten tags and five people, has read 60 threads, and has 20 unread messages. Then the digests of all of
them are prepared, daily and weekly ones by turns: everything read, chosen, and written as text and HTML.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

from rich.console import Console
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from forum import schema
from forum.accounts.tables import Account
from forum.clock import now
from forum.config import Settings
from forum.db import Database, Table
from forum.discussion import ranking
from forum.discussion.private_tables import ThreadRead
from forum.discussion.tables import Post, Tag, Thread, ThreadTag
from forum.inbox import channels, digest_mails, digests
from forum.inbox.channel_tables import InboxChoice
from forum.inbox.tables import Follow, Message

TAGS, SPAN = 300, timedelta(days=60)
BATCH = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=20_000, help="threads of the last two months")
    parser.add_argument("--members", type=int, default=10_000, help="members with a digest")
    parser.add_argument("--digests", type=int, default=10_000, help="digests that are prepared")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/forum.sqlite3")
        schema.migrate(database)
        fill(database, given.threads, given.members)
        spent = prepare(database, Settings(data_dir=Path(folder)), given.digests, given.members)
        database.close()
    twentieths = quantiles(spent, n=20)
    Console(width=110).print(
        f"{len(spent):,} digests: mean {mean(spent):.2f} ms, median {twentieths[9]:.2f} ms,"
        f" 95 % under {twentieths[18]:.2f} ms, slowest {max(spent):.1f} ms"
    )


def prepare(database: Database, settings: Settings, count: int, members: int) -> list[float]:
    """Prepares so many digests; answers how many milliseconds of the processor each took."""
    spent, moment = [], now()
    for number in range(count):
        begun = time.process_time()
        account_id = 1 + number % members
        with database.reading() as db:
            chosen = channels.of(db, account_id)
            told = digests.contents(db, account_id, chosen, moment)
        assert len(told.best) == digests.BEST
        digest_mails.dressed(settings, "member", chosen, told)
        spent.append((time.process_time() - begun) * 1000)
    return spent


def fill(database: Database, threads: int, members: int) -> None:
    """The empty forum has so many threads and members."""
    chance = random.Random(8)
    with database.writing() as db:
        _people(db, chance, members)
    with database.writing() as db:
        _threads(db, chance, threads, members)
    for low in range(1, members + 1, 1000):
        with database.writing() as db:
            _private(db, chance, range(low, min(low + 1000, members + 1)), threads, members)
    with database.writing() as db:
        db.execute(text("ANALYZE"))


def _people(db: Session, chance: random.Random, members: int) -> None:
    begin = now() - SPAN
    people = range(1, members + 1)
    _put(db, Account, [
        {"id": n, "name": f"member{n}", "name_key": f"member{n}", "created_at": begin} for n in people
    ])  # fmt: skip
    _put(db, Tag, [{"id": n, "name": f"tag{n}", "created_at": begin} for n in range(1, TAGS + 1)])
    _put(db, InboxChoice, [
        {"account_id": n, "digest": "weekly" if n % 2 else "daily", "digest_at": now()} for n in people
    ])  # fmt: skip
    _put(db, Follow, [
        {"account_id": n, "kind": kind, "target_id": target, "at": begin, "level": "follow"}
        for n in people
        for kind, count, most in (("tag", 10, TAGS), ("person", 5, members))
        for target in chance.sample(range(1, most + 1), count)
    ])  # fmt: skip


def _threads(db: Session, chance: random.Random, threads: int, members: int) -> None:
    moment = now()
    made, tags, posts = [], [], []
    for number in range(1, threads + 1):
        at = moment - SPAN * (1 - number / threads)
        author, score = chance.randint(1, members), int(chance.paretovariate(1)) - 1
        hot = ranking.hot(score, at)
        made.append({
            "id": number, "title": f"Question {number} about something", "slug": "a-question",
            "author_id": author, "created_at": at, "active_at": at, "active_by_id": author, "shown": True,
            "score": score, "hot": hot, "age": ranking.age(at, moment),
        })  # fmt: skip
        tags += [
            {"thread_id": number, "tag_id": tag, "shown": True, "active_at": at, "created_at": at, "hot": hot}
            for tag in chance.sample(range(1, TAGS + 1), 3)
        ]
        posts.append({
            "id": number, "thread_id": number, "kind": "opening", "author_id": author, "state": "shown",
            "visible": True, "text": "", "html": "", "plain": "", "markup_version": 1, "created_at": at,
        })  # fmt: skip
    _put(db, Thread, made)
    _put(db, ThreadTag, tags)
    _put(db, Post, posts)


def _private(db: Session, chance: random.Random, people: range, threads: int, members: int) -> None:
    """What these people have read, and have been told."""
    _put(db, ThreadRead, [
        {"account_id": n, "thread_id": thread, "at": now()}
        for n in people
        for thread in chance.sample(range(threads * 3 // 4, threads + 1), 60)
    ])  # fmt: skip
    words = {"subject": "Somebody answered a question", "text": "Words.", "path": "/p/1"}
    _put(db, Message, [
        {**words, "account_id": n, "author_id": chance.randint(1, members),
         "thread_id": post, "post_id": post, "kind": chance.choice(["answer", "followed"]),
         "created_at": now() - timedelta(hours=chance.randint(1, 200))}
        for n in people
        for post in chance.sample(range(1, threads + 1), 20)
    ])  # fmt: skip


def _put(db: Session, table: type[Table], values: Sequence[dict[str, Any]]) -> None:
    for low in range(0, len(values), BATCH):
        db.execute(insert(table), values[low : low + BATCH])


if __name__ == "__main__":
    main()
