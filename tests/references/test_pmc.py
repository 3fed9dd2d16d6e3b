"""PubMed Central's converter: as recorded, now and before, and what its silence means."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import SETTINGS, check, found, known, recorded, spoiled, told

from forum.fetch import Answer
from forum.references.identifiers import NotAnIdentifier
from forum.references.resolvers import Missing, Unavailable, pmc


def test_the_question() -> None:
    question = pmc.question(SETTINGS, "PMC3531190")
    assert question.url == "https://pmc.ncbi.nlm.nih.gov/tools/idconv/api/v1/articles/"
    assert question.query == {
        "ids": "PMC3531190", "format": "json", "tool": "footnote", "email": "team@example.org",
    }  # fmt: skip
    assert (question.service, question.key) == ("pmc", "PMC3531190")


@pytest.mark.parametrize("value", ["PMC1,PMC2", "10.1000/x", ""])
def test_only_one_number_is_asked_for(value: str) -> None:
    with pytest.raises(NotAnIdentifier):
        pmc.question(SETTINGS, value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("idconv-v1.json", "PMC3531190", ("23193287", "PMC3531190", "10.1093/nar/gks1195")),
        ("idconv-v1.json", "23193287", ("23193287", "PMC3531190", "10.1093/nar/gks1195")),
        # The old host, where the number is a text.
        ("idconv-legacy.json", "PMC2883744", ("20495566", "PMC2883744", "10.1038/ng.590")),
        ("idconv-legacy.json", "10.1038/ng.590", ("20495566", "PMC2883744", "10.1038/ng.590")),
    ],
)
def test_the_recorded_answers(name: str, value: str, expected: tuple[str, str, str]) -> None:
    record = found(pmc.read(recorded(name), value))
    assert known(record) == dict(zip(("pmid", "pmcid", "doi"), expected, strict=True))
    assert record.csl == {}


def test_a_repeated_doi_says_nothing() -> None:
    outcome = pmc.read(recorded("idconv-v1.json"), "10.1097/cco.0b013e32812143d9")
    assert isinstance(outcome, Unavailable)


def test_a_refusal_says_nothing() -> None:
    outcome = pmc.read(recorded("idconv-legacy-404.json"), "PMC2883744")
    assert isinstance(outcome, Unavailable)
    assert "mismatch" in outcome.why
    assert isinstance(pmc.read(recorded("idconv-legacy-404.json", 404), "PMC2883744"), Unavailable)


def one(**record: Any) -> Answer:
    return told({"status": "ok", "records": [record]})


def test_a_number_that_is_none_is_missing() -> None:
    error = {"status": "error", "errmsg": "Identifier not found in PMC"}
    assert pmc.read(one(**{"requested-id": "PMC99999999"}, **error), "PMC99999999") == Missing()
    assert pmc.read(one(pmcid="PMC99999999", **error), "PMC99999999") == Missing()


def test_errors_about_other_works_say_nothing() -> None:
    error = {"status": "error", "errmsg": "invalid article id"}
    assert isinstance(pmc.read(one(**{"requested-id": "23193287"}, **error), "23193287"), Unavailable)
    assert isinstance(pmc.read(one(**{"requested-id": "PMC2"}, **error), "PMC1"), Unavailable)
    assert isinstance(pmc.read(told({"status": "ok", "records": []}), "PMC1"), Unavailable)
    assert isinstance(pmc.read(told("Service unavailable", 503), "PMC1"), Unavailable)


def test_numbers_that_cannot_be_meant_are_left_out() -> None:
    record = found(pmc.read(one(pmcid="PMC1", pmid=True, doi=["10.1000/x"]), "PMC1"))
    assert known(record) == {"pmcid": "PMC1"}


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["PMC3531190", "23193287", "10.1097/cco.0b013e32812143d9"]))
def test_no_answer_breaks_it(data: st.DataObject, value: str) -> None:
    check(pmc.read, data.draw(spoiled("idconv-v1.json")), value)
