"""`make bench`: the forum's speed as ratios against a bare Starlette answer of the same bytes, in one run.

Databases of 1,000 and 100,000 threads × 10 posts, of 100 and 10,000 references, and of 20 and 20,000 open
review items, are generated once (seeded) into var/bench. Every figure is the median of interleaved rounds;
absolute numbers are printed only to show what the ratios are made of.
"""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from forum.db import Database, rows
from forum.discussion.tables import Thread
from tests.bench import desk, servers, signing_in, sources
from tests.bench.cases import PLAIN, Case, against, bare_of, generated, signed_in
from tests.bench.drive import Result
from tests.bench.generate import fill
from tests.bench.posting import posting_rate

console = Console(width=110)
GZIP = {"Accept-Encoding": "gzip"}


def main() -> None:
    arguments = _arguments()
    # As with Ctrl-C, the servers end with the benchmark.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if arguments.only in (None, "forum"):
        _forum(arguments)
    if arguments.only in (None, "references"):
        sources.measure(console, arguments.rounds, arguments.seconds)
    if arguments.only in (None, "queue"):
        desk.measure(console, arguments.rounds, arguments.seconds)
    if arguments.only in (None, "sign-in"):
        path = _database(1_000)
        signing_in.measure(console, path, _paths(path, 1_000), arguments.rounds, arguments.seconds)


def _forum(arguments: argparse.Namespace) -> None:
    sizes = [1_000, arguments.threads]
    databases = {size: _database(size) for size in sizes}
    small, large = (_measure(databases[size], size, arguments) for size in sizes)
    _compare(small, large, sizes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parts = ("forum", "references", "queue", "sign-in")
    parser.add_argument("--only", choices=parts, help="one part instead of all")
    parser.add_argument("--threads", type=int, default=100_000, help="threads of the large forum")
    parser.add_argument("--seconds", type=int, default=3, help="length of one round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each case")
    return parser.parse_args()


def _database(threads: int) -> Path:
    return generated(f"{threads}", f"{threads:,} threads × 10 posts", lambda made: fill(made, threads))


def _measure(path: Path, threads: int, arguments: argparse.Namespace) -> dict[str, Result]:
    """All cases on one database; prints the table and answers the results by name."""
    session = signed_in(path)
    environment = {"FORUM_DATABASE_URL": f"sqlite:///{path.absolute()}", "FORUM_HELD_POSTS": "0"}
    table = Table(
        "case", "ratio", "bar", "rate /s", "bare /s", "p50 ms", title=f"{threads:,} threads × 10 posts"
    )
    results: dict[str, Result] = {}
    with ExitStack() as stack:
        warm = stack.enter_context(servers.forum(environment))
        cold = stack.enter_context(servers.forum({**environment, "FORUM_CACHE_BYTES": "0"}))
        for case in _cases(_paths(path, threads), session):
            base = cold if case.cold else warm
            with bare_of(base, case) as limit:
                results[case.name], bare = against(base, case, limit, arguments.rounds, arguments.seconds)
            ratio = results[case.name].rate / bare.rate
            bar = "" if case.bar is None else f"{case.bar}"
            figures = f"{results[case.name].rate:,.0f}", f"{bare.rate:,.0f}", f"{results[case.name].p50:.2f}"
            table.add_row(case.name, f"{ratio:.3f}", bar, *figures)
        rate, bare_rate = posting_rate(warm, session, arguments.seconds)
        table.add_row(
            "posting answers", f"{rate / bare_rate:.3f}", "", f"{rate:,.0f}", f"{bare_rate:,.0f}", ""
        )
    console.print(table)
    return results


def _cases(pages: Sequence[str], session: str) -> Iterator[Case]:
    signed = {"Cookie": f"session={session}"}
    yield Case("thread, signed out, warm", pages, PLAIN, False, 0.6)
    yield Case("thread, signed out, warm, gzip", pages, GZIP, False, None)
    yield Case("thread, signed out, cold", pages, PLAIN, True, 0.03)
    yield Case("thread, signed in", pages, signed, False, 0.03)
    yield Case("latest, signed out, warm", ["/"], PLAIN, False, None)
    yield Case("latest, signed out, cold", ["/"], PLAIN, True, None)
    yield Case("latest, signed in", ["/"], signed, False, None)
    searches = [f"/search?q={words}" for words in ("bela+nore", "ka+nena", "sera+bi")]
    yield Case("search, two words", searches, PLAIN, True, None)


def _paths(path: Path, threads: int) -> list[str]:
    """Addresses of 61 threads in a stride over the whole forum; they are warm after the first round."""
    ids = [1 + number * 7919 % threads for number in range(61)]
    database = Database(f"sqlite:///{path}")
    with database.reading() as db:
        found = rows(db, select(Thread.id, Thread.slug).where(Thread.id.in_(ids)))
    database.close()
    return [f"/t/{thread_id}/{slug}" for thread_id, slug in found]


def _compare(small: dict[str, Result], large: dict[str, Result], sizes: Sequence[int]) -> None:
    table = Table(
        "p50", f"{sizes[0]:,}", f"{sizes[1]:,}", "ratio", "bar", title="Cost must not grow with the forum"
    )
    for name, before in small.items():
        after = large[name]
        figures = f"{before.p50:.2f}", f"{after.p50:.2f}", f"{after.p50 / before.p50:.2f}"
        table.add_row(name, *figures, "1.2" if name.startswith(("thread", "latest")) else "")
    console.print(table)


if __name__ == "__main__":
    main()
