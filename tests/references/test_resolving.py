"""The job that looks a cited reference up, from the citation to the pages that show it."""

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Clock
from makers import make_answer, make_thread
from references.fake_services import FakeServices, Reply
from sqlalchemy import select

from forum import freshness, jobs
from forum.actions import citing
from forum.config import Settings
from forum.db import Database
from forum.discussion.tables import Thread
from forum.references import catalogue
from forum.references.tables import Reference, Status
from forum.search.find import find

DOI = "10.5555/tiny.amounts"
WORK: dict[str, Any] = {
    "DOI": "10.5555/Tiny.Amounts",
    "type": "journal-article",
    "title": ["Powerful <i>substances</i>"],
    "author": [{"family": "Johnstad", "given": "Petter"}],
    "container-title": ["Journal of <script>alert(1)</script>"],
    "issued": {"date-parts": [[2018]]},
}


@pytest.fixture
def fake() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


@pytest.fixture
def settings(fake: FakeServices) -> Settings:
    return Settings(crossref_base=fake.base, contact="team@example.org")


def cite(database: Database, *texts: str) -> tuple[int, list[int]]:
    """Threads with these texts; answers the id of the reference and those of the threads."""
    with database.writing() as db:
        thread_ids = [make_thread(db, text=text).id for text in texts]
    with database.reading() as db:
        return db.scalars(select(Reference.id).order_by(Reference.id)).first() or 0, thread_ids


def view(database: Database, reference_id: int) -> catalogue.ReferenceView:
    with database.reading() as db:
        found = catalogue.read(db, reference_id)
    assert found is not None
    return found


def generations(database: Database, *names: str) -> list[int]:
    with database.reading() as db:
        return list(freshness.read(db, names).values())


def found_threads(database: Database, words: str) -> list[int]:
    with database.reading() as db:
        return [hit.thread_id for hit in find(db, words, None, 10).items]


def test_citing_asks_and_the_answer_is_everywhere(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    fake.works[DOI] = WORK
    reference_id, thread_ids = cite(database, f"It says so [@doi:{DOI}, p. 4].", f"And again: {DOI}.")
    with database.writing() as db:
        job = jobs.claim(db)
    assert job is not None
    assert (job.name, job.payload) == ("references.resolve", {"reference_id": reference_id})
    names = (f"reference:{reference_id}", "references", *(f"thread:{number}" for number in thread_ids))
    before = generations(database, *names)
    assert found_threads(database, "substances") == []
    citing.resolve(database, settings, reference_id)
    found = view(database, reference_id)
    assert (found.status, found.title, found.label) == (
        Status.RESOLVED,
        "Powerful substances",
        "Johnstad 2018",
    )
    assert "<script>" not in found.html
    assert sorted(found_threads(database, "substances")) == sorted(thread_ids)
    assert all(new > old for new, old in zip(generations(database, *names), before, strict=True))


def test_a_second_run_asks_nobody(database: Database, fake: FakeServices, settings: Settings) -> None:
    fake.works[DOI] = WORK
    reference_id, _ = cite(database, f"It says so: {DOI}.")
    citing.resolve(database, settings, reference_id)
    citing.resolve(database, settings, reference_id)
    assert len(fake.asked) == 1


def test_an_unknown_doi_says_so_and_is_asked_again_another_day(
    database: Database, fake: FakeServices, settings: Settings, frozen: Clock
) -> None:
    reference_id, thread_ids = cite(database, f"It says so: {DOI}.")
    citing.resolve(database, settings, reference_id)
    found = view(database, reference_id)
    assert found.status == Status.NOT_FOUND
    assert "not known to Crossref" in found.html
    assert generations(database, f"thread:{thread_ids[0]}")[0] > 1
    fake.works[DOI] = WORK
    frozen.forward(days=2)
    citing.resolve(database, settings, reference_id)
    assert view(database, reference_id).status == Status.RESOLVED


def test_a_registry_that_is_away_is_asked_later(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    reference_id, _ = cite(database, f"It says so: {DOI}.")
    fake.next(Reply(429, headers={"Retry-After": "60"}))
    with pytest.raises(jobs.Later, match="429"):
        citing.resolve(database, settings, reference_id)
    found = view(database, reference_id)
    assert (found.status, found.asked_at) == (Status.PENDING, None)


def test_other_identifiers_wait(database: Database, fake: FakeServices, settings: Settings) -> None:
    reference_id, _ = cite(database, "It says so [@pmid:30726251].")
    citing.resolve(database, settings, reference_id)
    found = view(database, reference_id)
    assert (found.status, fake.asked) == (Status.PENDING, [])
    assert found.asked_at is not None
    assert "details not looked up yet" in found.html
    with database.reading() as db:
        assert catalogue.pending(db, [reference_id]) == []


def test_a_reference_that_is_gone_is_nothing_to_do(database: Database, settings: Settings) -> None:
    citing.resolve(database, settings, 999)


def test_a_post_that_readers_cannot_see_does_not_become_findable(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    fake.works[DOI] = WORK
    _, thread_ids = cite(database, "A question without a source.")
    with database.writing() as db:
        answer = make_answer(db, db.get_one(Thread, thread_ids[0]), text=f"See {DOI}.")
        answer.visible = False
        reference_id = db.scalars(select(Reference.id)).one()
    citing.resolve(database, settings, reference_id)
    assert view(database, reference_id).status == Status.RESOLVED
    assert found_threads(database, "substances") == []
