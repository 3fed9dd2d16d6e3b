"""Five hundred readers of one thread, on a real server of two processes: what they cost, what they hear."""

import asyncio
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from browser.server import Forum
from makers import make_account, make_answer, make_thread

from forum.accounts.tables import Actor
from forum.clock import now
from forum.db import Database
from forum.discussion.happening import Since
from forum.discussion.tables import Thread

READERS = 500
#: Seconds after which nobody who left is held any longer; bytes that all of them may cost.
FORGOTTEN, MEMORY = 30.0, 50_000_000
#: A page is opened this often, in the quiet and while all are told.
PAGES = 120


class Reader:
    """One connection that listens."""

    def __init__(self) -> None:
        self.told_at = 0.0

    async def open(self, port: int, path: str) -> None:
        self.stream, self.writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n"
        self.writer.write(head.encode())
        await self.hears(b"event: news\ndata: \n")

    async def hears(self, words: bytes) -> None:
        heard = b""
        while words not in heard:
            data = await self.stream.read(4096)
            assert data, heard
            heard += data
        self.told_at = time.monotonic()


async def fetch(port: int, path: str) -> float:
    """Milliseconds until the page was there."""
    begun = time.monotonic()
    stream, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    assert (await stream.read()).startswith(b"HTTP/1.1 200")
    writer.close()
    return (time.monotonic() - begun) * 1000


async def latency(port: int, path: str) -> float:
    return statistics.median([await fetch(port, path) for _ in range(PAGES)])


def servers(forum: Forum) -> list[int]:
    """The processes that answer: the children of `forum serve` that are no worker and no helper."""
    parent = forum.process_id
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _parent(entry) == parent and sockets(int(entry.name)):
            found.append(int(entry.name))
    return found


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def sockets(process_id: int) -> int:
    """How many sockets the process has open."""
    count = 0
    for name in Path(f"/proc/{process_id}/fd").iterdir():
        with suppress(OSError):
            count += str(name.readlink()).startswith("socket:")
    return count


def memory(process_ids: list[int]) -> int:
    """Bytes that these have to themselves."""
    total = 0
    for process_id in process_ids:
        for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Private_Clean", "Private_Dirty")):
                total += int(line.split()[1]) * 1024
    return total


@pytest.fixture
def forum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _sqlite_model: Path) -> Iterator[Forum]:
    shutil.copy(_sqlite_model, tmp_path / "forum.sqlite3")
    monkeypatch.setenv("FORUM_LIVE_EACH", "1000")
    with Forum(tmp_path, "http://127.0.0.1:9").running("--no-worker", "--workers", "2") as running:
        yield running


def test_five_hundred_readers(forum: Forum, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(f"sqlite:///{forum.folder / 'forum.sqlite3'}")
    try:
        figures = asyncio.run(_story(forum, database))
    finally:
        database.close()
    with capsys.disabled():
        print(f"\n{figures}")


async def _story(forum: Forum, database: Database) -> str:
    with database.writing() as db:
        ada = make_account(db, "ada")
        thread = make_thread(db, ada)
        path = f"/t/{thread.id}/{thread.slug}"
        at = f"/t/{thread.id}/live?since={Since.at(thread.active_at, now())}"
    await asyncio.gather(*(fetch(forum.port, path) for _ in range(20)))
    quiet = await latency(forum.port, f"{path}?after=x")
    processes = servers(forum)
    before, open_before = memory(processes), sum(map(sockets, processes))
    readers = [Reader() for _ in range(READERS)]
    for some in range(0, READERS, 50):
        await asyncio.gather(*(reader.open(forum.port, at) for reader in readers[some : some + 50]))
    listening = await latency(forum.port, f"{path}?after=x")
    written = await asyncio.to_thread(_answer, database, ada, thread.id)
    busy = asyncio.create_task(latency(forum.port, f"{path}?after=x"))
    await asyncio.wait_for(asyncio.gather(*(r.hears(b"1 new answer") for r in readers)), 20)
    slowest = max(reader.told_at for reader in readers) - written
    telling = await busy
    grown = memory(processes) - before
    assert grown < MEMORY, grown
    left = time.monotonic()
    for reader in readers:
        reader.writer.transport.abort()
    while sum(map(sockets, processes)) > open_before + 5:
        assert time.monotonic() - left < FORGOTTEN, "readers who left are still held"
        await asyncio.sleep(0.1)
    return (
        f"{READERS} readers: all told in {slowest:.2f} s, memory up by {grown / 1e6:.1f} MB, forgotten in"
        f" {time.monotonic() - left:.1f} s; a page takes {quiet:.1f} ms in the quiet, {listening:.1f} with"
        f" them (x {listening / quiet:.2f}), {telling:.1f} while they are told (x {telling / quiet:.2f})"
    )


def _answer(database: Database, who: Actor, thread_id: int) -> float:
    with database.writing() as db:
        thread = db.get_one(Thread, thread_id)
        make_answer(db, thread, who)
    return time.monotonic()
