"""Looking up what a member wants to cite: what is written down for the worker, and what the worker does."""

from collections.abc import Iterator

import pytest
from makers import make_account, make_answer, make_thread
from references.fake_services import FakeServices, Reply
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts.tables import Role
from forum.actions import finding, merging
from forum.clock import now
from forum.db import Database
from forum.errors import Invalid, SignInRequired
from forum.jobs import Job
from forum.references import catalogue, lookup, wordindex
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import Reference

ONE, OTHER = Identifier(Scheme.DOI, "10.5555/one"), Identifier(Scheme.PMID, "30726251")
CITATION = "Johnstad, P. (2018). Powerful substances in tiny amounts. Nordic Studies."


@pytest.fixture
def fake() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


def waiting(db: Session) -> list[tuple[str, str | None]]:
    return [
        (job.name, job.key) for job in db.scalars(select(Job).order_by(Job.id)) if job.name != "mail.deliver"
    ]


def test_each_source_is_asked_for_once(db: Session) -> None:
    actor = make_account(db)
    for _ in range(2):
        finding.look(db, actor, ONE.value)
        finding.look(db, actor, "https://doi.org/abcd")
        finding.look(db, actor, CITATION)
        finding.look(db, actor, "30726251")
    reference_id = catalogue.find_or_create(db, [ONE])[ONE]
    names = waiting(db)
    assert names[:2] == [
        ("references.resolve", f"resolve:{reference_id}"),
        ("references.expand", "expand:10/abcd"),
    ]
    assert [name for name, _ in names[2:]] == ["references.search"]
    assert jobs.waiting(db, f"search:{actor.id}:") == 1
    assert jobs.waiting(db, "search:0") == 0


def test_a_list_of_sources_is_asked_for_source_by_source(db: Session) -> None:
    finding.look(db, make_account(db), f"{CITATION}\n\nPMID: {OTHER.value}\n\nFrontiers in Psychiatry (2020)")
    assert [name for name, _ in waiting(db)] == ["references.resolve", "references.search"]


def test_guests_and_too_much_are_refused(db: Session) -> None:
    with pytest.raises(SignInRequired):
        finding.look(db, None, ONE.value)  # type: ignore[arg-type]
    for words in ("", "x" * 4001):
        with pytest.raises(Invalid):
            finding.look(db, make_account(db), words)
    assert waiting(db) == []


def test_a_search_is_kept_and_silence_is_not(database: Database, fake: FakeServices) -> None:
    settings = fake.settings()
    assert lookup.searched(database, settings, CITATION) is None
    fake.spoil("crossref", Reply(500, b""))
    finding.search(database, settings, CITATION)
    assert lookup.searched(database, settings, CITATION) is None
    fake.mend("crossref")
    with database.writing() as db:
        db.execute(text("DELETE FROM service_pace"))
    finding.search(database, settings, CITATION)
    assert lookup.searched(database, settings, CITATION) == []
    assert lookup.searched(database, settings, CITATION.upper()) == []


def test_words_follow_the_reference(db: Session) -> None:
    def record(doi: str, title: str) -> int:
        make_answer(db, make_thread(db), text=f"See [@doi:{doi}].")
        identifier = Identifier(Scheme.DOI, doi)
        reference_id = catalogue.find_or_create(db, [identifier])[identifier]
        catalogue.record(db, reference_id, {"type": "book", "title": title, "DOI": doi}, "crossref")
        return reference_id

    herons, cranes = record("10.5555/a", "On herons, Sørensen’s"), record("10.5555/b", "On cranes: É-motion")
    assert wordindex.find(db, "hero", 8) == [herons]
    assert wordindex.find(db, "SØREN", 8) == [herons]
    assert wordindex.find(db, "emotion", 8) == []
    assert wordindex.find(db, "motion crane", 8) == [cranes]
    assert sorted(wordindex.find(db, "on 5555", 8)) == [herons, cranes]
    catalogue.record(db, herons, {"type": "book", "title": "On gulls", "DOI": "10.5555/a"}, "crossref")
    assert (wordindex.find(db, "herons", 8), wordindex.find(db, "gull", 8)) == ([], [herons])
    boss = make_account(db, role=Role.MODERATOR)
    merging.merge(db, boss, cranes, herons, "The same.")
    assert wordindex.find(db, "cranes", 8) == []
    wordindex.rebuild(db)
    assert wordindex.find(db, "gull", 8) == [herons]


def test_common_words_find_the_most_cited(db: Session) -> None:
    for number in range(900):
        words = "common words rare" if number == 7 else f"common words number{number}"
        reference = Reference(title="T", slug="t", csl={}, html="", words=words, created_at=now())
        reference.citation_count = number % 50
        db.add(reference)
    db.flush()
    wordindex.rebuild(db)
    found = wordindex.find(db, "comm word", 8)
    assert [db.get_one(Reference, each).citation_count for each in found] == [49] * 8
    (rare,) = wordindex.find(db, "rare", 8)
    assert db.get_one(Reference, rare).words == "common words rare"
    assert wordindex.find(db, "number850", 8) == []  # nobody cites it
    assert len(wordindex.find(db, "number851", 8)) == 1
