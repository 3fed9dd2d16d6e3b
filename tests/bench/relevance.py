"""`make bench-search`: does the search find what it should, and how long does it take?

SciFact (D. Wadden and others 2020, https://doi.org/10.18653/v1/2020.emnlp-main.609; judgements as in BEIR):
5,183 abstracts are threads, 300 statements are typed as they stand into the search box, and the papers that
experts judged are what should be found. Known items: a few telling words of a post of the Stack Exchange
sample, and words of a thread's title, should find that thread.

Seen: SciFact nDCG@10 0.693 on both databases, recall@100 0.919 on SQLite and 0.915 on PostgreSQL, results for
all 300 statements (BM25 published: 0.665); words of a post 0.999, words of a title 0.965.
"""

import argparse
import gzip
import json
import random
import statistics
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import schema
from forum.db import Database, rows
from forum.discussion.tables import Post, Thread
from forum.importers import stackexchange
from forum.importers.bring_in import bring_in
from forum.search import analysis, find, reindexing, vocabulary
from forum.search.language import parse
from forum.search.semantic import ranking
from tests.bench import cluster, meaning, shelf
from tests.bench.measures import Outcome, milliseconds, ndcg, recall

DATA = Path(__file__).parents[3] / "shared" / "data"
#: Posts of the sample that are looked for, and words that are remembered of each.
ITEMS, WORDS = 300, 3

console = Console(width=110)


class Case(NamedTuple):
    """One query: what is typed, and the threads that it should find."""

    typed: str
    wanted: Collection[int]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-search", description=__doc__)
    parser.add_argument(
        "--posts", type=int, default=0, help="measure a generated forum of so many posts instead"
    )
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    parser.add_argument("--meaning", action="store_true", help="by meaning too (ten minutes more each)")
    arguments = parser.parse_args()
    if arguments.meaning:
        meaning.switch_on()
    if arguments.posts:
        from tests.bench import million

        million.measure(console, arguments.posts, arguments.only)
        return
    if not DATA.exists():
        console.print(f"The data are not there: {DATA}")
        return
    table = Table("Database", "Queries", "With results", "nDCG@10", "Recall@100", "Median ms", "p95 ms")
    with ExitStack() as stack:
        for kind in (arguments.only,) if arguments.only else ("sqlite", "postgresql"):
            for name, database, cases in _collections(kind, stack):
                if arguments.meaning:
                    meaning.embed(database, lambda done: console.print(f"{done} vectors", end="\r"))
                table.add_row(kind, name, *_measured(database, cases))
    console.print(table)


def _collections(kind: str, stack: ExitStack) -> Iterator[tuple[str, Database, Sequence[Case]]]:
    database = new_database(kind, stack)
    if database is None:
        console.print("PostgreSQL is not installed here.")
        return
    shelf.fill(database, abstracts())
    reindexing.reindex(database)
    yield "SciFact", database, statements()
    database = new_database(kind, stack)
    assert database
    community = stackexchange.read(DATA / "stackexchange")
    with database.writing() as db:
        bring_in(db, "sample", community, lambda _done, _of: None)
    vocabulary.fold(database)
    yield "words of a post", database, known_posts(database)
    yield "words of a title", database, known_titles(database)


def new_database(kind: str, stack: ExitStack) -> Database | None:
    """An empty forum, gone when the stack ends; None where PostgreSQL is not installed."""
    if kind == "sqlite":
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url: str | None = f"sqlite:///{folder}/forum.sqlite3"
    else:
        url = stack.enter_context(cluster.running())
    if url is None:
        return None
    database = Database(url)
    stack.callback(database.close)
    schema.migrate(database)
    return database


def abstracts() -> Iterator[tuple[int, str, str]]:
    """Number, title and text of each paper."""
    with gzip.open(DATA / "scifact" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            yield paper["id"], paper["title"], paper["abstract"]


def statements() -> list[Case]:
    """What is claimed, and the papers that say something of it."""
    lines = (DATA / "scifact" / "claims.jsonl").read_text(encoding="utf-8").splitlines()
    return [Case(claim["claim"], claim["cited"]) for claim in map(json.loads, lines)]


def known_posts(database: Database) -> list[Case]:
    """Three of the eight most telling words of a post, as somebody remembers them."""
    wanted = select(Post.thread_id, Post.plain).where(Post.visible).order_by(Post.id)
    chance = random.Random(5)
    with database.reading() as db:
        posts = [(post.thread_id, telling(post.plain)) for post in rows(db, wanted)]
        counts = _counts(db, {word for _, found in posts for word in found})
    cases = []
    for thread_id, found in posts:
        known = sorted((word for word in found if counts[word] > 1), key=lambda word: (counts[word], word))[
            :8
        ]
        if len(known) == 8:
            cases.append(Case(" ".join(chance.sample(known, WORDS)), {thread_id}))
    return chance.sample(cases, min(ITEMS, len(cases)))


def known_titles(database: Database) -> list[Case]:
    """Three words of a thread's title, in their order."""
    chance = random.Random(6)
    with database.reading() as db:
        threads = rows(db, select(Thread.id, Thread.title).where(Thread.shown).order_by(Thread.id))
    titles = [
        (thread.id, [word for word in analysis.words(thread.title) if word not in analysis.COMMON])
        for thread in threads
    ]
    return [
        Case(" ".join(words[place] for place in sorted(chance.sample(range(len(words)), WORDS))), {id})
        for id, words in titles
        if len(words) >= WORDS
    ]


def telling(plain: str) -> list[str]:
    """The distinct words of a post that are not among the most common ones of English."""
    return [
        word for word in dict.fromkeys(analysis.words(plain)) if word not in analysis.COMMON and len(word) > 2
    ]


def _counts(db: Session, words: Collection[str]) -> Mapping[str, int]:
    found = vocabulary.documents(db, {analysis.stem(word) for word in words})
    return {word: found.get(analysis.stem(word), 0) for word in words}


def _measured(database: Database, cases: Sequence[Case]) -> list[str]:
    outcomes = [_asked(database, case) for case in cases]
    median, slowest = milliseconds([each.seconds for each in outcomes])
    mean = lambda measure: f"{statistics.mean(map(measure, outcomes)):.3f}"  # noqa: E731
    answered = sum(bool(each.found) for each in outcomes)
    return [f"{answered} of {len(cases)}", mean(ndcg), mean(recall), f"{median:.1f}", f"{slowest:.1f}"]


def _asked(database: Database, case: Case) -> Outcome:
    began = time.perf_counter()
    query = parse(case.typed)
    with database.reading() as db:
        found = ranking.fuse(db, query, find.candidates(db, query))
    return Outcome([each.thread_id for each in found], case.wanted, time.perf_counter() - began)


if __name__ == "__main__":
    main()
