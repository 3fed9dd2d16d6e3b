"""Load on one address for a few seconds: by wrk where it is installed, else by a small driver of our own."""

import asyncio
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx

CLIENTS = 8


class Result(NamedTuple):
    """Answers a second, and the median time of an answer in milliseconds."""

    rate: float
    p50: float


def load(base: str, paths: Sequence[str], headers: Mapping[str, str], seconds: int) -> Result:
    """What the server does when eight clients ask for the paths in turn. RuntimeError on any bad answer."""
    driver = _wrk if shutil.which("wrk") else _httpx
    return driver(base, paths, headers, seconds)


def _wrk(base: str, paths: Sequence[str], headers: Mapping[str, str], seconds: int) -> Result:
    script = _script(paths, headers)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        Path(file.name).write_text(script, encoding="utf-8")
        options = [f"-c{CLIENTS}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
        command = ["wrk", "-t1", *options, "-s", file.name, base]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(f"{base}{paths[0]} answered badly:\n{out}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])  # type: ignore[index]
    value, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", out).groups()  # type: ignore[union-attr]
    return Result(rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit])


def _script(paths: Sequence[str], headers: Mapping[str, str]) -> str:
    listed = ", ".join(f'"{path}"' for path in paths)
    pairs = ", ".join(f'["{name}"] = "{value}"' for name, value in headers.items())
    return f"""
local paths, headers, next = {{ {listed} }}, {{ {pairs} }}, 0
request = function()
  next = next % #paths + 1
  return wrk.format("GET", paths[next], headers)
end
"""


def _httpx(base: str, paths: Sequence[str], headers: Mapping[str, str], seconds: int) -> Result:
    times: list[float] = []

    async def client(until: float, offset: int) -> None:
        async with httpx.AsyncClient(base_url=base, headers=dict(headers)) as session:
            turn = offset
            while (start := time.perf_counter()) < until:
                turn += 1
                (await session.get(paths[turn % len(paths)])).raise_for_status()
                times.append(time.perf_counter() - start)

    async def all_clients() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(client(until, offset) for offset in range(CLIENTS)))

    asyncio.run(all_clients())
    return Result(len(times) / seconds, statistics.median(times) * 1000)
