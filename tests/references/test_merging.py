"""The rows of references that become one, and two again."""

from datetime import timedelta

import pytest
from conftest import START, Clock
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.errors import Invalid, NotFound
from forum.references import catalogue, known, merging, printing, records
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Record, Related
from forum.references.tables import Reference, ReferenceNotice, ReferenceRelation, Status

DOI = Identifier(Scheme.DOI, "10.5555/one")
PMID = Identifier(Scheme.PMID, "30571677")
ARXIV = Identifier(Scheme.ARXIV, "2001.00001")


def enter(db: Session, identifier: Identifier, **told: str) -> int:
    """A reference with a record of each source; its title is what the source is told to say."""
    reference_id = catalogue.find_or_create(db, [identifier])[identifier]
    for source, title in told.items():
        records.store(db, reference_id, source, Record({"title": title}))
    records.rebuild(db, reference_id)
    return reference_id


def notice(db: Session, reference_id: int, type: str, value: str) -> None:
    db.add(
        ReferenceNotice(
            reference_id=reference_id, type=type, value=value, origins="publisher", first_seen_at=START
        )
    )
    db.flush()


def view(db: Session, reference_id: int) -> catalogue.ReferenceView:
    found = catalogue.read(db, reference_id)
    assert found is not None
    return found


def titles(db: Session, reference_id: int) -> dict[str, str]:
    return {record.source: record.csl["title"] for record in records.kept(db, reference_id)}


def test_the_winner_gets_what_it_did_not_have(db: Session) -> None:
    winner, loser = enter(db, DOI, pubmed="As PubMed has it"), enter(db, PMID, pubmed="Old", crossref="New")
    made = merging.merge(db, loser, winner, "why")
    assert titles(db, winner) == {"pubmed": "As PubMed has it", "crossref": "New"}
    assert (view(db, winner).title, view(db, winner).source) == ("New", "crossref")
    assert known.identifiers_of(db, winner) == [DOI, PMID]
    assert known.identifiers_of(db, loser) == []
    assert view(db, loser).merged_into_id == winner
    merging.undo(db, made.id)
    assert titles(db, winner) == {"pubmed": "As PubMed has it"}
    assert titles(db, loser) == {"pubmed": "Old", "crossref": "New"}
    assert (view(db, winner).title, view(db, loser).title) == ("As PubMed has it", "New")
    assert view(db, loser).merged_into_id is None


def test_undoing_returns_the_record_as_it_was(db: Session) -> None:
    winner, loser = enter(db, DOI), enter(db, PMID, pubmed="The loser’s")
    made = merging.merge(db, loser, winner, "")
    records.store(db, winner, "pubmed", Record({"title": "Read anew, of somebody’s else"}))
    records.store(db, winner, "europepmc", Record({"title": "The winner’s"}))
    merging.undo(db, made.id)
    assert titles(db, loser) == {"pubmed": "The loser’s"}
    assert titles(db, winner) == {"europepmc": "The winner’s"}


@pytest.mark.parametrize("status", [Status.PENDING, Status.NOT_FOUND])
def test_a_winner_without_a_record_is_again_without_one(db: Session, status: Status) -> None:
    winner, loser = enter(db, DOI), enter(db, PMID, pubmed="Found")
    catalogue.asked(db, winner, status)
    before = view(db, winner)
    made = merging.merge(db, loser, winner, "")
    assert (view(db, winner).status, view(db, winner).title) == (Status.RESOLVED, "Found")
    merging.undo(db, made.id)
    assert view(db, winner) == before
    assert view(db, loser).status == Status.RESOLVED


def test_notices_move_and_weigh(db: Session) -> None:
    winner, loser = enter(db, DOI), enter(db, PMID)
    for reference_id, type, value in (
        (winner, "correction", "10.1/same"),
        (loser, "correction", "10.1/same"),
        (loser, "retraction", ""),
    ):
        notice(db, reference_id, type, value)
    db.execute(update(Reference).where(Reference.id == loser).values(notice_level="retracted"))
    db.execute(update(Reference).where(Reference.id == winner).values(notice_level="corrected"))
    made = merging.merge(db, loser, winner, "")
    assert view(db, winner).notice_level == "retracted"
    found = select(ReferenceNotice.type).where(ReferenceNotice.reference_id == winner)
    assert sorted(db.scalars(found)) == ["correction", "retraction"]
    merging.undo(db, made.id)
    assert (view(db, winner).notice_level, view(db, loser).notice_level) == ("corrected", "retracted")
    assert db.scalars(found).all() == ["correction"]


def test_relations_move(db: Session) -> None:
    winner, loser = enter(db, DOI), enter(db, PMID)
    one, other = (Related("preprint-of", Identifier(Scheme.DOI, f"10.1/{n}")) for n in "12")
    records.store(db, winner, "crossref", Record({}, relations=(one,)))
    records.store(db, loser, "pubmed", Record({}, relations=(one, other)))
    made = merging.merge(db, loser, winner, "")
    found = select(ReferenceRelation.value).where(ReferenceRelation.reference_id == winner)
    assert sorted(db.scalars(found)) == ["10.1/1", "10.1/2"]
    merging.undo(db, made.id)
    assert db.scalars(found).all() == ["10.1/1"]


def test_the_next_look_is_the_earlier_one(db: Session) -> None:
    winner, loser = enter(db, DOI), enter(db, PMID)
    soon, late = START + timedelta(days=1), START + timedelta(days=9)
    db.execute(update(Reference).where(Reference.id == winner).values(check_at=late))
    db.execute(update(Reference).where(Reference.id == loser).values(check_at=soon))
    made = merging.merge(db, loser, winner, "")
    assert db.get_one(Reference, winner).check_at == soon
    assert db.get_one(Reference, loser).check_at is None
    merging.undo(db, made.id)
    assert db.get_one(Reference, loser).check_at == soon


def test_whoever_names_the_loser_finds_the_winner(db: Session) -> None:
    winner, loser = enter(db, DOI, crossref="The work"), enter(db, PMID)
    db.execute(update(Reference).where(Reference.id == winner).values(citation_count=1))
    merging.merge(db, loser, winner, "")
    assert catalogue.find_or_create(db, [PMID, DOI]) == {PMID: winner, DOI: winner}
    assert merging.homes(db, [loser, winner, 999_999]) == {loser: winner, winner: winner}
    assert "The work" in printing.of_ids(db, [loser])[loser].html
    assert list(printing.of_ids(db, [])) == []
    assert "The work" in printing.of_identifiers(db, [PMID])[PMID].html
    assert [(each.loser_id, each.title) for each in merging.into(db, winner)] == [(loser, "PMID 30571677")]


def test_chains(db: Session, frozen: Clock) -> None:
    ids = [enter(db, identifier) for identifier in (DOI, PMID, ARXIV)]
    first, second, third = ids
    lower = merging.merge(db, first, second, "")
    upper = merging.merge(db, second, third, "")
    assert [merging.home(db, each) for each in ids] == [third] * 3
    assert known.identifiers_of(db, third) == [DOI, PMID, ARXIV]
    with pytest.raises(Invalid, match="undo that merge first"):
        merging.undo(db, lower.id)
    for one, other, words in ((third, first, "one reference"), (first, third, "part of another")):
        with pytest.raises(Invalid, match=words):
            merging.merge(db, one, other, "")
    merging.undo(db, upper.id)
    assert known.identifiers_of(db, second) == [DOI, PMID]
    assert not merging.was_undone(db, first, second)
    merging.undo(db, lower.id)
    assert merging.was_undone(db, second, first) and not merging.was_undone(db, first, third)
    assert [known.identifiers_of(db, each) for each in ids] == [[DOI], [PMID], [ARXIV]]
    assert merging.into(db, second) == merging.into(db, third) == []


def test_what_is_not_there_cannot_be_merged(db: Session) -> None:
    one = enter(db, DOI)
    for pair in ((one, 999_999), (999_999, one)):
        with pytest.raises(NotFound):
            merging.merge(db, *pair, "")
    with pytest.raises(NotFound):
        merging.undo(db, 999_999)
