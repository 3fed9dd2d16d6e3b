"""A running forum for what people do in a browser."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.server import Forum
from references.fake_services import FakeServices

from forum import schema
from forum.accounts import passwords, samples
from forum.db import Database
from forum.importers.sample.play import play


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the sample community, to be copied; the first test process makes it for all."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    path = folder / "sample.sqlite3"
    with (folder / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _make_sample(own / "sample.sqlite3").rename(path)
    return path


def _make_sample(path: Path) -> Path:
    database = Database(f"sqlite:///{path}")
    schema.migrate(database)
    with database.writing() as db:
        play(db, passwords.make_hash(samples.PASSWORD), lambda done, of: None)
    database.close()
    return path


@pytest.fixture
def crossref() -> Iterator[FakeServices]:
    """A Crossref that knows nothing until a test tells it."""
    with FakeServices().running() as fake:
        yield fake


@pytest.fixture
def forum(sample_file: Path, tmp_path: Path, crossref: FakeServices) -> Iterator[Forum]:
    """The sample community on a server of the test's own; nothing is looked up before the test says so."""
    shutil.copy(sample_file, tmp_path / "forum.sqlite3")
    with Forum(tmp_path, crossref.base).running("--no-worker") as running:
        yield running
