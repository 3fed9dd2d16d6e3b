"""What tests of look-ups share: registries that know what was recorded, and a forum that asks them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Clock, missing
from references.fake_services import FakeServices
from references.looking import LookUp
from sqlalchemy import delete

from forum.config import Settings
from forum.db import Database
from forum.fetch import Known
from forum.references.identifiers import parse
from forum.references.lookup import Looked, look_up
from forum.references.tables import ServiceAnswer, ServicePace


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Database:
    return new_database(request.param)


@pytest.fixture
def blank(made: Database, frozen: Clock) -> Database:
    """A database in which nobody was asked anything; the tests of one file share it."""
    with made.writing() as db:
        db.execute(delete(ServiceAnswer))
        db.execute(delete(ServicePace))
    return made


@pytest.fixture(scope="module")
def services() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


@pytest.fixture
def fake(services: FakeServices) -> FakeServices:
    """Registries that know what was recorded."""
    services.forget()
    try:
        services.learn()
    except FileNotFoundError:
        missing("../shared/references with the recorded answers")
    return services


@pytest.fixture(scope="module")
def settings(services: FakeServices) -> Settings:
    return services.settings()


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[Known]:
    with Known(settings, sleep=lambda _: None) as client:
        yield client


@pytest.fixture
def look(blank: Database, settings: Settings, client: Known, fake: FakeServices) -> LookUp:
    """Looks up what is written as `doi:10.…`."""

    def look(written: str, **options: Any) -> Looked:
        scheme, _, value = written.partition(":")
        own = options.pop("settings", settings)
        web = fake.web(own, seconds=options.get("seconds", 5.0))
        return look_up(blank, own, client, parse(scheme, value), web=web, **options)

    return look
