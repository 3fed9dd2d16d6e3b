"""Notices are kept once, whoever tells them and however often; a reference stands as all of them say."""

from datetime import date

import pytest
from conftest import Clock
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.references import catalogue, cautions, known, noticing, standing
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Noticed, Record
from forum.references.tables import Reference, ReferenceNotice

OWN = Identifier(Scheme.DOI, "10.5555/work")
NOTICE = Identifier(Scheme.DOI, "10.5555/notice")
BY_PUBLISHER = Noticed("retraction", "publisher", date(2020, 5, 22), NOTICE)
BY_WATCH = Noticed("retraction", "retraction-watch", date(2020, 6, 4), NOTICE)
BY_PUBMED = Noticed("retraction", "pubmed", None, Identifier(Scheme.PMID, "123456"))


@pytest.fixture
def reference_id(db: Session) -> int:
    return catalogue.find_or_create(db, [OWN])[OWN]


def level(db: Session, reference_id: int) -> str:
    return str(db.scalar(select(Reference.notice_level).where(Reference.id == reference_id)))


def kept(db: Session, reference_id: int) -> list[tuple[str, str, list[str]]]:
    return [(each.type, each.day, [*each.origins]) for each in standing.notices(db, reference_id)]


def test_a_notice_is_kept_and_weighs(db: Session, reference_id: int) -> None:
    assert noticing.keep(db, reference_id, [BY_PUBLISHER])
    assert level(db, reference_id) == "retracted"
    (view,) = standing.notices(db, reference_id)
    assert (view.href, view.origins) == ("https://doi.org/10.5555/notice", ["publisher"])


def test_told_again_is_nothing_new(db: Session, reference_id: int) -> None:
    noticing.keep(db, reference_id, [BY_PUBLISHER, BY_WATCH])
    assert not noticing.keep(db, reference_id, [BY_WATCH, BY_PUBLISHER])
    assert not noticing.keep(db, reference_id, [])
    assert len(kept(db, reference_id)) == 1


def test_a_second_witness_is_one_more_origin(db: Session, reference_id: int) -> None:
    noticing.keep(db, reference_id, [BY_PUBMED])
    (row,) = db.scalars(select(ReferenceNotice))
    row.told_at = row.first_seen_at
    assert noticing.keep(db, reference_id, [BY_PUBLISHER])
    assert noticing.keep(db, reference_id, [BY_WATCH])
    assert kept(db, reference_id) == [
        ("retraction", "2020-06-04", ["publisher", "pubmed", "retraction-watch"])
    ]
    (again,) = noticing.in_force(db, reference_id)
    assert (again.id, again.value, again.told_at) == (row.id, NOTICE.value, row.first_seen_at)


def test_what_is_no_longer_told_stays(db: Session, reference_id: int) -> None:
    noticing.keep(db, reference_id, [BY_WATCH])
    noticing.keep(db, reference_id, [Noticed("correction", "publisher", date(2021, 1, 1))])
    assert [type for type, *_ in kept(db, reference_id)] == ["correction", "retraction"]
    assert level(db, reference_id) == "retracted"


def test_two_that_turn_out_to_be_one_become_one(db: Session, reference_id: int) -> None:
    one = Noticed("correction", "crossref", date(2020, 1, 1), NOTICE)
    other = Noticed("correction", "pubmed", date(2021, 1, 1), Identifier(Scheme.PMID, "77"))
    noticing.keep(db, reference_id, [one, other])
    assert len(kept(db, reference_id)) == 2
    # Retraction by two numbers that nothing contradicts is one from the start.
    noticing.keep(db, reference_id, [BY_PUBMED])
    noticing.keep(db, reference_id, [BY_PUBLISHER])
    assert [type for type, *_ in kept(db, reference_id)].count("retraction") == 1


def test_a_correction_is_no_warning(db: Session, reference_id: int) -> None:
    noticing.keep(db, reference_id, [Noticed("erratum", "publisher", date(2020, 1, 1))])
    assert (level(db, reference_id), noticing.in_force(db, reference_id)) == ("corrected", [])


def test_a_reinstatement_lifts(db: Session, reference_id: int) -> None:
    noticing.keep(db, reference_id, [BY_WATCH])
    assert noticing.keep(db, reference_id, [Noticed("reinstatement", "retraction-watch", date(2021, 1, 1))])
    assert (level(db, reference_id), noticing.in_force(db, reference_id)) == ("none", [])


def test_only_registries_titles_count() -> None:
    record = Record(csl={"title": "RETRACTED: A small dose"})
    assert noticing.told([("crossref", record)]) == [Noticed("retraction", "title")]
    assert noticing.told([("page", record)]) == []
    assert noticing.told([("crossref", Record(csl={"title": "Retraction—A small dose"}))]) == []


def test_silence_is_an_answer_only_from_those_who_know() -> None:
    record = Record(csl={})
    assert noticing.is_answered([("crossref", record)], ["pubmed"])
    assert not noticing.is_answered([("europepmc", record)], ["crossref"])
    assert not noticing.is_answered([("datacite", record), ("page", record)], [])
    assert not noticing.is_answered([], [])


def test_not_checked_is_not_clean(db: Session, reference_id: int, frozen: Clock) -> None:
    noticing.keep(db, reference_id, [BY_WATCH])
    noticing.put_off(db, [reference_id], noticing.RETRY)
    view = catalogue.read(db, reference_id)
    assert view is not None
    assert view.checked_at is None
    noticing.checked(db, reference_id)
    view = catalogue.read(db, reference_id)
    assert view is not None
    assert view.checked_at == frozen.moment


def test_whoever_cites_what_was_retracted_is_warned(db: Session, reference_id: int) -> None:
    other = Identifier(Scheme.DOI, "10.5555/sound")
    catalogue.find_or_create(db, [other])
    assert cautions.of_cited(db, [OWN, other], []) == []
    noticing.keep(db, reference_id, [BY_WATCH])
    (words,) = cautions.of_cited(db, [OWN, other], [])
    assert words.startswith("doi:10.5555/work was retracted. ")
    # Numbers lead only to what readers can see.
    assert cautions.of_cited(db, [], [reference_id]) == []
    db.get_one(Reference, reference_id).citation_count = 1
    db.flush()
    assert len(cautions.of_cited(db, [], [reference_id])) == 1
    assert cautions.of_cited(db, [Identifier(Scheme.DOI, "10.5555/new")], [987654]) == []
    assert known.owners(db, []) == {}
