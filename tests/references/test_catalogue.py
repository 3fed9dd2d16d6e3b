"""The shared table of sources, on both databases."""

import threading
from collections.abc import Sequence

import pytest
from conftest import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from forum.db import Database
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import Reference, ReferenceIdentifier, Status

DOI = Identifier(Scheme.DOI, "10.1371/journal.pone.0211023")
PMID = Identifier(Scheme.PMID, "30726251")
PAGE = Identifier(Scheme.URL, "https://example.org/page")
CSL = {
    "type": "article-journal",
    "title": "Étude of small doses",
    "author": [{"family": "Rødgaard", "given": "Ása"}],
    "container-title": "PLOS ONE",
    "issued": {"date-parts": [[2019]]},
    "DOI": "10.1371/JOURNAL.pone.0211023",
    "PMID": "30726251",
}


def enter(db: Session, *identifiers: Identifier, cited: int = 1) -> list[int]:
    known = catalogue.find_or_create(db, identifiers)
    ids = [known[identifier] for identifier in identifiers]
    db.execute(update(Reference).where(Reference.id.in_(ids)).values(citation_count=cited))
    return ids


def titles(db: Session, query: str) -> list[str]:
    return [found.title for found in catalogue.listing(db, query, None, 30).items]


def test_a_work_is_entered_once(db: Session) -> None:
    first = catalogue.find_or_create(db, [DOI, PMID, DOI])
    assert catalogue.find_or_create(db, [PAGE, DOI]) == {DOI: first[DOI], PAGE: first[DOI] + 2}
    assert catalogue.find_or_create(db, []) == {}
    assert db.scalar(select(func.count()).select_from(Reference)) == 3


def test_a_new_reference_says_what_is_known(db: Session) -> None:
    (reference_id,) = enter(db, DOI)
    view = catalogue.read(db, reference_id)
    assert view is not None
    assert (view.status, view.title) == (Status.PENDING, "doi:10.1371/journal.pone.0211023")
    assert view.slug == "doi-10-1371-journal-pone-0211023"
    assert "details not looked up yet" in view.html
    assert view.identifiers[0].href == "https://doi.org/10.1371/journal.pone.0211023"
    assert catalogue.identifier_of(db, reference_id) == DOI


def test_an_absent_reference_is_none(db: Session) -> None:
    assert catalogue.read(db, 999_999) is None
    assert catalogue.identifier_of(db, 999_999) is None
    assert catalogue.status_of(db, 999_999) is None


def test_a_record_fills_the_reference(db: Session) -> None:
    (reference_id,) = enter(db, DOI)
    catalogue.record(db, reference_id, CSL, "crossref")
    view = catalogue.read(db, reference_id)
    assert view is not None
    assert (view.status, view.source, view.type) == (Status.RESOLVED, "crossref", "article-journal")
    assert (view.title, view.slug) == ("Étude of small doses", "etude-of-small-doses")
    assert (view.label, view.container, view.year) == ("Rødgaard 2019", "PLOS ONE", 2019)
    assert view.csl == CSL
    assert "<i>PLOS ONE</i>" in view.html
    assert view.resolved_at is not None
    assert [known.text for known in view.identifiers] == [f"doi:{DOI.value}", "PMID 30726251"]
    assert catalogue.find_or_create(db, [PMID]) == {PMID: reference_id}


def test_an_identifier_that_is_taken_stays_where_it_is(db: Session) -> None:
    taken, reference_id = enter(db, PMID, DOI)
    catalogue.record(db, reference_id, {**CSL, "PMCID": "no such thing"}, "crossref")
    assert catalogue.identifiers_of(db, reference_id) == [DOI]
    assert catalogue.find_or_create(db, [PMID]) == {PMID: taken}


def test_a_record_without_a_title_keeps_the_identifier(db: Session) -> None:
    (reference_id,) = enter(db, DOI)
    catalogue.record(db, reference_id, {"type": "book"}, "crossref")
    assert titles(db, "") == [f"doi:{DOI.value}"]


def test_what_should_be_asked_about(db: Session, frozen: Clock) -> None:
    doi, pmid, page = enter(db, DOI, PMID, PAGE)
    assert catalogue.pending(db, [page, doi, pmid, 999_999]) == sorted([doi, pmid, page])
    catalogue.asked(db, doi, Status.NOT_FOUND)
    catalogue.asked(db, page, Status.PENDING)
    catalogue.record(db, pmid, CSL, "crossref")
    assert catalogue.pending(db, [doi, pmid, page]) == []
    view = catalogue.read(db, doi)
    assert view is not None
    assert "not found in any registry" in view.html
    frozen.forward(days=2)
    assert catalogue.pending(db, [doi, pmid, page]) == [doi, page]
    catalogue.asked(db, pmid, Status.NOT_FOUND)
    assert catalogue.status_of(db, pmid) == Status.RESOLVED, "there is a record"


def test_listing_finds_all_words_without_accents_and_case(db: Session) -> None:
    one, _ = enter(db, DOI, PAGE)
    catalogue.record(db, one, CSL, "crossref")
    for query in ("etude", "ÉTUDE plos", "asa 2019", "0211023", "30726251", "Rødgaard", " dose  smal "):
        assert titles(db, query) == ["Étude of small doses"], query
    for query in ("etude absent", "100%", "_", "\\", "%"):
        assert titles(db, query) == [], query
    assert len(titles(db, "")) == 2


def test_listing_shows_only_what_readers_can_see_cited(db: Session) -> None:
    enter(db, DOI, cited=0)
    enter(db, PAGE, cited=1)
    assert titles(db, "") == ["example.org/page"]
    assert titles(db, "pone") == []


def test_listing_pages_the_most_cited_first(db: Session) -> None:
    for number in range(7):
        enter(db, Identifier(Scheme.PMID, str(number + 1)), cited=1 + number % 3)
    whole = catalogue.listing(db, "", None, 30).items
    assert [found.citation_count for found in whole] == [3, 3, 2, 2, 1, 1, 1]
    seen: list[int] = []
    page = catalogue.listing(db, "", None, 2)
    while True:
        seen += [found.id for found in page.items]
        if page.next is None:
            break
        page = catalogue.listing(db, "", page.next, 2)
    assert seen == [found.id for found in whole]
    assert len(seen) == 7


def test_a_forged_cursor_is_the_first_page(db: Session) -> None:
    enter(db, DOI)
    assert len(catalogue.listing(db, "", "nonsense", 5).items) == 1


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_breaks_the_listing(db: Session, query: str) -> None:
    catalogue.listing(db, query, query, 5)


def test_two_writers_enter_a_work_once(database: Database) -> None:
    gate = threading.Barrier(2)
    found: list[dict[Identifier, int]] = []

    def cite(identifiers: Sequence[Identifier]) -> None:
        gate.wait()
        with database.writing() as db:
            found.append(catalogue.find_or_create(db, identifiers))

    for turn in range(5):
        identifiers = [Identifier(Scheme.PMID, f"{turn + 1}{n}") for n in range(8)]
        threads = [threading.Thread(target=cite, args=(each,)) for each in (identifiers, identifiers[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 10
    assert all(found[n] == found[n + 1] for n in range(0, 10, 2))
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Reference)) == 40
        assert db.scalar(select(func.count()).select_from(ReferenceIdentifier)) == 40


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", 'x" onload="y'])
def test_a_hostile_record_is_harmless(db: Session, title: str) -> None:
    (reference_id,) = enter(db, DOI)
    catalogue.record(db, reference_id, {**CSL, "title": title, "container-title": title}, "crossref")
    (found,) = catalogue.listing(db, "", None, 5).items
    assert "<script" not in found.html
    assert 'x"' not in found.html
