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
    with _running(command, {**environment, "FORUM_BASE_URL": f"http://127.0.0.1:{port}"}):
        base = f"http://127.0.0.1:{port}"
        _wait(f"{base}/healthz")
        yield base


@contextmanager
def bare(body: Path, content_type: str) -> Iterator[str]:
    """A Starlette app that answers every request with the bytes of `body`, on the same server."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "--workers", "1",
        "--runtime-threads", "1", "--no-log", "--factory", "tests.bench.bare:create",
    ]  # fmt: skip
    with _running(command, {"BARE_BODY": str(body), "BARE_TYPE": content_type}):
        base = f"http://127.0.0.1:{port}"
        _wait(base)
        yield base


@contextmanager
def _running(command: list[str], environment: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            httpx.get(url, timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing answers at {url}")
