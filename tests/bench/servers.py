"""Real servers for the benchmark: the forum, and the bare limit that it is measured against."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

FORUM = Path(sys.executable).with_name("forum")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def forum(environment: Mapping[str, str], *options: str) -> Iterator[str]:
    """`forum serve` on a port of its own; answers its address."""
    port = free_port()
    command = [str(FORUM), "serve", "--port", str(port), "--no-worker", *options]
    # One member writes as much as a whole community here.
    own = {"FORUM_BASE_URL": f"http://127.0.0.1:{port}", "FORUM_FLOOD_POSTS": "0"}
    with running(command, {**environment, **own}):
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/healthz")
        yield base


@contextmanager
def bare(body: Path, content_type: str) -> Iterator[str]:
    """A Starlette app that answers every request with the bytes of `body`, on the same server."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "--workers", "1",
        "--runtime-threads", "1", "--no-log", "--factory", "tests.bench.bare:create",
    ]  # fmt: skip
    with running(command, {"BARE_BODY": str(body), "BARE_TYPE": content_type}):
        base = f"http://127.0.0.1:{port}"
        wait_for(base)
        yield base


@contextmanager
def running(command: list[str], environment: Mapping[str, str], out: int | None = None) -> Iterator[int]:
    """The command in a process group of its own, until the end of the block; answers the group's id."""
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, start_new_session=True, stdout=out, stderr=out
    )
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(url: str) -> None:
    """Comes back when somebody answers there. RuntimeError after a while."""
    for _ in range(200):
        try:
            httpx.get(url, timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing answers at {url}")
