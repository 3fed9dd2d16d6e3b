"""How long posting an answer with a new source takes when all services answer, and when all of them hang.

Two whole forums, each with a worker and services of its own, take turns: while one is posted to, the other
is stopped.
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
from rich.table import Table

from forum import schema
from forum.db import Database
from tests.bench import servers
from tests.bench.cases import FOLDER, signed_in
from tests.bench.generate import fill
from tests.bench.posting import begin, send

#: People who post at the same time, each with a pause in between: who writes does not write without end.
CLIENTS, PAUSE = 4, 0.02
#: A hundredth of fewer answers than this would be a matter of luck.
FEWEST = 1000
BAR = 1.1


class Forum(NamedTuple):
    """A running forum: its address, a session, the groups of its processes."""

    base: str
    session: str
    groups: Sequence[int]

    def signal(self, number: int) -> None:
        """All its processes get the signal."""
        for group in self.groups:
            os.killpg(group, number)


def table(rounds: int, seconds: int) -> Table:
    """The measured p50 and p99, and the ratio of the latter."""
    with ExitStack() as stack:
        forums = {mode: stack.enter_context(_forum(mode)) for mode in ("answering", "hanging")}
        times = _in_turns(forums, rounds, seconds)
    shown = Table("services", "answers", "p50 ms", "p99 ms", title="Posting answers with new sources")
    p99 = {mode: _percentile(each, 99) for mode, each in times.items()}
    for mode, each in times.items():
        shown.add_row(mode, f"{len(each):,}", f"{_percentile(each, 50):.1f}", f"{p99[mode]:.1f}")
    ratio = p99["hanging"] / p99["answering"]
    shown.add_row("p99 hanging to answering", "", f"bar {BAR}", f"{ratio:.2f}")
    return shown


def _in_turns(forums: Mapping[str, Forum], rounds: int, seconds: int) -> dict[str, list[float]]:
    """What each answer took, in milliseconds; at least `rounds`, until there are enough of both."""
    times: dict[str, list[float]] = {mode: [] for mode in forums}
    for forum in forums.values():
        forum.signal(signal.SIGSTOP)
    done = 0
    while done < rounds or min(map(len, times.values())) < FEWEST:
        done += 1
        # First the one, then the other: neither always comes after what a round leaves behind.
        for mode in sorted(forums, reverse=done % 2 == 0):
            forums[mode].signal(signal.SIGCONT)
            times[mode] += asyncio.run(_round(forums[mode], seconds))
            forums[mode].signal(signal.SIGSTOP)
    return times


async def _round(forum: Forum, seconds: int) -> list[float]:
    found = await asyncio.gather(*(_client(forum, number, seconds) for number in range(CLIENTS)))
    return [each for times in found for each in times]


async def _client(forum: Forum, number: int, seconds: int) -> list[float]:
    headers = {"Cookie": f"session={forum.session}", "Origin": forum.base}
    times = []
    async with httpx.AsyncClient(base_url=forum.base, headers=headers, timeout=60) as client:
        thread = await begin(client, number)
        until = time.perf_counter() + seconds
        while (start := time.perf_counter()) < until:
            text = f"A measured answer, and its source: [@doi:10.5555/{uuid.uuid4().hex}]."
            await send(client, f"{thread}/answer", text=text)
            times.append((time.perf_counter() - start) * 1000)
            await asyncio.sleep(PAUSE)
    return times


@contextmanager
def _forum(mode: str) -> Iterator[Forum]:
    """A small forum of its own with a worker, whose services all answer or all hang."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder, ExitStack() as stack:
        path = Path(folder, "forum.sqlite3")
        database = Database(f"sqlite:///{path}")
        schema.migrate(database)
        fill(database, 20)
        database.close()
        settings = stack.enter_context(_services(mode))
        base = f"http://127.0.0.1:{(port := servers.free_port())}"
        environment = {
            **settings,
            "FORUM_DATABASE_URL": f"sqlite:///{path.absolute()}",
            "FORUM_BASE_URL": base,
            "FORUM_DATA_DIR": folder,
            "FORUM_HELD_POSTS": "0",
            "FORUM_PACE": "1000",
        }
        commands = (["serve", "--port", str(port), "--no-worker"], ["work"])
        groups = [
            stack.enter_context(
                servers.running([str(servers.FORUM), *command], environment, subprocess.DEVNULL)
            )
            for command in commands
        ]
        servers.wait_for(f"{base}/healthz")
        yield Forum(base, signed_in(path), groups)


@contextmanager
def _services(mode: str) -> Iterator[Mapping[str, str]]:
    """The registries as `mode` says; answers the settings to ask them. They are never stopped: nobody waits
    longer for them than they take.
    """
    command = [sys.executable, "-m", "tests.bench.services", mode]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _percentile(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]
