"""How many answers a second eight clients post, beside what a bare server answers to the same driver."""

import asyncio
import random
import re
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.bench import servers

CLIENTS = 8
SOURCE = "with a source [@doi:10.5555/bench.7]"
#: The same text again would be refused.
WORDS = [
    "careful",
    "measured",
    "answers",
    "take",
    "their",
    "time",
    "and",
    "say",
    "what",
    "they",
    "rest",
    "on",
    "before",
    "what",
    "they",
    "mean",
]


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
        thread = await begin(client, number) if write else ""
        while time.perf_counter() < until:
            if write:
                await send(client, f"{thread}/answer", text=_text())
            else:
                (await client.get("/")).raise_for_status()
            count += 1
    return count


def _text() -> str:
    """Three paragraphs that nobody has written before."""
    return "\n\n".join(" ".join([*random.choices(WORDS, k=14), SOURCE]) for _ in range(3))


async def begin(client: httpx.AsyncClient, number: int) -> str:
    """A new thread to post into: the generated ones stay as long as they are, because they are measured."""
    # Another one each time: whoever asks what was asked before is asked back.
    title = f"Measured answers {number} {uuid.uuid4()}"
    place = await send(client, "/ask", kind="question", title=title, tags="tag-1", text=_text())
    answer = await client.get(place.partition("#")[0])
    found = re.match(r"/t/[0-9]+", answer.headers.get("location", place))
    if found is None:
        raise RuntimeError(f"asking led to {place}")
    return found[0]


async def send(client: httpx.AsyncClient, path: str, **form: str) -> str:
    """Sends the form; answers where it leads."""
    answer = await client.post(path, data={**form, "key": uuid.uuid4().hex})
    if answer.status_code != 303:
        raise RuntimeError(f"POST {path} answered {answer.status_code}")
    return str(answer.headers["location"])
