"""What a reader notices of fifty clients who sign in: `make bench ARGS="--only sign-in"`.

One reader asks for pages, one after the other with a short pause, alone and beside fifty clients that send
the sign-in form over and over, with wrong and right passwords, all from one address, so that with limits
nearly all of them are refused. Rounds with and without them take turns; the figures are medians of rounds,
the ratio is what is measured.
"""

import http.client
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table
from sqlalchemy import select, update

from forum.accounts import passwords
from forum.accounts.tables import Account
from forum.db import Database, rows
from tests.bench import servers
from tests.bench.measures import milliseconds

CLIENTS = 50
BAR = 1.5
PASSWORD = "four words for measuring"
#: Seconds in which clients without number use their limits up.
USED_UP = 4
#: Between two pages of the reader, in seconds.
PAUSE = 0.005


class Seen(NamedTuple):
    """Milliseconds of a page: the median, and what nineteen of twenty stay under."""

    p50: float
    p95: float


class Tries(NamedTuple):
    """How many a second were answered, and which part of them with a 429."""

    rate: float
    refused: float

    def shown(self) -> tuple[str, str]:
        return f"{self.rate:,.0f}", f"{self.refused:.0%}"


def measure(console: Console, path: Path, pages: Sequence[str], rounds: int, seconds: int) -> None:
    """Prints how much longer pages take beside the clients, kept and made anew, with and without limits."""
    if not shutil.which("wrk"):
        console.print("sign-in: not measured, because wrk is not installed")
        return
    table = Table(
        "page", "limits", "p50 alone", "beside", "ratio", "bar", "p95 alone", "beside", "ratio", "tries /s",
        "refused",
        title=f"A reader beside {CLIENTS} clients who sign in, ms",
    )  # fmt: skip
    # A tenth of the usual is used up in the first second or two.
    for limits in ("0.1", "0"):
        for cache, name in (("67108864", "kept"), ("0", "made anew")):
            with _forum(path, {"FORUM_LIMITS": limits, "FORUM_CACHE_BYTES": cache}) as (base, names):
                alone, beside, tries = _compare(base, pages, names, rounds, seconds)
            if (tries.refused > 0) != (limits != "0"):
                raise RuntimeError(f"with limits of {limits}, {tries.refused:.0%} of the tries were refused")
            usual = f"{alone.p50:.2f}", f"{beside.p50:.2f}", f"{beside.p50 / alone.p50:.2f}", f"{BAR}"
            slow = f"{alone.p95:.2f}", f"{beside.p95:.2f}", f"{beside.p95 / alone.p95:.2f}"
            table.add_row(name, "off" if limits == "0" else "on", *usual, *slow, *tries.shown())
    console.print(table)


@contextmanager
def _forum(path: Path, settings: Mapping[str, str]) -> Iterator[tuple[str, Sequence[str]]]:
    """A server on a copy of the forum, and the names of people who have the password."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "forum.sqlite3"
        shutil.copy(path, copy)
        environment = {
            "FORUM_DATABASE_URL": f"sqlite:///{copy}",
            **settings,
        }
        names = _with_passwords(copy)
        with servers.forum(environment) as base:
            yield base, names


def _with_passwords(path: Path) -> Sequence[str]:
    database = Database(f"sqlite:///{path}")
    with database.writing() as db:
        found = rows(db, select(Account.id, Account.name).order_by(Account.id).limit(CLIENTS))
        ids = [account_id for account_id, _name in found]
        stored = passwords.make_hash(PASSWORD)
        db.execute(update(Account).where(Account.id.in_(ids)).values(password_hash=stored))
    database.close()
    return [name for _id, name in found]


def _compare(
    base: str, pages: Sequence[str], names: Sequence[str], rounds: int, seconds: int
) -> tuple[Seen, Seen, Tries]:
    """A page's time alone and beside the clients, and what became of their attempts."""
    alone, beside, tries = [], [], []
    _read(base, pages, 1)
    for _ in range(rounds):
        alone.append(_read(base, pages, seconds))
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            Path(script.name).write_text(_script(base, names), encoding="utf-8")
            with _knocking(base, script.name, seconds + USED_UP + 1) as clients:
                time.sleep(USED_UP)
                beside.append(_read(base, pages, seconds))
                tries.append(_tries(clients))
    return _median(alone), _median(beside), Tries(*map(statistics.median, zip(*tries, strict=True)))


def _read(base: str, pages: Sequence[str], seconds: int) -> Seen:
    place, times, turn = urlsplit(base), [], 0
    reader = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    until = time.perf_counter() + seconds
    while (start := time.perf_counter()) < until:
        reader.request("GET", pages[turn % len(pages)])
        answer = reader.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{pages[turn % len(pages)]} answered {answer.status}")
        times.append(time.perf_counter() - start)
        turn += 1
        time.sleep(PAUSE)
    reader.close()
    return Seen(*milliseconds(times))


def _script(base: str, names: Sequence[str]) -> str:
    """For wrk: of a hundred passwords fifty are right. Says at the end how many were refused."""
    listed = ", ".join(f'"{name}"' for name in names)
    return f"""
local names, turn = {{ {listed} }}, 0
local only
refused = 0
setup = function(thread) only = thread end
response = function(status) if status == 429 then refused = refused + 1 end end
done = function(summary)
  io.write(string.format("Answered: %d\\nRefused: %d\\n", summary.requests, only:get("refused")))
end
request = function()
  turn = turn + 1
  local who = turn % {CLIENTS} + 1
  local password = (turn % 100 < 50) and "{PASSWORD.replace(" ", "+")}" or "wrong"
  return wrk.format("POST", "/sign-in", {{
    ["Origin"] = "{base}", ["Content-Type"] = "application/x-www-form-urlencoded"
  }}, "name=" .. names[who] .. "&password=" .. password)
end
"""


@contextmanager
def _knocking(base: str, script: str, seconds: int) -> Iterator["subprocess.Popen[str]"]:
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "30s", "-s", script, base]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clients:
        yield clients


def _tries(clients: "subprocess.Popen[str]") -> Tries:
    out = clients.communicate()[0]
    rate, answered, refused = (
        float(out.partition(f"{name}:")[2].split()[0]) for name in ("Requests/sec", "Answered", "Refused")
    )
    return Tries(rate, refused / max(answered, 1))


def _median(rounds: Sequence[Seen]) -> Seen:
    return Seen(*(statistics.median(figures) for figures in zip(*rounds, strict=True)))
