"""Where everybody may read a work: OpenAlex and Unpaywall."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import SETTINGS, check, found, recorded, spoiled, told

from forum.config import Settings
from forum.fetch import Answer
from forum.references.resolvers import Missing, Outcome, Record, Unavailable, openalex, unpaywall

STATE, PROMPTING = "10.7717/peerj.4375", "10.18653/v1/2023.acl-short.82"

# --- asking --------------------------------------------------------------------------------------------


def test_openalex_is_asked_only_with_a_key() -> None:
    assert openalex.question(SETTINGS, STATE) is None
    question = openalex.question(Settings(openalex_key="k"), "10.7717/PeerJ.4375")
    assert question
    assert question.url == "https://api.openalex.org/works/doi:10.7717/peerj.4375"
    assert question.query["api_key"] == "k"
    assert "authorships" not in question.query["select"]
    assert (question.service, question.key) == ("openalex", STATE)


def test_unpaywall_is_asked_only_with_a_contact() -> None:
    assert unpaywall.question(Settings(contact=""), PROMPTING) is None
    question = unpaywall.question(SETTINGS, "10.1002/(SICI)1<1661::AID?#%>3.0")
    assert question
    assert question.url == "https://api.unpaywall.org/v2/10.1002/%28sici%291%3C1661%3A%3Aaid%3F%23%25%3E3.0"
    assert question.query == {"email": "team@example.org"}


# --- as recorded ---------------------------------------------------------------------------------------


def test_the_recorded_answers() -> None:
    record = found(openalex.read(recorded("openalex-work.json"), STATE))
    assert record == Record(csl={}, free_copy="https://peerj.com/articles/4375.pdf")
    record = found(unpaywall.read(recorded("unpaywall.json"), PROMPTING))
    assert record == Record(csl={}, free_copy="https://aclanthology.org/2023.acl-short.82.pdf")


# --- which copy ----------------------------------------------------------------------------------------


def of_openalex(**fields: Any) -> Record:
    place = {"pdf_url": "https://x.org/a.pdf", "landing_page_url": "https://x.org/a"}
    work = {
        "doi": f"https://doi.org/{STATE}",
        "open_access": {"is_oa": True, "oa_url": "https://x.org/b"},
        "best_oa_location": place,
    }
    return found(openalex.read(told({**work, **fields}), STATE))


def of_unpaywall(**fields: Any) -> Record:
    place = {"url": "https://x.org/a.pdf", "url_for_landing_page": "https://x.org/a"}
    work = {"doi": STATE.upper(), "is_oa": True, "best_oa_location": place}
    return found(unpaywall.read(told({**work, **fields}), STATE))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "https://x.org/a.pdf"),
        ({"best_oa_location": {"pdf_url": None, "landing_page_url": "https://x.org/a"}}, "https://x.org/a"),
        ({"best_oa_location": None}, "https://x.org/b"),
        ({"open_access": {"is_oa": False, "oa_url": "https://x.org/b"}}, ""),
        ({"open_access": {"is_oa": "false", "oa_url": "https://x.org/b"}}, ""),
        ({"open_access": None}, ""),
    ],
)
def test_the_copy_that_openalex_knows(fields: dict[str, Any], expected: str) -> None:
    assert of_openalex(**fields).free_copy == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "https://x.org/a.pdf"),
        ({"best_oa_location": {"url": "", "url_for_landing_page": "https://x.org/a"}}, "https://x.org/a"),
        ({"is_oa": False}, ""),
        ({"is_oa": 1}, ""),
        ({"best_oa_location": None}, ""),
    ],
)
def test_the_copy_that_unpaywall_knows(fields: dict[str, Any], expected: str) -> None:
    assert of_unpaywall(**fields).free_copy == expected


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "ftp://x.org/a", "https://user:pass@x.org/", "https://", "/a", "https://x y/", 7],
)
def test_only_plain_web_addresses_are_copies(address: Any) -> None:
    assert of_unpaywall(best_oa_location={"url": address}).free_copy == ""
    place, access = {"pdf_url": address}, {"is_oa": True, "oa_url": address}
    assert of_openalex(best_oa_location=place, open_access=access).free_copy == ""


def test_openalex_only_reports_a_retraction() -> None:
    record = of_openalex(is_retracted=True)
    assert (record.about, record.notices) == ({"reported_retracted": "openalex"}, ())
    assert of_openalex(is_retracted="true").about == {}
    assert of_openalex(is_retracted=False).about == {}


# --- which work ----------------------------------------------------------------------------------------


def test_an_unknown_work_is_missing_and_a_closed_one_is_not() -> None:
    assert openalex.read(told("<!doctype html>", 404), STATE) == Missing()
    assert unpaywall.read(told({"error": True, "message": "isn't in Unpaywall"}, 404), STATE) == Missing()
    assert of_unpaywall(is_oa=False, oa_status="closed") == Record(csl={})


def test_another_work_lends_no_copy() -> None:
    # OpenAlex redirects to what it merged a work with.
    assert openalex.read(recorded("openalex-work.json"), "10.7287/peerj.preprints.3119") == Missing()
    assert isinstance(unpaywall.read(recorded("unpaywall.json"), STATE), Unavailable)


@pytest.mark.parametrize("read", [openalex.read, unpaywall.read])
@pytest.mark.parametrize(
    "answer",
    [
        told({"error": "Invalid or missing API key"}, 401),
        told({"error": "over the limit"}, 403),
        told({"HTTP_status_code": 422, "message": "Please use your own email address"}, 422),
        told({}, 429),
        told([]),
        told("<html></html>"),
    ],
)
def test_a_refusal_is_unavailable(read: Callable[[Answer, str], Outcome], answer: Answer) -> None:
    assert isinstance(read(answer, STATE), Unavailable)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_answer_breaks_them(data: st.DataObject) -> None:
    check(openalex.read, data.draw(spoiled("openalex-work.json")), STATE)
    check(unpaywall.read, data.draw(spoiled("unpaywall.json")), PROMPTING)
