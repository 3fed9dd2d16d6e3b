"""`forum serve`: the web server, the worker beside it, and an end for both when one is asked for."""

import gc
import ipaddress
import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import structlog
import typer
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

import forum.app  # noqa: F401 - the processes that answer are born with it
from forum import config, ops, parent, schema
from forum.accounts import ownership, samples
from forum.config import Settings
from forum.db import Database, database_of
from forum.errors import NotReady

log = structlog.get_logger()

#: How long the server and the worker may finish what they are doing.
PATIENCE = 5
#: Connections that one process has besides those of pages that listen, and about as many files.
ROOM = 1024
#: Addresses to listen on that are none to go to.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104 - only compared
#: What the server itself has to say is one line of JSON too. It tells of no request: those are not logged.
LINES = {"()": "forum.logs.Lines"}
SAMPLE = (
    "This forum holds sample accounts, whose password everybody knows, so it is served to this machine only:"
    " choose another FORUM_DATA_DIR (or FORUM_DATABASE_URL) for a forum of your own, or serve it all the same"
    " with --with-sample."
)


def serve(host: str, port: int, workers: int, *, with_worker: bool, with_sample: bool) -> None:
    """Serves until SIGTERM or SIGINT. NotReady, with a sentence, if that cannot begin."""
    address, port = free_place(host, port)
    shown = _EVERYWHERE.get(host, f"[{host}]" if ":" in host else host)
    # Links lead to where we are, unless the owner says that people come by another address.
    os.environ.setdefault("FORUM_BASE_URL", f"http://{shown}:{port}")
    settings = config.settings()
    database = database_of(settings)
    try:
        prepare(database)
        if not with_sample:
            refuse_sample(database, host, settings.base_url)
        _greet(settings, database, f"http://{shown}:{port}")
    finally:
        database.close()
    os.environ[parent.SERVING] = str(os.getpid())
    _allow_files(settings.live_readers + ROOM)
    server = _server(address, port, workers, settings.live_readers + ROOM)
    companion = Companion(lambda: bool(server.interrupt_signal)) if with_worker else None
    # What is loaded by now stays for good: the collector of each process need not look at it again.
    gc.collect()
    gc.freeze()
    gc.enable()
    try:
        server.serve()
    finally:
        if companion is not None:
            companion.stop()


def free_place(host: str, port: int) -> tuple[str, int]:
    """The host as a number, and `port`, or any free one if it is 0; NotReady if somebody listens there."""
    # Asked beforehand, because the server shares ports among its processes, and so with a second server too.
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            taken = probe.getsockname()
            return str(taken[0]), int(taken[1])
    except (OSError, OverflowError) as error:
        words = f"Cannot listen on {host} port {port}: {_reason(error)}. Try another --port."
        raise NotReady(words) from None


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def prepare(database: Database) -> None:
    """The schema is the newest: SQLite is migrated, PostgreSQL has to be. NotReady says what to run."""
    if database.is_sqlite and schema.present(database) != schema.newest():
        schema.migrate(database)
    ops.need_ready(database)


def refuse_sample(database: Database, host: str, base_url: str) -> None:
    """NotReady if others than this machine could sign in with the published password of sample accounts."""
    if _is_here(host) and _is_here(urlsplit(base_url).hostname or ""):
        return
    with database.reading() as db:
        if samples.are_here(db):
            raise NotReady(SAMPLE)


def _is_here(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _greet(settings: Settings, database: Database, here: str) -> None:
    typer.echo(f"{settings.name} is at {here} (Ctrl-C stops it).")
    if settings.base_url != here:
        typer.echo(f"People reach it at {settings.base_url} (FORUM_BASE_URL).")
    with database.writing() as db:
        code = ownership.issue(db)
    if code is not None:
        address = f"{settings.base_url}/setup?{urlencode({'code': code})}"
        typer.echo(f"Open {address} to create the first admin.")


def _allow_files(wanted: int) -> None:
    """As many open files (connections too) as are wanted, or as this user may have."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    if now != resource.RLIM_INFINITY and now < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))


def _server(address: str, port: int, workers: int, connections: int) -> MPServer:
    return MPServer(
        "forum.app:create",
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=workers,
        runtime_threads=1,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=15_000, max_buffer_size=64 * 1024),
        # Each process's own: a page that listens must take nobody else's place.
        backpressure=connections,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        log_dictconfig={"formatters": {"generic": LINES, "access": LINES}},
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE,
    )


class Companion:
    """The worker as a process of its own, started again when it dies unless all is `ending`."""

    def __init__(self, ending: Callable[[], bool]) -> None:
        self._ending = ending
        self._stopped = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._watch, name="companion", daemon=True).start()

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "forum", "work", "--with-parent", str(os.getpid())]
        return subprocess.Popen(command)  # noqa: S603 - our own interpreter and module

    def _watch(self) -> None:
        while True:
            code = self._process.wait()
            # Ctrl-C reaches the worker too, perhaps before it reaches us.
            if self._stopped.wait(1) or self._ending():
                return
            log.error("the worker ended and is started again", code=code)
            self._process = self._start()

    def stop(self) -> None:
        """The worker has ended, if need be in the middle of a job: jobs can be done twice."""
        self._stopped.set()
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
