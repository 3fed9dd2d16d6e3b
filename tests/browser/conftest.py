"""A running forum for what people do in a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.furnish import furnish
from browser.kinds import places_of
from browser.server import Forum
from browser.site import Site
from playwright.sync_api import Browser
from references.fake_services import FakeServices
from sampled import sample_file

__all__ = ["sample_file"]


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


@pytest.fixture(scope="module")
def shared(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    """The sample community on one server for a whole file, whose tests do not disturb each other."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(sample_file, folder / "forum.sqlite3")
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        yield running


@pytest.fixture(scope="session")
def furnished(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample community with one of everything, on one server for all who only look at it."""
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copy(sample_file, folder / "forum.sqlite3")
    new = furnish(folder / "forum.sqlite3")
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        yield Site(running, {**places_of(folder / "forum.sqlite3"), **new})


@pytest.fixture(scope="module")
def site(furnished: Site, chromium: Browser) -> Iterator[Site]:
    """The furnished forum, with windows of this file's own."""
    furnished.open(chromium)
    yield furnished
    furnished.close()
