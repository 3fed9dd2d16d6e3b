"""References that may be one work: registries are believed, everybody else is for people to judge."""

from typing import Any

import pytest
from makers import make_account, make_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Role
from forum.actions import merging, pairing
from forum.moderation import cases
from forum.moderation.tables import CaseState, LogEntry, ReferenceCase
from forum.references import catalogue, known, precedence, records
from forum.references import merging as rows_of
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Record, Related
from forum.references.tables import ReferenceMerge

DOI = Identifier(Scheme.DOI, "10.5555/one")
PMID = Identifier(Scheme.PMID, "30571677")
ARXIV = Identifier(Scheme.ARXIV, "2001.00001")
URL = Identifier(Scheme.URL, "https://example.org/page")
CSL: dict[str, Any] = {
    "type": "article-journal",
    "title": "Powerful substances in tiny amounts: an interview study",
    "author": [{"family": "Johnstad", "given": "Petter"}],
    "issued": {"date-parts": [[2018]]},
}


def cited(db: Session, *identifiers: Identifier) -> list[int]:
    """References that a thread cites, in the order of their ids."""
    make_thread(db, text=" and ".join(f"[@{scheme}:{value}]" for scheme, value in identifiers))
    ids = catalogue.find_or_create(db, identifiers)
    return [ids[identifier] for identifier in identifiers]


def asked(db: Session) -> list[tuple[int, int | None, str]]:
    found = db.scalars(select(ReferenceCase).order_by(ReferenceCase.id))
    return [(case.reference_id, case.other_id, case.state) for case in found]


@pytest.mark.parametrize("turned", [False, True])
def test_what_a_registry_says_is_done(db: Session, turned: bool) -> None:
    one, other = cited(db, DOI, PMID)
    pair = (other, one) if turned else (one, other)
    assert pairing.join(db, pair[0], {pair[1]: "europepmc"}, certain=True) == one
    assert rows_of.home(db, other) == one
    entry = db.scalars(select(LogEntry)).one()
    assert (entry.actor_id, entry.reason) == (None, "Europe PMC says that they are one work.")
    assert asked(db) == []
    # Once more changes nothing.
    assert pairing.join(db, other, {one: "europepmc"}, certain=True) == one
    assert len(db.scalars(select(ReferenceMerge)).all()) == 1


def test_three_become_one(db: Session) -> None:
    one, other, third = sorted(cited(db, DOI, PMID, ARXIV))
    assert pairing.join(db, third, {one: "pubmed", other: "pubmed"}, certain=True) == one
    assert [rows_of.home(db, each) for each in (one, other, third)] == [one] * 3


@pytest.mark.parametrize(
    ("source", "certain"),
    [("page", True), ("openalex", True), ("member", True), ("sample", True), ("crossref", False)],
)
def test_what_anybody_else_says_is_for_people(db: Session, source: str, certain: bool) -> None:
    one, other = cited(db, DOI, URL)
    assert pairing.join(db, other, {one: source}, certain=certain) == other
    assert asked(db) == [(other, one, CaseState.OPEN)]
    assert rows_of.home(db, other) == other


def test_two_identifiers_of_a_kind_are_for_people(db: Session) -> None:
    one, other = cited(db, DOI, PMID)
    known.attach(db, other, Identifier(Scheme.DOI, "10.5555/another"), "pubmed")
    pairing.join(db, one, {other: "pubmed"}, certain=True)
    assert asked(db) == [(other, one, CaseState.OPEN)]


def test_two_addresses_are_no_contradiction(db: Session) -> None:
    one, other = cited(db, DOI, URL)
    known.attach(db, one, Identifier(Scheme.URL, "https://example.org/other"), "member")
    assert pairing.join(db, other, {one: "doi.org"}, certain=True) == one


def test_what_somebody_parted_stays_two(db: Session) -> None:
    one, other = cited(db, DOI, PMID)
    pairing.join(db, one, {other: "pubmed"}, certain=True)
    (made,) = db.scalars(select(ReferenceMerge))
    merging.undo(db, make_account(db, role=Role.MODERATOR), made.id)
    assert pairing.join(db, one, {other: "pubmed"}, certain=True) == one
    pairing.ask_people(db, one, other, "")
    assert rows_of.home(db, other) == other
    assert asked(db) == []


def test_what_somebody_decided_is_not_asked_again(db: Session) -> None:
    one, other = cited(db, DOI, PMID)
    for _ in range(2):
        pairing.join(db, one, {other: "page"}, certain=True)
    case = db.scalars(select(ReferenceCase)).one()
    cases.settle(db, case, CaseState.DECLINED, make_account(db, role=Role.MODERATOR).id, "")
    pairing.join(db, other, {one: "page"}, certain=True)
    assert asked(db) == [(other, one, CaseState.DECLINED)]


def describe(db: Session, reference_id: int, *relations: Related) -> None:
    records.store(db, reference_id, "crossref", Record(CSL, relations=relations))
    records.rebuild(db, reference_id)


def test_works_that_look_alike_are_for_people(db: Session) -> None:
    one, other = cited(db, DOI, Identifier(Scheme.DOI, "10.5555/reprint"))
    describe(db, one)
    pairing.suspect(db, one)
    assert asked(db) == []
    describe(db, other)
    for each in (one, other):
        pairing.suspect(db, each)
    assert asked(db) == [(other, one, CaseState.OPEN)]


def test_a_paper_and_its_preprint_are_two_works(db: Session) -> None:
    preprint = Identifier(Scheme.DOI, "10.5555/pre")
    one, other = cited(db, DOI, preprint)
    describe(db, one, Related("has-preprint", preprint))
    describe(db, other)
    pairing.suspect(db, other)
    assert asked(db) == []


def test_every_registry_has_a_name() -> None:
    assert set(precedence.NAMES) > precedence.REGISTRIES
    assert not precedence.REGISTRIES & {"openalex", "page", "member"}
