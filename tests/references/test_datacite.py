"""DataCite's answers, as recorded and as odd as they come."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import SETTINGS, check, doi, found, recorded, spoiled, told

from forum.fetch import Answer
from forum.references import formatting
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Missing, Record, Related, Unavailable, datacite

DRYAD = "10.5061/dryad.8515"


def read(asked: str = "10.5555/own", **attributes: Any) -> Record:
    answer = told({"data": {"attributes": {"doi": "10.5555/Own", "state": "findable", **attributes}}})
    return found(datacite.read(answer, asked))


# --- the recorded answers ------------------------------------------------------------------------------


def test_the_card_of_a_recorded_data_set() -> None:
    record = found(datacite.read(recorded("datacite-dataset.json"), DRYAD))
    names = ["Ollomo", "Durand", "Prugnolle", "Douzery", "Arnathau", "Nkoghe", "Leroy", "Renaud"]
    item = dict(record.csl)
    assert [person["family"] for person in item.pop("author")] == names
    assert item == {
        "type": "dataset",
        "title": "Data from: A new malaria agent in African hominids.",
        "issued": {"date-parts": [[2011]]},
        "publisher": "Dryad",
        "version": "1",
        "DOI": DRYAD,
        "URL": "http://datadryad.org/stash/dataset/doi:10.5061/dryad.8515",
    }
    assert record.csl["author"][3] == {"family": "Douzery", "given": "Emmanuel J. P."}
    assert formatting.label(record.csl) == "Ollomo et al. 2011"


def test_what_else_the_recorded_data_set_tells() -> None:
    record = found(datacite.read(recorded("datacite-dataset.json"), DRYAD))
    assert record.identifiers == (doi(DRYAD),)
    # It cites its article, which is neither a version nor a supplement.
    assert (record.notices, record.relations) == ((), ())
    assert record.evidence == "other"
    assert record.about["cited_by"] == "1"
    assert record.about["licence"] == "https://creativecommons.org/publicdomain/zero/1.0/legalcode"
    assert record.about["abstract"].startswith("Plasmodium falciparum is the major human malaria agent")
    assert len(record.about["abstract"]) == 300


def test_an_unknown_doi_is_missing() -> None:
    assert datacite.read(recorded("datacite-error-404.json", 404), DRYAD) == Missing()


# --- asking and what is no record ----------------------------------------------------------------------


def test_one_doi_is_asked_for_politely() -> None:
    asked = datacite.question(SETTINGS, "10.5555/a(b)")
    assert (asked.service, asked.key) == ("datacite", "work:10.5555/a(b)")
    assert asked.url == "https://api.datacite.org/dois/10.5555%2Fa%28b%29"
    assert asked.query == {"mailto": "team@example.org"}


@pytest.mark.parametrize(
    "answer",
    [
        told({}, 429),
        told({}, 500),
        told("<html>"),
        told("[]"),
        told({"data": []}),
        told({"data": {"attributes": {"titles": []}}}),
        told({"data": {"attributes": "10.5555/own"}}),
        told({"errors": [{"status": "404", "title": "As recorded, but with status 200."}]}),
    ],
)
def test_anything_else_is_unavailable(answer: Answer) -> None:
    assert isinstance(datacite.read(answer, DRYAD), Unavailable)


def test_only_findable_records_are_for_the_public() -> None:
    attributes = {"doi": "10.5555/own", "titles": [{"title": "T"}]}
    for state, outcome in (
        ("registered", True),
        ("draft", True),
        ("findable", False),
        (None, False),
        (7, False),
    ):
        answer = told({"data": {"attributes": {**attributes, "state": state}}})
        assert (datacite.read(answer, "10.5555/own") == Missing()) is outcome, state


# --- traps ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        ([{"title": "Kurz", "titleType": "TranslatedTitle"}, {"title": "Short"}], "Short"),
        (
            [{"title": "Short", "titleType": None}, {"title": "and long", "titleType": "Subtitle"}],
            "Short: and long",
        ),
        ([{"title": "Kurz", "titleType": "AlternativeTitle"}], "Kurz"),
        ([{"title": ""}, "no", {"title": "<i>E. coli</i>  data"}], "E. coli data"),
        ([{"titleType": ["x"], "title": 7}], None),
        ("A title", None),
    ],
)
def test_titles(titles: Any, expected: str | None) -> None:
    assert read(titles=titles).csl.get("title") == expected


@pytest.mark.parametrize(
    ("creator", "expected"),
    [
        ({"familyName": "Ollomo", "givenName": "Benjamin"}, {"family": "Ollomo", "given": "Benjamin"}),
        ({"name": "Ollomo, Benjamin"}, {"family": "Ollomo", "given": "Benjamin"}),
        ({"name": "Ollomo, B.", "nameType": "Personal"}, {"family": "Ollomo", "given": "B."}),
        ({"name": "Benjamin Ollomo", "nameType": "Personal"}, {"family": "Ollomo", "given": "Benjamin"}),
        ({"name": "Malaria, Inc", "nameType": "Organizational"}, {"literal": "Malaria, Inc"}),
        ({"name": "University of Oxford, Library"}, {"literal": "University of Oxford, Library"}),
        ({"name": "Malaria Atlas"}, {"literal": "Malaria Atlas"}),
        ({"givenName": "Plato"}, {"literal": "Plato"}),
        ({"familyName": "Plato", "name": 7}, {"family": "Plato"}),
        ({}, None),
        ("Plato", None),
    ],
)
def test_creators(creator: Any, expected: dict[str, str] | None) -> None:
    assert read(creators=[creator]).csl.get("author") == ([expected] if expected else None)


def test_editors_are_contributors() -> None:
    contributors = [
        {"name": "Ed, Itor", "contributorType": "Editor"},
        {"name": "Keeper", "contributorType": "DataManager"},
    ]
    assert read(contributors=contributors).csl["editor"] == [{"family": "Ed", "given": "Itor"}]


@pytest.mark.parametrize(
    "publisher", ["Dryad", {"name": "Dryad", "publisherIdentifier": "https://ror.org/x"}]
)
def test_publishers(publisher: Any) -> None:
    assert read(publisher=publisher).csl["publisher"] == "Dryad"


@pytest.mark.parametrize(
    ("dates", "year", "expected"),
    [
        (
            [{"date": "2010-05-06", "dateType": "Available"}, {"date": "2011", "dateType": "Issued"}],
            2012,
            [2011],
        ),
        ([{"date": "2011-02-01T17:22:41Z", "dateType": "Issued"}], None, [2011, 2, 1]),
        ([{"date": "2011-02", "dateType": "Issued"}], None, [2011, 2]),
        ([{"date": "2004-03-02/2005-06-02", "dateType": "Issued"}], None, [2004, 3, 2]),
        ([{"date": "2010-05-06", "dateType": "Available"}], 2012, [2012]),
        ([{"date": "2010-05-06", "dateType": "Available"}], None, [2010, 5, 6]),
        ([{"date": ["2010"], "dateType": ["Issued"]}], "2012", [2012]),
        ("2010", True, None),
    ],
)
def test_dates(dates: Any, year: Any, expected: list[int] | None) -> None:
    issued = read(dates=dates, publicationYear=year).csl.get("issued")
    assert issued == ({"date-parts": [expected]} if expected else None)


@pytest.mark.parametrize(
    ("types", "expected", "evidence"),
    [
        ({"citeproc": "thesis", "resourceTypeGeneral": "Text"}, "thesis", ""),
        ({"citeproc": "article", "resourceTypeGeneral": "Preprint"}, "article", "preprint"),
        ({"citeproc": "article", "resourceTypeGeneral": "Software"}, "software", "other"),
        (
            {"citeproc": "article-journal", "resourceTypeGeneral": "JournalArticle"},
            "article-journal",
            "other",
        ),
        ({"citeproc": "article", "resourceTypeGeneral": "Text"}, "article", ""),
        ({"citeproc": "<b>", "resourceTypeGeneral": "BookChapter"}, "chapter", "book"),
        ({"citeproc": ["x"]}, "document", ""),
        (None, "document", ""),
    ],
)
def test_types(types: Any, expected: str, evidence: str) -> None:
    record = read(types=types, titles=[{"title": "A work"}])
    assert (record.csl["type"], record.evidence) == (expected, evidence)


def test_a_work_within_another() -> None:
    container = {
        "type": "Series",
        "title": "Journal of <i>Data</i>",
        "identifier": "1234-5679",
        "identifierType": "ISSN",
        "volume": "3",
        "issue": "2",
        "firstPage": "11",
        "lastPage": "19",
    }
    item = read(container=container).csl
    assert (item["container-title"], item["volume"], item["issue"], item["page"], item["ISSN"]) == (
        "Journal of Data",
        "3",
        "2",
        "11-19",
        "1234-5679",
    )
    assert read(container={"firstPage": "e7", "lastPage": "e7"}).csl["page"] == "e7"


def test_versions_are_related_and_never_one_work() -> None:
    kinds = {
        "IsVersionOf": "10.5281/zenodo.1",
        "IsNewVersionOf": "10.5281/zenodo.2",
        "HasVersion": "10.5281/zenodo.3",
        "IsPreviousVersionOf": "10.5281/zenodo.4",
        "IsObsoletedBy": "10.5281/zenodo.5",
        "IsSupplementTo": "10.5555/Article",
        "IsReviewedBy": "10.5555/review",
        "Cites": "10.5555/cited",
        "IsPartOf": "10.5555/whole",
    }
    listed = [
        {"relationType": kind, "relatedIdentifier": value, "relatedIdentifierType": "DOI"}
        for kind, value in kinds.items()
    ]
    others = [
        {
            "relationType": "IsVersionOf",
            "relatedIdentifier": "arXiv:1706.03762",
            "relatedIdentifierType": "arXiv",
        },
        {"relationType": "IsVersionOf", "relatedIdentifier": "10.5555/own", "relatedIdentifierType": "DOI"},
        {"relationType": "IsVersionOf", "relatedIdentifier": "urn:x", "relatedIdentifierType": "URN"},
        {"relationType": "IsVersionOf"},
        "IsVersionOf",
    ]
    record = read(relatedIdentifiers=[*listed, *others])
    assert record.identifiers == (doi("10.5555/own"),)
    assert record.relations == (
        Related("version-of", doi("10.5281/zenodo.1")),
        Related("version-of", doi("10.5281/zenodo.2")),
        Related("has-version", doi("10.5281/zenodo.3")),
        Related("has-version", doi("10.5281/zenodo.4")),
        Related("has-version", doi("10.5281/zenodo.5")),
        Related("supplement-of", doi("10.5555/article")),
        Related("has-review", doi("10.5555/review")),
        Related("version-of", Identifier(Scheme.ARXIV, "1706.03762")),
    )


def test_a_thousand_citations_do_not_hide_a_version() -> None:
    cited = {"relationType": "Cites", "relatedIdentifier": "10.5555/c", "relatedIdentifierType": "DOI"}
    version = {**cited, "relationType": "IsVersionOf", "relatedIdentifier": "10.5555/v"}
    assert read(relatedIdentifiers=[cited] * 900 + [version]).relations == (
        Related("version-of", doi("10.5555/v")),
    )


def test_arxivs_doi_is_an_arxiv_number() -> None:
    record = read("10.48550/arxiv.1706.03762", doi="10.48550/arXiv.1706.03762")
    assert record.identifiers == (Identifier(Scheme.ARXIV, "1706.03762"),)
    assert record.csl["DOI"] == "10.48550/arxiv.1706.03762"


def test_a_moved_doi_keeps_both_names() -> None:
    assert read("10.5555/old").identifiers == (doi("10.5555/old"), doi("10.5555/own"))


def test_only_the_abstract_of_the_descriptions() -> None:
    descriptions = [
        {"description": "How it was made", "descriptionType": "Methods"},
        {"description": "<p>First.</p><p>Second.</p>", "descriptionType": "Abstract"},
    ]
    assert read(descriptions=descriptions).about["abstract"] == "First. Second."


@pytest.mark.parametrize("address", ["javascript:alert(1)", None, 7, "https://doi.org/10.5555/own"])
def test_a_strange_address_is_replaced_by_the_doi(address: Any) -> None:
    assert read(url=address).csl["URL"] == "https://doi.org/10.5555/own"


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_answer_breaks_it(data: st.DataObject) -> None:
    check(datacite.read, data.draw(spoiled("datacite-dataset.json")), DRYAD)


_KEYS = (
    "titles creators contributors publisher publicationYear dates types container descriptions rightsList"
    " relatedIdentifiers version url state citationCount"
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(_KEYS.split()), _values))
def test_no_attributes_break_it(attributes: dict[str, Any]) -> None:
    answer = told({"data": {"attributes": {**attributes, "doi": "10.5555/own"}}})
    check(datacite.read, answer, "10.5555/own")
