"""What the parts of the benchmark share: databases made once, cases, and rounds that alternate."""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from forum import schema
from forum.accounts import sessions
from forum.db import Database
from tests.bench import servers
from tests.bench.drive import Result, load

FOLDER = Path("var/bench")
#: As browsers send them; the session is added for signed-in readers.
PLAIN: Mapping[str, str] = {}


class Case(NamedTuple):
    name: str
    paths: Sequence[str]
    headers: Mapping[str, str]
    cold: bool
    bar: float | None


def generated(name: str, what: str, fill: Callable[[Database], None]) -> Path:
    """The database of that name, made now if an earlier run has not left it."""
    path = FOLDER / f"{name}-{schema.newest()}.sqlite3"
    if not path.exists():
        print(f"generating {what} …", flush=True)
        FOLDER.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        for leftover in FOLDER.glob(f"{unfinished.name}*"):
            leftover.unlink()
        database = Database(f"sqlite:///{unfinished}")
        schema.migrate(database)
        fill(database)
        database.close()
        unfinished.rename(path)
    return path


def signed_in(path: Path) -> str:
    """A session of the forum's first member."""
    database = Database(f"sqlite:///{path}")
    with database.writing() as db:
        token = sessions.start(db, 1)
    database.close()
    return token


def against(base: str, case: Case, limit: str, rounds: int, seconds: int) -> tuple[Result, Result]:
    """Medians of the interleaved rounds: the forum's and the bare limit's."""
    ours, bare = [], []
    for _ in range(rounds):
        bare.append(load(limit, ["/"], case.headers, seconds))
        ours.append(load(base, case.paths, case.headers, seconds))
    return median(ours), median(bare)


def compared(bases: Sequence[str], cases: tuple[Case, Case], rounds: int, seconds: int) -> list[float]:
    """For each size the median of its rounds, which take turns with the other's."""
    results: tuple[list[Result], list[Result]] = ([], [])
    for _ in range(rounds):
        for base, case, found in zip(bases, cases, results, strict=True):
            found.append(load(base, case.paths, case.headers, seconds))
    return [median(found).p50 for found in results]


def median(results: Sequence[Result]) -> Result:
    """The medians of several rounds."""
    return Result(
        statistics.median(result.rate for result in results),
        statistics.median(result.p50 for result in results),
    )


@contextmanager
def bare_of(base: str, case: Case) -> Iterator[str]:
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
