"""States of a database that are made once and put back when they are wanted: rows are quicker than acts."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from forum.clock import now
from forum.db import Database

T = TypeVar("T")

#: The rows and the numbers that a migrated database begins with, kept beside its tables.
_REMEMBER = """
CREATE SCHEMA rows;
CREATE SCHEMA numbers;
CREATE TABLE numbers.next AS
  SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
DO $$ DECLARE one text; filled boolean; BEGIN
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%%I)', one) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE rows.%%I AS TABLE public.%%I', one, one); END IF;
  END LOOP;
END $$
"""
#: Makes the database as it began: to copy the model once more would take ten times as long.
_BACK = """
DO $$ DECLARE one text; filled boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%%I)', one) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM public.%%I', one); END IF;
  END LOOP;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'rows' LOOP
    EXECUTE format('INSERT INTO public.%%I SELECT * FROM rows.%%I', one, one);
  END LOOP;
  PERFORM setval(
    format('public.%%I', sequencename)::regclass, coalesce(next.last_value, 1), next.last_value IS NOT NULL
  ) FROM numbers.next JOIN pg_sequences now USING (sequencename)
  WHERE now.schemaname = 'public' AND now.last_value IS DISTINCT FROM next.last_value;
END $$
"""
_ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
#: How databases looked when they had just become as the migrations make them, by their addresses.
_begun: dict[str, object] = {}
#: What was made, and the whole database after that, by what it depends on.
_made: dict[tuple[object, ...], tuple[Any, sqlite3.Connection]] = {}


def remember(database: Database) -> None:
    """`begin` makes the database, and each that is copied from it, as it is now. PostgreSQL only."""
    _run(database, _REMEMBER)
    database.close()


def begin(database: Database) -> None:
    """Nobody else is connected to the database, and it is as it was remembered. PostgreSQL only."""
    _run(database, _ALONE, _BACK)
    database.close()


def has_begun(database: Database) -> None:
    """From here on it is known whether anything has been written to the database. SQLite only."""
    _begun[str(database.url)] = _look(database)


def once(database: Database, make: Callable[[Database], T]) -> T:
    """What `make` makes and answers; in an SQLite file just begun, the second time, its rows are put back.

    It must do the same whenever the clock, which stands still, and the settings are the same, and leave
    nothing but rows.
    """
    moment = now()
    if not database.is_sqlite or moment != now() or _begun.get(str(database.url)) != _look(database):
        return make(database)
    settings = frozenset(pair for pair in os.environ.items() if pair[0].startswith("FORUM_"))
    key = (str(database.url), make, moment, settings)
    if key in _made:
        made, state = _made[key]
        _put_back(database, state)
    else:
        made = make(database)
        _made[key] = (made, _keep(database))
    return deepcopy(made)


def _look(database: Database) -> object:
    """Something else after every change."""
    path = Path(database.url.database or "")
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_mtime_ns, log.exists() and log.stat().st_size


def _keep(database: Database) -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(sqlite3.connect(database.url.database or "")) as there:
        there.backup(kept)
    return kept


def _put_back(database: Database, state: sqlite3.Connection) -> None:
    # As somebody who writes, not as a file in its place: others may be connected.
    with closing(sqlite3.connect(database.url.database or "")) as there:
        there.execute("PRAGMA synchronous=OFF")
        state.backup(there)


def _run(database: Database, *scripts: str) -> None:
    with database.engine.begin() as connection:
        for script in scripts:
            connection.exec_driver_sql(script)
