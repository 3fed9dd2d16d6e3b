"""A database file with the sample community, to be copied."""

import fcntl
import os
from pathlib import Path

import pytest

from forum import schema
from forum.accounts import passwords, samples
from forum.db import Database
from forum.importers.sample.play import play


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is; the first test process makes it for all."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    path = folder / "sample.sqlite3"
    with (folder / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            made = own / "making.sqlite3"
            make(made)
            made.rename(path)
    return path


def make(path: Path) -> None:
    """The sample community lives in this new file."""
    database = Database(f"sqlite:///{path}")
    schema.migrate(database)
    with database.writing() as db:
        play(db, passwords.make_hash(samples.PASSWORD), lambda done, of: None)
    database.close()
