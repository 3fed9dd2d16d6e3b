"""The forum as its owner runs it: `forum serve` as a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from conftest import free_port
from doors import link_of
from references.fake_services import bases, service_variables

from forum import worker
from forum.accounts import people, sessions
from forum.config import Settings
from forum.db import Database

STARTS_WITHIN = 60  # seconds


class Forum:
    """A forum on the SQLite file in `folder`; it asks the registries at `services`, and answers at `base`."""

    def __init__(self, folder: Path, services: str, host: str = "127.0.0.1") -> None:
        self.folder = folder
        self.services = services
        self.port = free_port()
        self.base = f"http://{host}:{self.port}"
        self._environment = {
            **os.environ,
            "FORUM_DATABASE_URL": f"sqlite:///{folder / 'forum.sqlite3'}",
            "FORUM_DATA_DIR": str(folder),
            "FORUM_BASE_URL": self.base,
            **service_variables(services),
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    @contextmanager
    def running(self, *options: str) -> Iterator["Forum"]:
        """The forum answers until the end of the block; `options` are those of `forum serve`."""
        self._start("serve", "--port", str(self.port), *options)
        try:
            self._wait()
            yield self
        finally:
            self._end()

    def session_of(self, name: str) -> str:
        """The token of a new session of somebody who has an account."""
        database = Database(f"sqlite:///{self.folder / 'forum.sqlite3'}")
        with database.writing() as db:
            person = people.named(db, name)
            assert person is not None, name
            token = sessions.start(db, person.id)
        database.close()
        return token

    def sign_up_link(self, email: str) -> str:
        """The path that was mailed to the address, as the worker writes it."""
        database = Database(f"sqlite:///{self.folder / 'forum.sqlite3'}")
        with database.writing() as db:
            path = f"/confirm/{link_of(db, email)}"
        database.close()
        return path

    @property
    def process_id(self) -> int:
        """Of `forum serve`."""
        return self._processes[0].pid

    def work_off(self) -> None:
        """The jobs that wait now are done, in this process: one of its own takes seconds to begin."""
        settings = Settings(
            database_url=f"sqlite:///{self.folder / 'forum.sqlite3'}",
            data_dir=self.folder,
            base_url=self.base,
            pace=1000,
            **bases(self.services),  # type: ignore[arg-type]
        )
        database = Database(settings.database_url)
        worker.work_off(database, settings)
        database.close()

    def _start(self, *command: str) -> None:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "forum", *command],
                env=self._environment,
                start_new_session=True,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._processes.append(process)

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self._processes[0].poll() is None:
            try:
                if httpx.get(f"{self.base}/readyz", trust_env=False, verify=False).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the forum did not start:\n{self._log.read_text()}")

    def _end(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        # It may be started again.
        self._processes.clear()

    @property
    def _log(self) -> Path:
        return self.folder / "forum.log"
