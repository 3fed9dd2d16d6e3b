"""What every test may use: databases made by the migrations, a frozen clock, no network but loopback."""

import gc
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import driven
import hashing
import pytest
import states
from driven import Driven
from httpx._transports import default
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from starlette import routing

from forum import app, clock, config, schema
from forum import db as db_module
from forum.accounts import passwords
from forum.config import Settings, settings
from forum.db import Database, database_of
from forum.inbox import retelling
from forum.inbox.letters import Letter
from forum.web import templating
from forum.web.static import Static

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What one account or address may do in a while is tested in tests/security, which sets it back to 1.
os.environ.setdefault("FORUM_LIMITS", "0")
os.environ.setdefault("FORUM_SECRET", "only for the tests, and long enough")
IN_CI = os.environ.get("CI") == "true"
SHARED = Path(__file__).parents[2] / "shared"
START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


#: The files that take longest, the longest first: what is begun last should be short.
LONGEST = (
    "browser/test_accessibility.py",
    "browser/test_hostile.py",
    "browser/test_story.py",
    "web/test_nothing_leaks.py",
    "test_cli.py",
    "browser/test_keyboard.py",
    "browser/test_stories.py",
    "browser/test_drafts.py",
    "processes/test_kill.py",
    "processes/test_kill_mail.py",
    "markup/test_render.py",
    "moderation/test_deeds.py",
    "security/test_hostile_input.py",
    "importers/test_bring_in.py",
    "web/test_citing.py",
    "security/test_crawl.py",
    "accounts/test_joining.py",
    "browser/test_desk.py",
    "browser/test_cite_picker.py",
    "browser/test_passkeys.py",
    "actions/test_merging.py",
    "web/test_writing.py",
    "web/test_flagging.py",
    "moderation/test_any_order.py",
    "security/test_limits.py",
    "security/test_oidc.py",
    "web/test_search.py",
    "moderation/test_races.py",
    "moderation/test_appeals.py",
    "web/test_queries.py",
    "actions/test_transferring.py",
    "moderation/test_flagging.py",
    "actions/test_rechecking.py",
    "web/test_references.py",
    "moderation/test_deciding.py",
    "web/test_scripts.py",
    "browser/test_flag_dialog.py",
    "browser/test_cross_site.py",
    "importers/test_sample_play.py",
    "markup/test_attacks_in_browser.py",
    "security/test_anonymous.py",
    "test_routes.py",
    "moderation/test_learning.py",
)


# While modules and tests are only being added, there is nothing to collect.
gc.disable()


def pytest_collection_finish() -> None:
    """What stays to the end is not searched for garbage again and again: that took a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with the longest files; the order is otherwise as it was."""
    places = {str(Path(__file__).parent / name): place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(str(item.path), len(places)))


def missing(what: str) -> None:
    """Skips the test and says what to install; in CI nothing may be missing."""
    (pytest.fail if IN_CI else pytest.skip)(f"missing: {what}")


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture
def frozen() -> Iterator[Clock]:
    frozen = Clock()
    with clock.running_as(frozen):
        yield frozen


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuses every connection that would leave this machine."""
    connect: Callable[[socket.socket, Any], None] = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _letters_are_kept() -> Iterator[None]:
    """Refuses every message whose facts are of a kind that cannot be kept for another language."""
    stored = retelling.stored

    def checked(letter: Letter) -> retelling.Stored:
        found = stored(letter)
        if found.facts is None and type(letter) is Letter:
            raise AssertionError(f"{letter.name} is told what cannot be kept: {letter.facts}")
        return found

    retelling.stored = checked
    yield
    retelling.stored = stored


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def own_hasher(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as slowly as in use."""
    monkeypatch.setattr(passwords, "_HASHER", hashing.OWN_HASHER)
    monkeypatch.setattr(passwords, "_NOBODY", hashing.OWN_NOBODY)


# --- a browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _driven() -> Iterator[Driven]:
    if driven.program() is None:
        missing("chromium (on Debian: apt-get install chromium-headless-shell)")
    browser = Driven()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def chromium(_driven: Driven) -> Iterator["Browser"]:
    """The one browser of this test process; a file's windows are closed at its end."""
    yield _driven.open()
    _driven.pause()


# --- databases -----------------------------------------------------------------------------------------


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    folders = (
        [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    )
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _as_postgres(command: list[str]) -> list[str]:
    # PostgreSQL refuses to run as root.
    return ["su", "postgres", "-s", "/bin/sh", "-c", " ".join(command)] if os.geteuid() == 0 else command


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """A PostgreSQL cluster of this test run alone; answers the address without a database name."""
    binaries = _binaries()
    if binaries is None:
        missing("PostgreSQL (on Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="footnote-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    port = free_port()
    run = lambda *command: subprocess.run(_as_postgres(list(command)), check=True, capture_output=True)  # noqa: E731
    data = str(folder / "data")
    run(
        f"{binaries}/initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C.UTF-8",
    )
    # What a crash of this machine would lose is lost with the tests.
    careless = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200 {careless}"
    # -l keeps the server from holding our pipes open.
    run(
        f"{binaries}/pg_ctl",
        "-D",
        data,
        "-o",
        f"'{options}'" if os.geteuid() == 0 else options,
        "-l",
        str(folder / "log"),
        "-w",
        "start",
    )
    yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    run(f"{binaries}/pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _create_postgres(cluster: str, name: str, like: str) -> str:
    admin = Database(f"{cluster}/postgres")
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'))
    admin.close()
    return f"{cluster}/{name}"


def _migrated(url: str) -> None:
    """Makes the migrated database of which the others are copies; nobody is connected to it afterwards."""
    database = Database(url)
    schema.migrate(database)
    database.close()


@pytest.fixture(scope="session")
def _sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = tmp_path_factory.mktemp("db") / "model.sqlite3"
    _migrated(f"sqlite:///{model}")
    return model


@pytest.fixture(scope="session")
def _postgres_model(postgres_cluster: str) -> str:
    url = _create_postgres(postgres_cluster, "model", "template1")
    _migrated(url)
    states.remember(Database(url))
    return "model"


@pytest.fixture(scope="session")
def new_database(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Database]]:
    """Makes an empty, migrated database of its own: new_database("sqlite") or new_database("postgresql")."""
    made: list[Database] = []

    def make(kind: str) -> Database:
        name = f"forum{len(made)}"
        if kind == "sqlite":
            path = tmp_path_factory.mktemp("db") / f"{name}.sqlite3"
            shutil.copy(request.getfixturevalue("_sqlite_model"), path)
            url = f"sqlite:///{path}"
        else:
            model = request.getfixturevalue("_postgres_model")
            url = _create_postgres(request.getfixturevalue("postgres_cluster"), name, model)
        made.append(Database(url))
        return made[-1]

    yield make
    for database in made:
        database.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_database(
    request: pytest.FixtureRequest, new_database: Callable[[str], Database]
) -> Iterator[Database]:
    database = new_database(request.param)
    yield database
    database.close()


@pytest.fixture
def db(shared_database: Database, frozen: Clock) -> Iterator[Session]:
    """A session whose changes are rolled back after the test; runs once on each database."""
    connection = shared_database.engine.execution_options(writes=True).connect()
    outer = connection.begin()
    session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    yield session
    session.close()
    outer.rollback()
    connection.close()


@pytest.fixture(scope="session")
def _again(
    new_database: Callable[[str], Database], request: pytest.FixtureRequest
) -> Callable[[str], Database]:
    """One database of each kind that is empty again, under the same address, whenever it is asked for."""
    kept: dict[str, Database] = {}

    def again(kind: str) -> Database:
        if kind not in kept:
            kept[kind] = new_database(kind)
        elif kind == "sqlite":
            _copy_again(Path(kept[kind].url.database or ""), request.getfixturevalue("_sqlite_model"))
        elif schema.present(kept[kind]) == schema.newest():
            states.begin(kept[kind])
        else:
            cluster, name = request.getfixturevalue("postgres_cluster"), kept[kind].url.database or ""
            _create_postgres(cluster, name, request.getfixturevalue("_postgres_model"))
        if kind == "sqlite":
            states.has_begun(kept[kind])
        return kept[kind]

    return again


def _copy_again(path: Path, model: Path) -> None:
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    shutil.copy(model, path)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, _again: Callable[[str], Database], frozen: Clock
) -> Iterator[Database]:
    """A whole database of the test's own, for what commits; runs once on each kind."""
    database = _again(request.param)
    yield database
    database.close()


@pytest.fixture
def sqlite(_again: Callable[[str], Database], frozen: Clock) -> Iterator[Database]:
    """The same on SQLite only, for what asks the database nothing that is not asked of both elsewhere."""
    database = _again("sqlite")
    yield database
    database.close()


# Compiling a statement, a template or a route takes longer than running it; so do reading the settings and
# packing the static files, and which certificates a client trusts. Nothing of it differs between tests.


class _Compiled(BytecodeCache):
    """Templates that were compiled once in this process."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.bytecode_to_string()


@cache
def _settings(_environment: frozenset[tuple[str, str]]) -> Settings:
    return Settings()


class _SettingsAgain(Settings):
    """As the environment says; read once for each of its states. A class, because annotations name it."""

    def __new__(cls, **given: Any) -> Settings:  # type: ignore[misc]
        if given or "FORUM_SEMANTIC" in os.environ:  # which also looks at what is installed
            return Settings(**given)
        variables = (pair for pair in os.environ.items() if pair[0].upper().startswith("FORUM_"))
        return _settings(frozenset(variables))


@pytest.fixture(autouse=True, scope="session")
def _compiled_once() -> Iterator[None]:
    """Applications on one address share an engine, with its statements; all share what never changes."""
    engines: dict[tuple[Any, ...], Database] = {}

    def shared(settings: Settings) -> Database:
        names = ("database_url", "request_threads", "slow_threads", "busy_seconds")
        key = tuple(getattr(settings, name) for name in names)
        if key not in engines:
            engines[key] = database_of(settings)
        return engines[key]

    with pytest.MonkeyPatch.context() as patch:
        # A test process comes by more statements than a server ever does.
        patch.setattr(db_module, "create_engine", partial(create_engine, query_cache_size=10_000))
        patch.setattr(app, "database_of", shared)
        patch.setattr(app, "Static", cache(Static))
        patch.setattr(routing, "compile_path", cache(routing.compile_path))
        patch.setattr(default, "create_ssl_context", cache(default.create_ssl_context))
        patch.setattr(config, "Settings", _SettingsAgain)
        patch.setattr(templating, "Environment", partial(Environment, bytecode_cache=_Compiled()))
        yield
    for database in engines.values():
        database.close()
