"""Engine, sessions and column types: one embedded SQLite file, or PostgreSQL.

A session begins with its first statement, so an action does its slow pure work (rendering, hashing) before
it asks the database anything: on SQLite a write holds the only write lock from BEGIN IMMEDIATE to COMMIT.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    Executable,
    MetaData,
    Row,
    Select,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from forum.config import Settings
from forum.errors import Busy, NotReady

__all__ = ["Database", "Document", "Session", "Table", "UTCDateTime", "database_of", "row", "rows"]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Errors do not quote what somebody wrote: they are logged.
_DISCREET: Mapping[str, Any] = {"hide_parameters": True}

#: A row whose columns only its reader knows, and the `select()` that makes such rows.
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

#: The name, as a number, of the lock that whoever writes to PostgreSQL holds.
WRITER = 0x666F6F74

#: Lock not available, deadlock, serialization failure, cancelled by the statement's time-out.
BUSY_STATES = {"55P03", "40P01", "40001", "57014"}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: A JSON document: JSONB on PostgreSQL, text on SQLite.
Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Table(DeclarativeBase):
    """What every table of the forum inherits."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime(), dict[str, Any]: Document, list[Any]: Document}


class Database:
    """One engine and its two kinds of session."""

    def __init__(self, url: str, *, busy_seconds: float = 5.0, connections: int = 8) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = (
            _sqlite(url, busy_seconds, connections)
            if self.is_sqlite
            else _postgres(url, busy_seconds, connections)
        )
        self._writer = self.engine.execution_options(writes=True)
        self._reader = self.engine
        if not self.is_sqlite:
            self._reader = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing."""
        with _busy_is_clear(), Session(self._reader, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed together, or not at all. Busy when the wait was too long."""
        with _busy_is_clear(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        self.engine.dispose()


def database_of(settings: Settings) -> Database:
    """The database, with a connection for each thread that may ask for one."""
    connections = settings.request_threads + settings.slow_threads + 2
    try:
        return Database(settings.database_url, busy_seconds=settings.busy_seconds, connections=connections)
    except OSError as error:
        raise NotReady(f"{error.filename} cannot be made for the database: {error.strerror}") from None


def rows(db: Session, statement: Executable, **values: Any) -> Sequence[AnyRow]:
    """All rows of a `select()` of columns: read by Core, without the cost of entities."""
    return db.connection().execute(statement, values).all()


def row(db: Session, statement: Executable, **values: Any) -> AnyRow | None:
    """The first row of a `select()` of columns, or None."""
    return db.connection().execute(statement, values).first()


def _sqlite(url: str, busy_seconds: float, connections: int) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, pool_size=connections, max_overflow=4, connect_args={"check_same_thread": False}, **_DISCREET
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own BEGIN is late and never IMMEDIATE, so it is switched off and ours is sent below.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={int(busy_seconds * 1000)}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-65536",
            "mmap_size=4294967296",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # Straight to the driver: this one waits for nobody, and every page begins with it.
            connection.connection.cursor().execute("BEGIN")

    return engine


def _postgres(url: str, busy_seconds: float, connections: int) -> Engine:
    # No JIT: by its costs a search in a large forum seems worth compiling, which takes three times as long.
    options = f"-c lock_timeout={int(busy_seconds * 1000)} -c timezone=UTC -c jit=off"
    connecting = {"connect_args": {"options": options}, "pool_pre_ping": True}
    engine = create_engine(url, pool_size=connections, max_overflow=4, **connecting, **_DISCREET)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Writers take turns, as on SQLite. Nearly every act raises counters of several accounts, tags and
        # references, and acts that do so side by side would wait for each other in a ring.
        if connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")

    return engine


@contextmanager
def _busy_is_clear() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if _is_busy(error):
            raise Busy from error
        raise


def _is_busy(error: DBAPIError) -> bool:
    original = error.orig
    if isinstance(original, sqlite3.OperationalError):
        return "locked" in str(original) or "busy" in str(original)
    return isinstance(error, OperationalError) and getattr(original, "sqlstate", None) in BUSY_STATES
