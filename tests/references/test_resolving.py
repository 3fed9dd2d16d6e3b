"""The job that looks a cited reference up, from the citation to the pages that show it."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Clock
from consistency import consistent
from makers import make_answer, make_thread
from references.fake_registries import page
from references.fake_services import FAULTS, FakeServices
from sqlalchemy import select

from forum import freshness, jobs
from forum.actions import citing
from forum.config import Settings
from forum.db import Database
from forum.discussion.tables import Citation, Thread
from forum.moderation.tables import CaseState, ReferenceCase
from forum.references import catalogue
from forum.references.tables import Reference, ReferenceMerge, ReferenceRecord, Status
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
PMID = "30571677"


def summary(pmid: str, doi: str, title: str = "Powerful substances") -> dict[str, Any]:
    """What Europe PMC says of a work with both numbers."""
    found = {
        "source": "MED",
        "id": pmid,
        "pmid": pmid,
        "doi": doi,
        "title": title,
        "pubYear": "2018",
        "authorString": "Johnstad P.",
        "journalTitle": "Nordisk Alkohol Nark",
    }
    return {"hitCount": 1, "resultList": {"result": [found]}}


@pytest.fixture
def fake() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


@pytest.fixture
def settings(fake: FakeServices) -> Settings:
    return fake.settings()


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
    with database.reading() as db:
        assert not jobs.is_waiting(db), "one job for both posts"
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
    asked, first = len(fake.asked), view(database, reference_id)
    citing.resolve(database, settings, reference_id)
    assert len(fake.asked) == asked
    assert view(database, reference_id) == first


def test_an_unknown_doi_says_so_and_is_asked_again_another_day(
    database: Database, fake: FakeServices, settings: Settings, frozen: Clock
) -> None:
    reference_id, thread_ids = cite(database, f"It says so: {DOI}.")
    citing.resolve(database, settings, reference_id)
    found = view(database, reference_id)
    assert found.status == Status.NOT_FOUND
    assert "not found in any registry" in found.html
    assert generations(database, f"thread:{thread_ids[0]}")[0] > 1
    fake.works[DOI] = WORK
    frozen.forward(days=2)
    citing.resolve(database, settings, reference_id)
    assert view(database, reference_id).status == Status.RESOLVED


def test_what_was_known_stays_when_the_registry_forgets_it(
    database: Database, fake: FakeServices, settings: Settings, frozen: Clock
) -> None:
    fake.works[DOI] = WORK
    reference_id, _ = cite(database, f"It says so: {DOI}.")
    citing.resolve(database, settings, reference_id)
    fake.forget()
    frozen.forward(days=60)
    citing.resolve(database, settings, reference_id)
    found = view(database, reference_id)
    assert (found.status, found.title) == (Status.RESOLVED, "Powerful substances")


def test_a_registry_that_is_away_is_asked_later_for_a_week(
    database: Database, fake: FakeServices, settings: Settings, frozen: Clock
) -> None:
    reference_id, _ = cite(database, f"It says so: {DOI}.")
    fake.spoil("crossref", FAULTS["forbidden"])
    fake.tell_agency("10.5555", "Crossref")
    with pytest.raises(jobs.Later, match="403"):
        citing.resolve(database, settings, reference_id)
    found = view(database, reference_id)
    assert (found.status, found.asked_at) == (Status.PENDING, None)
    frozen.forward(days=8)
    citing.resolve(database, settings, reference_id)
    found = view(database, reference_id)
    assert (found.status, found.asked_at) == (Status.PENDING, frozen.moment)


def test_what_is_known_of_it_counts_while_the_rest_is_asked_for_again(
    database: Database, fake: FakeServices, settings: Settings, frozen: Clock
) -> None:
    fake.works[DOI] = WORK
    fake.spoil("europepmc", FAULTS["forbidden"])
    reference_id, _ = cite(database, f"It says so: {DOI}.")
    with pytest.raises(jobs.Later, match="403"):
        citing.resolve(database, settings, reference_id)
    assert view(database, reference_id).status == Status.RESOLVED
    fake.mend("europepmc")
    fake.tell("europepmc", DOI, summary(PMID, DOI))
    citing.resolve(database, settings, reference_id)
    values = [known.value for known in view(database, reference_id).identifiers]
    assert values == [DOI, PMID]
    # Who never answers is not asked for ever.
    fake.spoil("europepmc", FAULTS["forbidden"])
    frozen.forward(days=40)
    citing.resolve(database, settings, reference_id)


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


def test_a_better_reader_reads_what_is_kept_again(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    fake.works[DOI] = WORK
    reference_id, thread_ids = cite(database, f"It says so: {DOI}.")
    citing.resolve(database, settings, reference_id)
    with database.writing() as db:
        kept = db.get_one(ReferenceRecord, (reference_id, "crossref"))
        kept.csl = {"title": "As a worse reader read it"}
        db.add(
            Reference(
                status=Status.PENDING,
                title="Nameless",
                slug="",
                html="",
                words="",
                csl={},
                created_at=kept.at,
            )
        )
    asked, steps = len(fake.asked), list[tuple[int, int]]()
    assert citing.reread(database, settings, lambda *step: steps.append(step)) == 2
    assert steps == [(1, 2), (2, 2)]
    assert view(database, reference_id).title == "Powerful substances"
    assert found_threads(database, "substances") == thread_ids
    assert len(fake.asked) == asked


# --- the same work twice -------------------------------------------------------------------------------


def both(database: Database) -> tuple[int, int, int]:
    """A work cited by its DOI and by its PubMed number: the references, and the later thread."""
    reference_id, _ = cite(database, f"It says so: {DOI}.")
    _, (thread_id,) = cite(database, f"And again [@pmid:{PMID}].")
    with database.reading() as db:
        other = db.scalars(select(Reference.id).where(Reference.id != reference_id)).one()
    return reference_id, other, thread_id


def cited_in(database: Database, thread_id: int) -> list[int]:
    with database.reading() as db:
        view = select(Citation.reference_id).where(Citation.post_id == thread_id)
        return list(db.scalars(view))


def cases(database: Database) -> list[tuple[int, int | None, str]]:
    with database.reading() as db:
        found = select(ReferenceCase).order_by(ReferenceCase.id)
        return [(case.reference_id, case.other_id, case.state) for case in db.scalars(found)]


def test_what_a_registry_calls_one_work_becomes_one(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    fake.works[DOI] = WORK
    fake.tell("europepmc", DOI, summary(PMID, DOI))
    fake.tell("europepmc", PMID, summary(PMID, DOI))
    fake.spoil("pubmed", FAULTS["forbidden"])
    named, numbered, thread_id = both(database)
    with pytest.raises(jobs.Later):
        citing.resolve(database, settings, numbered)
    assert view(database, numbered).merged_into_id == named
    found = view(database, named)
    assert (found.citation_count, found.title) == (2, "Powerful substances")
    assert [known.value for known in found.identifiers] == [DOI, PMID]
    assert thread_id in found_threads(database, "substances")
    assert cases(database) == []
    # The job of the one that is gone does the same again.
    with pytest.raises(jobs.Later):
        citing.resolve(database, settings, numbered)
    assert view(database, named).citation_count == 2
    with database.writing() as db:
        assert len(db.scalars(select(ReferenceMerge)).all()) == 1
        consistent(db)


# --- web pages -----------------------------------------------------------------------------------------


PAGE = b"""<html><head><title>Powerful substances in tiny amounts</title>
<meta name="citation_title" content="Powerful substances in tiny amounts">
<meta name="citation_doi" content="10.5555/tiny.amounts"></head></html>"""


def test_a_page_leads_to_the_work_that_it_is_of(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    fake.works[DOI] = WORK | {"title": ["Powerful substances in tiny amounts"]}
    fake.pages["article"] = page(PAGE)
    reference_id, _ = cite(database, f"See [@url:{fake.base}/page/article].")
    citing.resolve(database, settings, reference_id, web=fake.web(settings))
    found = view(database, reference_id)
    assert [known.scheme for known in found.identifiers] == ["doi", "url"]
    assert (found.source, found.year) == ("crossref", 2018)


def test_a_page_never_joins_two_references(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    fake.works[DOI] = WORK | {"title": ["Powerful substances in tiny amounts"]}
    fake.pages["article"] = page(PAGE)
    named, _ = cite(database, f"It says so: {DOI}.")
    _, _ = cite(database, f"See [@url:{fake.base}/page/article].")
    with database.reading() as db:
        address = db.scalars(select(Reference.id).where(Reference.id != named)).one()
    citing.resolve(database, settings, address, web=fake.web(settings))
    assert view(database, address).merged_into_id is None
    assert cases(database) == [(address, named, CaseState.OPEN)]


# --- many at once --------------------------------------------------------------------------------------


def test_many_workers_and_writers_leave_everything_in_agreement(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    pairs = [(f"10.5555/storm.{number}", str(7000 + number)) for number in range(3)]
    for doi, pmid in pairs:
        fake.works[doi] = WORK | {"DOI": doi, "title": [f"Work {doi}"]}
        fake.tell("europepmc", doi, summary(pmid, doi))
    for doi, pmid in pairs:
        cite(database, f"See {doi}.", f"See [@pmid:{pmid}].")
    with database.reading() as db:
        ids = list(db.scalars(select(Reference.id).order_by(Reference.id)))
    start = threading.Barrier(4)

    def work(number: int) -> None:
        start.wait()
        for reference_id in ids[::2] if number % 2 else reversed(ids[::2]):
            if number < 2:
                citing.resolve(database, settings, reference_id)
            else:
                doi, pmid = pairs[(ids.index(reference_id)) // 2]
                cite(database, f"Both {doi} and [@pmid:{pmid}].")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.writing() as db:
        consistent(db)
        assert [db.get_one(Reference, each).merged_into_id for each in ids[1::2]] == ids[::2]
        assert set(db.scalars(select(Reference.citation_count).where(Reference.id.in_(ids[::2])))) == {4}
