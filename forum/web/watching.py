"""How a process learns that something was written: SQLite is asked, PostgreSQL tells."""

import asyncio
import itertools
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

import psycopg
import structlog

from forum.db import Database
from forum.freshness import CHANNEL
from forum.web.kept import KeptPage

log = structlog.get_logger()

#: The listener makes sure of its connection this often, and is trusted for this long after it last did.
HEARTBEAT = 0.5
TRUSTED = 5.0
#: A connection that was cut without a word is noticed in seconds.
KEEPALIVE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


class SqliteWatch:
    """Asks one connection that never writes whether the file has changed; compares generations if it has."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None

    def state(self) -> int:
        """Another number than before if anybody else has written since."""
        version: int = self._ask().execute("PRAGMA data_version").fetchone()[0]
        return version

    def is_current(self, page: KeptPage) -> bool:
        try:
            state = self.state()
            if page.checked == state:
                return True
            if self._generations(page) != page.generations:
                return False
        except sqlite3.OperationalError:
            # Busy or gone: the page is made anew, and that path says what is wrong.
            return False
        page.checked = state
        return True

    def _ask(self) -> sqlite3.Connection:
        if self._connection is None:
            uri = f"{Path(self.path).resolve().as_uri()}?mode=ro"
            self._connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)
        return self._connection

    def _generations(self, page: KeptPage) -> dict[str, int]:
        names = tuple(page.generations)
        marks = ",".join("?" * len(names))
        found = self._ask().execute(f"SELECT name, value FROM generation WHERE name IN ({marks})", names)  # noqa: S608
        return dict.fromkeys(names, 0) | dict(found.fetchall())

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Forgetful(Protocol):
    """What is told that generations were raised."""

    def forget(self, names: Iterable[str]) -> None: ...
    def forget_all(self) -> None: ...


class PostgresWatch:
    """Listens to what other processes write. While it does not hear, no kept page is current."""

    def __init__(self, database: Database) -> None:
        self._address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hearers: tuple[Forgetful, ...] = ()
        #: Which connection hears (0: none), since when nothing older is kept, and when it last answered.
        self._live = 0
        self._clean = -1
        self._heard = 0.0

    def is_current(self, _page: KeptPage) -> bool:
        return self._hears()

    def state(self) -> int:
        """Another number than before if something may have been written that nobody was told of."""
        return self._clean if self._hears() else -int(time.monotonic())

    def _hears(self) -> bool:
        return self._clean == self._live and time.monotonic() - self._heard < TRUSTED

    def start(self, *hearers: Forgetful) -> None:
        """From now on these are told, in the running event loop."""
        self._hearers = hearers
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="generations", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(HEARTBEAT * 4)

    def _run(self) -> None:
        for number in itertools.count(1):
            try:
                self._listen(number)
            except psycopg.Error as error:
                log.warning("not told of changes", why=str(error))
            finally:
                self._live = 0
            if self._stopped.wait(HEARTBEAT):
                return

    def _listen(self, number: int) -> None:
        with psycopg.connect(self._address, autocommit=True, **KEEPALIVE) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._live = number
            self._in_loop(self._start_clean, number)
            while not self._stopped.is_set():
                connection.execute("SELECT 1")
                self._heard = time.monotonic()
                names = {told.payload for told in connection.notifies(timeout=HEARTBEAT, stop_after=1)}
                for hearer in self._hearers if names else ():
                    self._in_loop(hearer.forget, names)

    def _start_clean(self, number: int) -> None:
        for hearer in self._hearers:
            hearer.forget_all()
        self._clean = number

    def _in_loop(self, act: Callable[[Any], None], argument: object) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act, argument)
