"""How many answers a second eight clients post, beside what a bare server answers to the same driver."""

import asyncio
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.bench import servers

CLIENTS = 8
TEXT = "A measured answer, with a source [@doi:10.5555/bench.7] and some words about what it says.\n\n" * 3


def posting_rate(base: str, session: str, seconds: int) -> tuple[float, float]:
    """Answers posted a second, and the bare limit's empty answers a second to the same driver."""
    headers = {"Cookie": f"session={session}", "Origin": base}
    posted = asyncio.run(_drive(base, headers, seconds, write=True))
    with tempfile.NamedTemporaryFile() as empty, servers.bare(Path(empty.name), "text/plain") as limit:
        return posted, asyncio.run(_drive(limit, {}, seconds, write=False))


async def _drive(base: str, headers: Mapping[str, str], seconds: int, *, write: bool) -> float:
    until = time.perf_counter() + seconds
    counts = await asyncio.gather(
        *(_client(base, headers, until, number, write) for number in range(CLIENTS))
    )
    return sum(counts) / seconds


async def _client(base: str, headers: Mapping[str, str], until: float, number: int, write: bool) -> int:
    count = 0
    async with httpx.AsyncClient(base_url=base, headers=dict(headers)) as client:
        while time.perf_counter() < until:
            if write:
                form = {"text": TEXT, "key": uuid.uuid4().hex}
                answer = await client.post(f"/t/{1 + number}/answer", data=form)
                if answer.status_code != 303:
                    raise RuntimeError(f"posting answered {answer.status_code}")
            else:
                (await client.get("/")).raise_for_status()
            count += 1
    return count
