"""What each source says is kept, and the reference says what the most trusted of them say."""

from datetime import timedelta
from typing import Any

import pytest
from conftest import START, Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.references import catalogue, duplicates, precedence, provenance, records
from forum.references.identifiers import Identifier, Scheme
from forum.references.precedence import Kept
from forum.references.resolvers import Record, Related
from forum.references.tables import Reference, ReferenceIdentifier, ReferenceRecord, ReferenceRelation, Status

DOI = Identifier(Scheme.DOI, "10.1177/145507251703400404")
PMID = Identifier(Scheme.PMID, "32934486")
#: Johnstad's paper as Crossref and as PubMed tell it.
CROSSREF: dict[str, Any] = {
    "type": "article-journal",
    "title": "Powerful substances in tiny amounts: An interview study of psychedelic microdosing",
    "author": [{"family": "Johnstad", "given": "Petter Grahl"}],
    "container-title": "Nordic Studies on Alcohol and Drugs",
    "volume": "35",
    "issue": "1",
    "page": "39-51",
    "issued": {"date-parts": [[2018, 2]]},
    "DOI": DOI.value,
}
PUBMED: dict[str, Any] = {
    "type": "article-journal",
    "title": "Powerful substances in tiny amounts",
    "author": [{"family": "Johnstad", "given": "PG"}],
    "container-title": "Nordisk alkohol- & narkotikatidskrift : NAT",
    "container-title-short": "Nordisk Alkohol Nark",
    "volume": "035",
    "page": "39–51",
    "issued": {"date-parts": [[2017]]},
    "PMID": PMID.value,
}


def enter(db: Session, *identifiers: Identifier) -> int:
    first, *rest = identifiers
    reference_id = catalogue.find_or_create(db, [first])[first]
    records.store(db, reference_id, "member", Record({}, tuple(rest)))
    return reference_id


def tell(db: Session, reference_id: int, source: str, csl: dict[str, Any], **more: Any) -> list[int]:
    others = records.store(db, reference_id, source, Record(csl, **more))
    records.rebuild(db, reference_id)
    return others


def view(db: Session, reference_id: int) -> catalogue.ReferenceView:
    found = catalogue.read(db, reference_id)
    assert found is not None
    return found


def count(db: Session, table: type) -> int:
    db.flush()
    return db.scalar(select(func.count()).select_from(table)) or 0


# --- one from many -------------------------------------------------------------------------------------


def test_each_field_is_from_the_most_trusted_source(db: Session) -> None:
    reference_id = enter(db, DOI)
    tell(db, reference_id, "pubmed", PUBMED)
    assert view(db, reference_id).container.startswith("Nordisk")
    tell(db, reference_id, "crossref", CROSSREF)
    found = view(db, reference_id)
    assert found.csl == PUBMED | CROSSREF
    assert (found.source, found.year, found.container) == (
        "crossref",
        2018,
        "Nordic Studies on Alcohol and Drugs",
    )
    assert "nordisk alkohol nark" in db.get_one(Reference, reference_id).words


def test_the_order_in_which_sources_come_is_of_no_account(db: Session) -> None:
    one, other = enter(db, DOI), enter(db, PMID)
    tell(db, one, "crossref", CROSSREF)
    tell(db, one, "pubmed", PUBMED)
    tell(db, other, "pubmed", PUBMED)
    tell(db, other, "crossref", CROSSREF)
    assert view(db, one).csl == view(db, other).csl


def test_what_a_member_corrected_stands_above_all(db: Session) -> None:
    reference_id = enter(db, DOI)
    tell(
        db, reference_id, "member", {"title": "As it stands on the page", "issue": ""}, evidence="qualitative"
    )
    tell(db, reference_id, "crossref", CROSSREF, evidence="other")
    found = view(db, reference_id)
    assert (found.title, found.container) == ("As it stands on the page", CROSSREF["container-title"])
    assert "issue" not in found.csl
    assert (found.evidence, found.source) == ("qualitative", "crossref")
    assert "As it stands" in found.html and "35(1)" not in found.html


def test_a_vague_type_gives_way(db: Session) -> None:
    reference_id = enter(db, DOI)
    tell(db, reference_id, "crossref", CROSSREF | {"type": "document"})
    assert view(db, reference_id).type == "document"
    tell(db, reference_id, "pubmed", PUBMED)
    assert view(db, reference_id).type == "article-journal"


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({}, ""),
        ({"crossref": ""}, ""),
        ({"crossref": "other"}, "other"),
        ({"crossref": "other", "pubmed": "randomized-trial"}, "randomized-trial"),
        ({"crossref": "observational", "pubmed": "randomized-trial"}, "randomized-trial"),
        ({"crossref": "observational", "pubmed": "other"}, "observational"),
        ({"crossref": "observational", "page": "news"}, "observational"),
        ({"member": "other", "pubmed": "randomized-trial"}, "other"),
    ],
)
def test_the_kind_of_evidence_is_from_whoever_has_read_it(
    db: Session, told: dict[str, str], kind: str
) -> None:
    reference_id = enter(db, DOI)
    for source, evidence in told.items():
        tell(db, reference_id, source, {}, evidence=evidence)
    assert view(db, reference_id).evidence == kind


def test_the_free_copy_is_the_best_one(db: Session) -> None:
    reference_id = enter(db, DOI)
    tell(db, reference_id, "europepmc", PUBMED, free_copy="https://europepmc.org/x")
    assert view(db, reference_id).free_copy == "https://europepmc.org/x"
    tell(db, reference_id, "unpaywall", {}, free_copy="https://example.org/x.pdf")
    assert view(db, reference_id).free_copy == "https://example.org/x.pdf"
    tell(db, reference_id, "unpaywall", {})
    assert view(db, reference_id).free_copy == "https://europepmc.org/x"


def test_a_record_without_words_resolves_nothing(db: Session) -> None:
    reference_id = enter(db, DOI)
    tell(db, reference_id, "pmc", {}, identifiers=(DOI, PMID))
    found = view(db, reference_id)
    assert (found.status, found.resolved_at) == (Status.PENDING, None)
    assert found.title == f"doi:{DOI.value}" and "details not looked up yet" in found.html
    catalogue.asked(db, reference_id, Status.NOT_FOUND)
    records.rebuild(db, reference_id)
    assert view(db, reference_id).status == Status.NOT_FOUND
    assert "not found in any registry" in view(db, reference_id).html


def test_a_reference_that_is_gone_is_not_rebuilt(db: Session) -> None:
    records.rebuild(db, 999_999)


_SOURCES = st.sampled_from([*precedence.NAMES, "sample", "bench"])
_FIELDS = st.dictionaries(
    st.sampled_from(["title", "volume", "type", "page"]), st.sampled_from("ab") | st.just("")
)


@given(st.dictionaries(_SOURCES, _FIELDS, max_size=5), st.randoms())
@settings(max_examples=80, deadline=None)
def test_no_field_gets_lost_or_made_up(told: dict[str, dict[str, str]], dice: Any) -> None:
    kept = [Kept(source, csl, "", {}, START) for source, csl in told.items()]
    merged = precedence.merged(kept)
    dice.shuffle(kept)
    assert precedence.merged(kept) == merged
    hidden = set(told.get("member", {}))
    for field in ("title", "volume", "page"):
        values = {csl[field] for source, csl in told.items() if csl.get(field)}
        if field not in hidden:
            assert merged.get(field) in (values or {None})
        else:
            assert merged.get(field, "") == told["member"][field]


# --- keeping -------------------------------------------------------------------------------------------


def test_storing_twice_is_storing_once(db: Session) -> None:
    reference_id = enter(db, DOI)
    related = Related("preprint-of", Identifier(Scheme.DOI, "10.1/x"))
    for _ in range(2):
        tell(db, reference_id, "crossref", CROSSREF, identifiers=(DOI, PMID), relations=(related, related))
    assert count(db, ReferenceIdentifier) == 2
    assert count(db, ReferenceRelation) == 1
    assert count(db, ReferenceRecord) == 2
    tell(db, reference_id, "crossref", {"title": "Another"})
    assert view(db, reference_id).csl == {"title": "Another"}


def test_relations_are_those_that_the_source_states_now(db: Session) -> None:
    reference_id = enter(db, DOI)
    first, second = (Related("has-preprint", Identifier(Scheme.DOI, f"10.1/{n}")) for n in "12")
    tell(db, reference_id, "crossref", CROSSREF, relations=(first,))
    tell(db, reference_id, "pubmed", PUBMED, relations=(first, second))
    tell(db, reference_id, "crossref", CROSSREF)
    tell(db, reference_id, "pubmed", PUBMED, relations=(second,))
    stated = select(ReferenceRelation.value, ReferenceRelation.asserted_by)
    assert db.execute(stated).all() == [("10.1/2", "pubmed")]


def test_a_registry_confirms_what_somebody_typed(db: Session) -> None:
    reference_id = enter(db, DOI)
    by = select(ReferenceIdentifier.asserted_by)
    assert db.scalars(by).all() == ["member"]
    tell(db, reference_id, "crossref", CROSSREF, identifiers=(DOI,))
    assert db.scalars(by).all() == ["crossref"]
    tell(db, reference_id, "pubmed", PUBMED, identifiers=(DOI,))
    assert db.scalars(by).all() == ["crossref"]


def test_an_identifier_of_another_reference_is_told(db: Session) -> None:
    other, reference_id = enter(db, PMID), enter(db, DOI)
    assert tell(db, reference_id, "crossref", CROSSREF, identifiers=(DOI, PMID)) == [other]
    assert catalogue.find_or_create(db, [PMID]) == {PMID: other}


# --- where it comes from -------------------------------------------------------------------------------


def said(db: Session, reference_id: int) -> dict[str, tuple[str, str, list[tuple[str, str]]]]:
    fields = provenance.provenance(db, reference_id)
    return {f.name: (f.value, f.source, [tuple(other) for other in f.others]) for f in fields}


def test_each_field_tells_where_it_is_from_and_who_disagrees(db: Session, frozen: Clock) -> None:
    reference_id = enter(db, DOI)
    tell(db, reference_id, "pubmed", PUBMED, evidence="qualitative")
    frozen.forward(days=1)
    tell(db, reference_id, "crossref", CROSSREF, evidence="other")
    fields = said(db, reference_id)
    assert list(fields) == ["title", "authors", "year", "container", "volume", "issue", "pages", "evidence"]
    assert fields["title"] == (CROSSREF["title"], "crossref", []), "only the subtitle is missing"
    assert fields["authors"] == ("Johnstad PG", "crossref", [])
    assert fields["year"] == ("2018", "crossref", [("pubmed", "2017")])
    assert fields["container"][2] == [("pubmed", PUBMED["container-title"])]
    assert fields["pages"] == ("39-51", "crossref", [])
    assert fields["evidence"] == ("qualitative study", "pubmed", [])
    at = {field.name: field.at for field in provenance.provenance(db, reference_id)}
    assert at["title"] - at["evidence"] == timedelta(days=1)


def test_print_and_online_years_are_both_right(db: Session) -> None:
    reference_id = enter(db, DOI)
    tell(db, reference_id, "crossref", CROSSREF, about={"years": "2017 2018"})
    tell(db, reference_id, "pubmed", PUBMED)
    assert said(db, reference_id)["year"] == ("2018", "crossref", [])


@pytest.mark.parametrize(
    ("field", "one", "other", "agree"),
    [
        ("title", {"title": "RETRACTED: On <i>small</i> doses"}, {"title": "On small doses."}, True),
        ("title", {"title": "On small doses II"}, {"title": "On small doses III"}, False),
        ("container", {"container-title": "PLoS ONE"}, {"container-title": "PLOS One"}, True),
        (
            "container",
            {"container-title": "Journal of Psychopharmacology"},
            {"container-title": "J Psychopharmacol"},
            True,
        ),
        ("container", {"container-title": "Addiction"}, {"container-title": "Nature"}, False),
        (
            "authors",
            {"author": [{"family": "Müller"}]},
            {"author": [{"family": "Mueller", "given": "K"}]},
            True,
        ),
        ("authors", {"author": [{"family": "Polito"}]}, {"author": [{"family": "Stevenson"}]}, False),
        ("authors", {"author": [{"literal": "WHO"}]}, {"author": [{"literal": "WHO"}]}, True),
        ("pages", {"page": "1215-21"}, {"page": "1215–1221"}, True),
        ("pages", {"page": "1215-21"}, {"page": "15-21"}, False),
        ("pages", {"page": "e0211023"}, {"number": "e0211023"}, True),
        ("publisher", {"publisher": "Sage."}, {"publisher": "SAGE"}, True),
        ("publisher", {"publisher": "Sage"}, {"publisher": "Wiley"}, False),
        ("issue", {"issue": "1"}, {"issue": "Suppl 1"}, False),
    ],
)
def test_only_disagreement_that_matters_is_told(
    db: Session, field: str, one: dict[str, Any], other: dict[str, Any], agree: bool
) -> None:
    reference_id = enter(db, DOI)
    tell(db, reference_id, "crossref", one)
    tell(db, reference_id, "pubmed", other)
    assert bool(said(db, reference_id)[field][2]) is not agree


def test_many_authors_are_counted(db: Session) -> None:
    reference_id = enter(db, DOI)
    tell(db, reference_id, "crossref", {"author": [{"family": f"A{n}"} for n in range(30)]})
    assert said(db, reference_id)["authors"][0].endswith("A9 and 20 more")


def test_who_is_corrected_is_still_told(db: Session) -> None:
    reference_id = enter(db, DOI)
    tell(db, reference_id, "crossref", CROSSREF, evidence="observational")
    tell(db, reference_id, "member", {"issued": {"date-parts": [[2016]]}}, evidence="qualitative")
    fields = said(db, reference_id)
    assert fields["year"] == ("2016", "member", [("crossref", "2018")])
    assert fields["evidence"] == ("qualitative study", "member", [("crossref", "observational study")])


def test_nothing_is_said_of_an_unknown_work(db: Session) -> None:
    assert provenance.provenance(db, enter(db, DOI)) == []


# --- possible duplicates -------------------------------------------------------------------------------


def test_works_that_look_alike_are_found(db: Session) -> None:
    one, other, third = (enter(db, Identifier(Scheme.DOI, f"10.1/{n}")) for n in "123")
    tell(db, one, "crossref", CROSSREF)
    tell(db, other, "crossref", CROSSREF)
    tell(db, third, "crossref", CROSSREF | {"title": "Another thing entirely, and longer"})
    assert duplicates.possible(db, one) == [other]
    assert duplicates.possible(db, other) == [one]
    assert duplicates.possible(db, third) == duplicates.possible(db, 999_999) == []
    db.get_one(Reference, other).merged_into_id = third
    assert duplicates.possible(db, one) == []


@pytest.mark.parametrize("turned", [False, True])
def test_related_works_are_no_duplicates(db: Session, turned: bool) -> None:
    values = [Identifier(Scheme.DOI, f"10.1/{n}") for n in "12"]
    one, other = (enter(db, value) for value in values)
    related = (Related("preprint-of", values[0 if turned else 1]),)
    tell(db, one, "crossref", CROSSREF, relations=() if turned else related)
    tell(db, other, "crossref", CROSSREF, relations=related if turned else ())
    assert duplicates.possible(db, one) == duplicates.possible(db, other) == []
