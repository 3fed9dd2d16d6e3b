"""`make bench`: the forum's speed as ratios against a bare Starlette answer of the same bytes, in one run.

Databases of 1,000 and 100,000 threads × 10 posts are generated once (seeded) into var/bench. Every figure is
the median of interleaved rounds; absolute numbers are printed only to show what the ratios are made of.
"""

import argparse
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from forum import schema
from forum.accounts import sessions
from forum.db import Database, rows
from forum.discussion.tables import Thread
from tests.bench import servers
from tests.bench.drive import Result, load
from tests.bench.generate import fill
from tests.bench.posting import posting_rate

FOLDER = Path("var/bench")
console = Console(width=110)
GZIP = {"Accept-Encoding": "gzip"}
#: As browsers send them; the session is added for signed-in readers.
PLAIN: Mapping[str, str] = {}


class Case(NamedTuple):
    name: str
    paths: Sequence[str]
    headers: Mapping[str, str]
    cold: bool
    bar: float | None


def main() -> None:
    arguments = _arguments()
    sizes = [1_000, arguments.threads]
    databases = {size: _database(size) for size in sizes}
    small, large = (_measure(databases[size], size, arguments) for size in sizes)
    _compare(small, large, sizes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--threads", type=int, default=100_000, help="threads of the large forum")
    parser.add_argument("--seconds", type=int, default=3, help="length of one round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each case")
    return parser.parse_args()


def _database(threads: int) -> Path:
    """The generated database, made now if an earlier run has not left it."""
    path = FOLDER / f"{threads}-{schema.newest()}.sqlite3"
    if not path.exists():
        console.print(f"generating {threads:,} threads × 10 posts …")
        FOLDER.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        for leftover in FOLDER.glob(f"{unfinished.name}*"):
            leftover.unlink()
        database = Database(f"sqlite:///{unfinished}")
        schema.migrate(database)
        fill(database, threads)
        database.close()
        unfinished.rename(path)
    return path


def _measure(path: Path, threads: int, arguments: argparse.Namespace) -> dict[str, Result]:
    """All cases on one database; prints the table and answers the results by name."""
    session = _signed_in(path)
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
            with _bare_of(base, case) as limit:
                results[case.name], bare = _rounds(base, case, limit, arguments)
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


def _rounds(base: str, case: Case, limit: str, arguments: argparse.Namespace) -> tuple[Result, Result]:
    """Medians of the interleaved rounds: the forum's and the bare limit's."""
    ours, bare = [], []
    for _ in range(arguments.rounds):
        bare.append(load(limit, ["/"], case.headers, arguments.seconds))
        ours.append(load(base, case.paths, case.headers, arguments.seconds))
    return _median(ours), _median(bare)


def _median(results: Sequence[Result]) -> Result:
    return Result(
        statistics.median(result.rate for result in results),
        statistics.median(result.p50 for result in results),
    )


@contextmanager
def _bare_of(base: str, case: Case) -> Iterator[str]:
    """A bare server that answers with the very bytes of the case's first page."""
    with tempfile.TemporaryDirectory() as folder, httpx.Client(base_url=base, timeout=60) as client:
        request = client.build_request("GET", case.paths[0], headers=dict(case.headers))
        if "Accept-Encoding" not in case.headers:
            del request.headers["Accept-Encoding"]
        answer = client.send(request, stream=True)
        answer.raise_for_status()
        body = Path(folder) / "body"
        body.write_bytes(b"".join(answer.iter_raw()))
        with servers.bare(body, answer.headers["content-type"]) as limit:
            yield limit


def _signed_in(path: Path) -> str:
    database = Database(f"sqlite:///{path}")
    with database.writing() as db:
        token = sessions.start(db, 1)
    database.close()
    return token


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
