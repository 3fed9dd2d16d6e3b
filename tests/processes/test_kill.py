"""The power goes ten times while sixteen members post: nothing acknowledged is lost, nothing stands twice."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections import Counter
from contextlib import closing
from pathlib import Path

import httpx
from conftest import free_port
from makers import make_account, make_thread

from forum import schema
from forum.accounts import sessions
from forum.db import Database

CLIENTS = 16
KILLS = 10


class Server:
    """`forum serve` in a process group of its own."""

    def __init__(self, database: Path) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "FORUM_DATABASE_URL": f"sqlite:///{database}",
            "FORUM_DATA_DIR": str(database.parent),
            "FORUM_BASE_URL": self.base,
            "FORUM_HELD_POSTS": "0",
            "FORUM_FLOOD_POSTS": "0",
        }

    def start(self) -> None:
        command = [sys.executable, "-m", "forum", "serve", "--port", str(self.port), "--no-worker"]
        self.process = subprocess.Popen(
            command,
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


async def member(
    server: Server, token: str, thread_id: int, stop: asyncio.Event, acknowledged: set[str]
) -> None:
    """Posts answer after answer; sends the same form again until it is acknowledged."""
    headers = {"Cookie": f"session={token}", "Origin": server.base}
    # A client makes ready for https unless told not to, and sixteen of those keep the server from starting.
    async with httpx.AsyncClient(base_url=server.base, headers=headers, timeout=10, verify=False) as client:
        while not stop.is_set():
            marker = uuid.uuid4().hex
            form = {"text": f"Answer {marker}", "key": marker}
            while not await is_acknowledged(client, f"/t/{thread_id}/answer", form):
                if stop.is_set():
                    return
                # Sixteen that ask at once, and oftener, keep the server from starting.
                await asyncio.sleep(0.2)
            acknowledged.add(marker)


async def is_acknowledged(client: httpx.AsyncClient, path: str, form: dict[str, str]) -> bool:
    """Whether the form was taken; not while the server is away or busy."""
    try:
        answer = await client.post(path, data=form)
    except httpx.TransportError:
        return False
    assert answer.status_code in (303, 503), answer.text[:500]
    return answer.status_code == 303


async def storm(server: Server, tokens: list[str], threads: list[int]) -> set[str]:
    """All members post while the server is killed and restarted; answers what was acknowledged."""
    acknowledged: set[str] = set()
    stop = asyncio.Event()
    chance = random.Random(11)
    server.start()
    tasks = [
        asyncio.create_task(member(server, token, threads[number % len(threads)], stop, acknowledged))
        for number, token in enumerate(tokens)
    ]
    for _ in range(KILLS):
        await more(acknowledged)
        await asyncio.sleep(chance.random() * 0.3)
        await asyncio.to_thread(server.kill)
        server.start()
    # What was being sent at the last kill is sent once more.
    await more(acknowledged)
    stop.set()
    await asyncio.gather(*tasks)
    server.kill()
    return acknowledged


async def more(acknowledged: set[str]) -> None:
    """As many answers again as there are members are acknowledged."""
    before = len(acknowledged)
    deadline = time.monotonic() + 20
    while len(acknowledged) < before + CLIENTS:
        assert time.monotonic() < deadline, "the server did not come back"
        await asyncio.sleep(0.05)


def test_ten_kills(tmp_path: Path) -> None:
    path = tmp_path / "forum.sqlite3"
    database = Database(f"sqlite:///{path}")
    schema.migrate(database)
    with database.writing() as db:
        threads = [make_thread(db, title=f"A question that is number {number}").id for number in range(4)]
        tokens = [sessions.start(db, make_account(db).id) for _ in range(CLIENTS)]
    database.close()
    acknowledged = asyncio.run(storm(Server(path), tokens, threads))
    assert len(acknowledged) >= KILLS * CLIENTS
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = Counter(
            text.split()[1] for (text,) in connection.execute("SELECT text FROM post WHERE kind = 'answer'")
        )
        counts = dict(connection.execute("SELECT id, answer_count FROM thread"))
        real = dict(
            connection.execute(
                "SELECT thread_id, count(*) FROM post WHERE kind = 'answer' GROUP BY thread_id"
            )
        )
    assert acknowledged <= set(stored), "an acknowledged answer is gone"
    assert max(stored.values()) == 1, "an answer is there twice"
    assert counts == real
