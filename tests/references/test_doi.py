"""doi.org: agencies, records of other agencies, short DOIs."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import SETTINGS, check, doi, found, recorded, spoiled, told

from forum.fetch import Answer
from forum.references import formatting
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Missing, Record, Unavailable
from forum.references.resolvers import doi as registry

WATER = "10.1126/science.169.3946.635"


# --- agencies ------------------------------------------------------------------------------------------


def test_an_agency_is_asked_for_once_for_each_prefix() -> None:
    asked = registry.agency_question(SETTINGS, "10.1371/journal.pone.0211023")
    assert (asked.service, asked.key) == ("doi.org", "agency:10.1371")
    assert (asked.url, asked.query) == ("https://doi.org/ra/10.1371", {})
    assert registry.agency_question(SETTINGS, "10.1371/other") == asked


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("10.7554", "Crossref"),
        ("10.5061", "DataCite"),
        ("10.11367", "JaLC"),
        ("10.5012", "KISTI"),
        ("10.1392", "mEDRA"),
        ("10.2791", "OP"),
        ("10.1371", "Crossref"),
        ("10.4124", "DataCite"),
        ("10.99999", Missing()),
    ],
)
def test_the_recorded_agencies(prefix: str, expected: Any) -> None:
    # Recorded one by one: each answer is a list of one.
    one = [each for each in json.loads(recorded("doi-ra.json").body) if each["DOI"] == prefix]
    assert registry.read_agency(told(one), f"{prefix}/some.thing") == expected
    assert registry.read_agency(recorded("doi-ra.json"), f"{prefix}/some.thing") == expected


@pytest.mark.parametrize(
    "answer",
    [
        told([{"DOI": "10.7554", "RA": "Crossref"}]),
        told([{"DOI": "10.5555", "status": "Try again"}]),
        told([{"DOI": "10.5555", "RA": ["Crossref"]}]),
        told([]),
        told({}),
        told("<html>"),
        told([{"DOI": "10.5555", "RA": "Crossref"}], 503),
    ],
)
def test_anything_else_tells_no_agency(answer: Answer) -> None:
    assert isinstance(registry.read_agency(answer, "10.5555/x"), Unavailable)


# --- records of other agencies -------------------------------------------------------------------------


def as_csl(body: Any, kind: str = "application/vnd.citationstyles.csl+json", status: int = 200) -> Answer:
    return told(body, status)._replace(headers=httpx.Headers({"Content-Type": kind}))


def read(**fields: Any) -> Record:
    return found(registry.read_csl(as_csl({"title": "A work", **fields}), "10.5555/own"))


def test_a_record_is_asked_for_by_its_type() -> None:
    asked = registry.csl_question(SETTINGS, "10.1002/(sici)15<1::aid>3.0;2-2")
    assert (asked.service, asked.key) == ("doi.org", "csl:10.1002/(sici)15<1::aid>3.0;2-2")
    assert asked.url == "https://doi.org/10.1002/(sici)15%3C1::aid%3E3.0;2-2"
    assert asked.headers == {"Accept": "application/vnd.citationstyles.csl+json"}


def test_the_card_of_the_recorded_work() -> None:
    record = found(registry.read_csl(as_csl(recorded("csl-json-crossref.json").body), WATER))
    assert record.csl == {
        # It says journal-article, which is no type of CSL, keeps the subtitle apart and links to dx.doi.org.
        "type": "article-journal",
        "title": "The Structure of Ordinary Water: New data and interpretations are yielding new insights"
        " into this fascinating substance.",
        "author": [{"family": "Frank", "given": "Henry S."}],
        "issued": {"date-parts": [[1970, 8, 14]]},
        "container-title": "Science",
        "container-title-short": "Science",
        "publisher": "American Association for the Advancement of Science (AAAS)",
        "volume": "169",
        "issue": "3946",
        "page": "635-641",
        "ISSN": "0036-8075, 1095-9203",
        "DOI": WATER,
        "URL": "https://doi.org/10.1126/science.169.3946.635",
    }
    assert record.identifiers == (doi(WATER),)
    assert (record.notices, record.relations, record.evidence) == ((), (), "other")
    assert formatting.label(record.csl) == "Frank 1970"


@pytest.mark.parametrize(
    ("kind", "readable"),
    [
        ("application/vnd.citationstyles.csl+json", True),
        ("application/vnd.citationstyles.csl+json; charset=utf-8", True),
        ("Application/JSON", True),
        ("text/html; charset=utf-8", False),
        ("application/x-bibtex", False),
        ("", False),
    ],
)
def test_the_answered_type_is_checked(kind: str, readable: bool) -> None:
    outcome = registry.read_csl(as_csl({"title": "A work"}, kind), "10.5555/own")
    assert isinstance(outcome, Unavailable) is not readable


@pytest.mark.parametrize("status", [400, 404])
def test_an_unknown_doi_is_missing(status: int) -> None:
    assert registry.read_csl(as_csl("<html>", "text/html", status), "10.5555/x") == Missing()


@pytest.mark.parametrize(
    "answer",
    [as_csl("no"), as_csl([]), as_csl({"DOI": "10.5555/x"}), as_csl({}, status=406), as_csl({}, status=500)],
)
def test_anything_else_is_unavailable(answer: Answer) -> None:
    assert isinstance(registry.read_csl(answer, "10.5555/x"), Unavailable)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "book"}, {"type": "book"}),
        ({"type": "monograph"}, {"type": "book"}),
        ({"type": "<script>"}, {"type": "document"}),
        ({"volume": 7, "issue": 2, "page": 11}, {"volume": "7", "issue": "2", "page": "11"}),
        ({"volume": True, "issue": -1, "number": "e12"}, {"page": "e12"}),
        ({"issued": {"date-parts": [["2011", "02"]]}}, {"issued": {"date-parts": [[2011, 2]]}}),
        ({"issued": {"raw": "2011"}}, {}),
        ({"author": [{"literal": "The Group"}]}, {"author": [{"literal": "The Group"}]}),
        (
            {"author": [{"family": "Berg", "given": "J.", "non-dropping-particle": "van der"}]},
            {"author": [{"family": "van der Berg", "given": "J."}]},
        ),
        ({"ISSN": "1234-5679"}, {"ISSN": "1234-5679"}),
        ({"URL": "http://dx.doi.org/10.5555/own"}, {}),
        ({"URL": "javascript:alert(1)"}, {}),
        ({"URL": "https://example.org/x"}, {"URL": "https://example.org/x"}),
        # The asked DOI counts: nobody but the agency may say that two are one.
        ({"DOI": "10.5555/other"}, {}),
    ],
)
def test_records_of_agencies(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    record = read(**fields)
    plainly = {
        "type": "document",
        "title": "A work",
        "DOI": "10.5555/own",
        "URL": "https://doi.org/10.5555/own",
    }
    assert record.csl == {**plainly, **expected}
    assert record.identifiers == (doi("10.5555/own"),)


# --- short DOIs ----------------------------------------------------------------------------------------


def handle(*values: Any, **fields: Any) -> Answer:
    return told({"responseCode": 1, "handle": "10/GH4B7K", "values": list(values), **fields})


def alias(value: Any) -> dict[str, Any]:
    return {"index": 1, "type": "HS_ALIAS", "data": {"format": "string", "value": value}}


def test_a_short_doi_is_asked_for() -> None:
    asked = registry.handle_question(SETTINGS, "10/gh4b7k")
    assert (asked.service, asked.key) == ("doi.org", "handle:10/gh4b7k")
    assert asked.url == "https://doi.org/api/handles/10/gh4b7k"


def test_a_short_doi_stands_for_a_doi() -> None:
    admin = {"index": 100, "type": "HS_ADMIN", "data": {"format": "admin", "value": {"handle": "0.NA/10"}}}
    answer = handle(admin, alias("10.1371/journal.PONE.0211023"))
    assert registry.read_handle(answer, "10/gh4b7k") == doi("10.1371/journal.pone.0211023")
    arxiv = handle(alias("10.48550/arXiv.1706.03762"))
    assert registry.read_handle(arxiv, "10/gh4b7k") == Identifier(Scheme.ARXIV, "1706.03762")


@pytest.mark.parametrize(
    "answer",
    [
        told({"responseCode": 100, "handle": "10/gh4b7k"}, 404),
        told({"responseCode": 100, "handle": "10/gh4b7k"}),
        handle(),
        handle(
            {"type": "URL", "data": {"value": "https://example.org"}},
            alias("nothing"),
            "x",
            {"type": "HS_ALIAS"},
        ),
    ],
)
def test_a_short_doi_that_stands_for_nothing(answer: Answer) -> None:
    assert registry.read_handle(answer, "10/gh4b7k") == Missing()


@pytest.mark.parametrize(
    "answer",
    [
        told({}),
        told([]),
        told("x"),
        told({}, 429),
        handle(alias("10.5555/x"), handle="10/other"),
        handle(responseCode=2),
    ],
)
def test_anything_else_says_nothing_of_it(answer: Answer) -> None:
    assert isinstance(registry.read_handle(answer, "10/gh4b7k"), Unavailable)


# --- hostile answers -----------------------------------------------------------------------------------


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["HS_ALIAS", "10.5555/x", 1]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_record_breaks_it(data: st.DataObject) -> None:
    answer = data.draw(spoiled("csl-json-crossref.json"))
    check(registry.read_csl, as_csl(answer.body, status=answer.status), WATER)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_answer_about_an_agency_breaks_it(data: st.DataObject) -> None:
    agency = registry.read_agency(data.draw(spoiled("doi-ra.json")), "10.7554/x")
    assert isinstance(agency, str | Missing | Unavailable)
    assert agency != ""


@settings(max_examples=80, deadline=None)
@given(anything, anything, anything)
def test_no_answer_about_a_short_doi_breaks_it(value: Any, values: Any, code: Any) -> None:
    for answer in (handle(alias(value), value), told({"responseCode": code, "values": values}), told(value)):
        short = registry.read_handle(answer, "10/gh4b7k")
        assert isinstance(short, Identifier | Missing | Unavailable)
