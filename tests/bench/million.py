"""`make bench-search ARGS='--posts 1000000'`: what a search costs in a large forum.

Posts in the words of the sample data, as common as Zipf's law has it, are generated once (seeded) into
var/bench; five make a thread. Bars, on SQLite: a search for two words takes at most 20 times as long as
reading one post by its number in the same run (medians), nineteen of twenty sentences of twelve words less
than 300 ms, and suggestions for the first letters a tenth of that. PostgreSQL is only reported.
"""

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.orm import Session

from forum import schema
from forum.accounts.tables import Account
from forum.clock import now
from forum.db import Database, rows
from forum.discussion.tables import Post, Thread
from forum.importers import stackexchange
from forum.markup import MARKUP_VERSION
from forum.search import analysis, find, index, suggest, vocabulary
from forum.search.language import parse
from forum.search.places import Document
from forum.search.tables import SearchToken
from tests.bench import cases, cluster, relevance
from tests.bench.measures import milliseconds

POSTS, BATCH = 5, 5_000
#: Words of a title and of a post, from and to.
TITLE, BODY = (5, 12), (20, 160)
QUERIES = 200
#: As the migrations have it; made anew when all posts are there.
_INDEX = (
    "CREATE INDEX ix_search_document_vector ON search_document USING gin (vector) WITH (fastupdate = off)"
)
_ONE = select(Post.id, Post.plain).where(Post.id == bindparam("id"))


class Word(NamedTuple):
    plain: str
    token: str


def measure(console: Console, posts: int, only: str | None) -> None:
    """Prints what each kind of query costs, on each database."""
    table = Table("Database", "What", "Median ms", "p95 ms", "Median, in reads", "Bar")
    with ExitStack() as stack:
        for kind in (only,) if only else ("sqlite", "postgresql"):
            if database := _database(kind, posts, stack):
                for line in _lines(database, posts):
                    table.add_row(kind, *line)
    console.print(table)


def _database(kind: str, posts: int, stack: ExitStack) -> Database | None:
    def make(database: Database) -> None:
        fill(database, posts)

    if kind == "sqlite":
        path = cases.generated(f"words-{posts}", f"{posts:,} posts", make)
        database = Database(f"sqlite:///{path}")
    else:
        address = stack.enter_context(cluster.running(cases.FOLDER / f"words-{posts}-{schema.newest()}-pg"))
        if address is None:
            return None
        database = Database(address)
        if schema.present(database) != schema.newest():
            print(f"generating {posts:,} posts on PostgreSQL …", flush=True)
            schema.migrate(database)
            make(database)
    stack.callback(database.close)
    return database


def fill(database: Database, posts: int, seed: int = 1) -> None:
    """The empty forum holds so many posts, all in the search index."""
    chance, known = random.Random(seed), sample_words()
    weights = list(accumulate(1 / rank for rank in range(1, len(known) + 1)))
    begin = now() - timedelta(days=900)
    counts: Counter[str] = Counter()
    with database.writing() as db:
        db.execute(insert(Account), [{"id": 1, "name": "reader", "name_key": "reader", "created_at": begin}])
        if not database.is_sqlite:
            db.execute(text("DROP INDEX ix_search_document_vector"))
    for first in range(1, posts + 1, BATCH):
        numbers = range(first, min(first + BATCH, posts + 1))
        written = [_written(chance, known, weights, number) for number in numbers]
        with database.writing() as db:
            counts.update(_shelve(db, numbers, written, begin))
    with database.writing() as db:
        _count(db, counts, {word.token: word.plain for word in known})
        if not database.is_sqlite:
            db.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
            db.execute(text(_INDEX))
    if not database.is_sqlite:
        # As PostgreSQL does by itself after a while. A forum on SQLite has no such counts.
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def sample_words() -> list[Word]:
    """The words of the sample data, the most common ones first."""
    counts: Counter[str] = Counter()
    for _, title, abstract in relevance.abstracts():
        counts.update(analysis.words(f"{title} {abstract}"))
    community = stackexchange.read(relevance.DATA / "stackexchange")
    for _, members in community.by_thread():
        for member in members:
            counts.update(analysis.words(str(member)))
    return [Word(word, analysis.stem(word)) for word, _ in counts.most_common()]


def _written(
    chance: random.Random, known: Sequence[Word], weights: Sequence[float], number: int
) -> tuple[list[Word], list[Word]]:
    length = chance.randint(*BODY)
    heading = chance.randint(*TITLE) if number % POSTS == 1 else 0
    found = chance.choices(known, cum_weights=weights, k=length + heading)
    return found[:heading], found[heading:]


def _shelve(
    db: Session, numbers: Sequence[int], written: Sequence[tuple[list[Word], list[Word]]], begin: datetime
) -> Counter[str]:
    """Writes threads, posts and documents; answers what it adds to the counts."""
    threads, posts, documents = [], [], []
    counts: Counter[str] = Counter()
    for number, (title, body) in zip(numbers, written, strict=True):
        thread_id, at = (number - 1) // POSTS + 1, begin + timedelta(seconds=number)
        if title:
            threads.append(_thread(thread_id, " ".join(word.plain for word in title), at))
        posts.append(_post(number, thread_id, " ".join(word.plain for word in body), at))
        heading, text_of = (" ".join(word.token for word in part) for part in (title, body))
        length = len(title) + len(body)
        documents.append(Document(number, thread_id, heading, text_of, "", "", length))
        counts.update({word.token for part in (title, body) for word in part})
        counts[vocabulary.LENGTHS] += length
    counts[vocabulary.DOCUMENTS] += len(documents)
    if threads:
        db.execute(insert(Thread), threads)
    db.execute(insert(Post), posts)
    index.engine_of(db).put(db, documents)
    return counts


def _thread(number: int, title: str, at: datetime) -> dict[str, Any]:
    return {
        "id": number, "title": title[:200], "slug": "a-thread", "author_id": 1, "created_at": at,
        "active_at": at, "active_by_id": 1, "shown": True, "answer_count": POSTS - 1,
    }  # fmt: skip


def _post(number: int, thread_id: int, plain: str, at: datetime) -> dict[str, Any]:
    return {
        "id": number, "thread_id": thread_id, "kind": "opening" if number % POSTS == 1 else "answer",
        "author_id": 1, "state": "shown", "visible": True, "text": "", "html": "", "plain": plain,
        "markup_version": MARKUP_VERSION, "created_at": at, "shown_at": at,
    }  # fmt: skip


def _count(db: Session, counts: Counter[str], written: dict[str, str]) -> None:
    found = (
        {"token": token, "documents": number, "word": written.get(token, token)}
        for token, number in counts.items()
    )
    db.execute(insert(SearchToken), list(found))


def _lines(database: Database, posts: int) -> Iterator[Sequence[str]]:
    chance = random.Random(2)
    ids = [chance.randint(1, posts) for _ in range(QUERIES)]
    with database.reading() as db:
        texts = [relevance.telling(rows(db, _ONE, id=id)[0].plain) for id in ids]
    two = [" ".join(chance.sample(words, 2)) for words in texts if len(words) >= 2]
    twelve = [" ".join(chance.sample(words, 12)) for words in texts if len(words) >= 12]
    letters = [chance.choice(words)[: chance.randint(1, 4)] for words in texts if words]
    work: dict[str, tuple[Sequence[Any], Callable[[Session, Any], object], str]] = {
        "one post by its number": (ids, lambda db, id: rows(db, _ONE, id=id), ""),
        "two words": (two, lambda db, typed: find.candidates(db, parse(typed)), "median < 20 reads"),
        "two words, with what a page shows": (two, lambda db, typed: find.find(db, typed, None, 10), ""),
        "twelve words": (twelve, lambda db, typed: find.candidates(db, parse(typed)), "p95 < 300 ms"),
        "first letters": (letters, lambda db, typed: suggest.suggestions(db, typed, 5), "p95 < 30 ms"),
    }
    seconds = _timed(database, work)
    read = statistics.median(seconds["one post by its number"]) * 1000
    for name, (_, _, bar) in work.items():
        median, slowest = milliseconds(seconds[name])
        yield name, f"{median:.2f}", f"{slowest:.1f}", f"{median / read:.1f}", bar


def _timed(database: Database, work: Any) -> dict[str, list[float]]:
    """The seconds of each piece of work, in turns, so that what else the machine does meets all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(QUERIES):
        for name, (values, do, _) in work.items():
            if turn < len(values):
                began = time.perf_counter()
                with database.reading() as db:
                    do(db, values[turn])
                seconds[name].append(time.perf_counter() - began)
    return seconds
