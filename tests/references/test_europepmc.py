"""Europe PMC's answers: as recorded, with notices and versions, and as odd as can be."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import SETTINGS, check, doi, found, known, pmid, recorded, spoiled, told

from forum.fetch import Answer
from forum.references.identifiers import NotAnIdentifier
from forum.references.resolvers import Missing, Noticed, Related, Unavailable, europepmc

# --- asking --------------------------------------------------------------------------------------------


def test_a_doi_stands_in_quotation_marks_and_numbers_do_not() -> None:
    by_doi = europepmc.doi_question(SETTINGS, "10.1093/nar/gkr715")
    assert by_doi
    assert by_doi.url == "https://www.ebi.ac.uk/europepmc/webservices/rest/search"
    assert by_doi.query == {
        "query": 'DOI:"10.1093/nar/gkr715"', "format": "json", "resultType": "core", "pageSize": "1",
    }  # fmt: skip
    assert europepmc.pmid_question(SETTINGS, "21937511").query["query"] == "EXT_ID:21937511 AND SRC:MED"
    assert europepmc.pmcid_question(SETTINGS, "PMC3258128").query["query"] == "PMCID:PMC3258128"


def test_what_would_break_out_of_the_query_is_not_asked() -> None:
    assert europepmc.doi_question(SETTINGS, '10.1000/a"b') is None
    with pytest.raises(NotAnIdentifier):
        europepmc.doi_question(SETTINGS, '10.1000/a" OR SRC:MED')
    with pytest.raises(NotAnIdentifier):
        europepmc.pmid_question(SETTINGS, "1 OR 2")
    with pytest.raises(NotAnIdentifier):
        europepmc.pmcid_question(SETTINGS, "PMC*")


# --- as recorded ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["10.1093/nar/gkr715", "21937511", "PMC3258128"])
def test_the_recorded_article(value: str) -> None:
    record = found(europepmc.read(recorded("europepmc-search.json"), value))
    assert record.csl == {
        "type": "article-journal",
        "title": "Hepato-specific microRNA-122 facilitates accumulation of newly synthesized miRNA",
        "author": [
            {"family": "Li", "given": "S"},
            {"family": "Zhu", "given": "J"},
            {"family": "Fu", "given": "H"},
            {"family": "Wan", "given": "J"},
        ],
        "issued": {"date-parts": [[2012]]},
        "container-title": "Nucleic acids research",
        "DOI": "10.1093/nar/gkr715",
        "PMID": "21937511",
        "PMCID": "PMC3258128",
        "URL": "https://doi.org/10.1093/nar/gkr715",
    }
    assert known(record) == {"pmid": "21937511", "pmcid": "PMC3258128", "doi": "10.1093/nar/gkr715"}
    assert record.free_copy == "https://europepmc.org/articles/PMC3258128"
    assert record.about == {"abstract": "microRNAs are a versatile class of non-coding RNAs."}


def test_the_recorded_preprint() -> None:
    record = found(europepmc.read(recorded("europepmc-search.json"), "10.64898/2026.09.10.750412"))
    assert record.csl == {
        "type": "article",
        "title": "Agentic-AI-ready genome-wide poxvirus-host interaction screen",
        "author": [{"family": "Brown", "given": "A"}, {"family": "Green", "given": "B"}],
        "issued": {"date-parts": [[2026]]},
        "container-title": "bioRxiv",
        "DOI": "10.64898/2026.09.10.750412",
        "URL": "https://doi.org/10.64898/2026.09.10.750412",
    }
    assert (record.evidence, record.free_copy) == ("preprint", "")


def test_an_answer_about_other_works_is_none() -> None:
    assert isinstance(europepmc.read(recorded("europepmc-search.json"), "10.1000/another"), Unavailable)


def test_nothing_found_is_missing() -> None:
    assert europepmc.read(told({"hitCount": 0, "resultList": {"result": []}}), "1") == Missing()


@pytest.mark.parametrize(
    "answer",
    [
        told({"hitCount": 0, "resultList": {"result": []}}, 500),
        told({"hitCount": 3, "resultList": {"result": []}}),
        told({"errCode": 404, "errMsg": "No search engine"}),
        told({"resultList": []}),
        told({"hitCount": 1, "resultList": {"result": [{"pmid": "1", "source": "MED"}]}}),
        told("<html></html>"),
    ],
)
def test_anything_else_is_unavailable(answer: Answer) -> None:
    assert isinstance(europepmc.read(answer, "1"), Unavailable)


# --- traps ---------------------------------------------------------------------------------------------


def result(**fields: Any) -> Answer:
    item = {"id": "7", "source": "MED", "pmid": "7", "title": "A title.", **fields}
    return told({"hitCount": 1, "resultList": {"result": [item]}})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"inEPMC": "Y", "pmcid": "PMC5"}, "https://europepmc.org/articles/PMC5"),
        ({"inEPMC": "N", "pmcid": "PMC5"}, ""),
        ({"inEPMC": True, "pmcid": "PMC5"}, ""),
        ({"inEPMC": "Y", "isOpenAccess": "Y"}, ""),
    ],
)
def test_a_no_is_a_text_too(fields: dict[str, Any], expected: str) -> None:
    assert found(europepmc.read(result(**fields), "7")).free_copy == expected


def test_a_whole_record() -> None:
    authors = [
        {"fullName": "Inzucchi SE", "lastName": "Inzucchi", "firstName": "Silvio E", "initials": "SE"},
        {"fullName": "Lim WS", "lastName": "Lim", "initials": "WS"},
        {"collectiveName": "EMPA-REG OUTCOME Investigators"},
        {},
    ]
    names = {
        "title": "The lancet. HIV",
        "medlineAbbreviation": "Lancet HIV",
        "issn": "2405-4704",
        "essn": "2352-3018",
    }
    record = found(
        europepmc.read(
            result(
                authorList={"author": authors},
                journalInfo={"issue": "9", "volume": "7", "dateOfPublication": "2020 Sep", "journal": names},
                pageInfo="e620-e628",
                pubYear="2021",
                pubTypeList={"pubType": ["research-article", "Randomized Controlled Trial"]},
                abstractText="<h4>Background</h4>We asked <i>whom</i>.",
            ),
            "7",
        )
    )
    assert record.csl == {
        "type": "article-journal",
        "title": "A title",
        "author": [
            {"family": "Inzucchi", "given": "Silvio E"},
            {"family": "Lim", "given": "WS"},
            {"literal": "EMPA-REG OUTCOME Investigators"},
        ],
        "issued": {"date-parts": [[2020, 9]]},
        "container-title": "The lancet. HIV",
        "container-title-short": "Lancet HIV",
        "volume": "7",
        "issue": "9",
        "page": "e620-e628",
        "ISSN": "2405-4704, 2352-3018",
        "PMID": "7",
        "URL": "https://pubmed.ncbi.nlm.nih.gov/7/",
    }
    assert record.evidence == "randomized-trial"
    assert record.about["abstract"] == "Background: We asked whom."


def test_groups_among_the_names() -> None:
    answer = result(authorString="RECOVERY Collaborative Group, Horby P, van Oosterhout JJ, Landray MJ.")
    assert found(europepmc.read(answer, "7")).csl["author"] == [
        {"literal": "RECOVERY Collaborative Group"},
        {"family": "Horby", "given": "P"},
        {"family": "van Oosterhout", "given": "JJ"},
        {"family": "Landray", "given": "MJ"},
    ]


# --- notices and versions ------------------------------------------------------------------------------


def corrected(*links: dict[str, Any], **fields: Any) -> Answer:
    return result(commentCorrectionList={"commentCorrection": list(links)}, **fields)


def test_notices() -> None:
    record = found(
        europepmc.read(
            corrected(
                {
                    "type": "Comment in",
                    "source": "MED",
                    "id": "34865289",
                    "reference": "Respirology. 2022 Feb 1;27.",
                },
                {
                    "type": "Erratum in",
                    "source": "MED",
                    "id": "77777777",
                    "reference": "Lancet. 2007 Nov 3;370:1542",
                },
                {"type": "Expression of concern in", "source": "MED", "id": "66666666"},
                {"type": "Partial retraction in", "source": "PMC", "id": "PMC44"},
                {"type": "Retraction in", "reference": "J Test. 2026;12(4):1. doi: 10.5555/notice.1."},
                {"type": "Erratum for", "source": "MED", "id": "44444444"},
                {"type": 7, "source": ["MED"], "id": {}},
            ),
            "7",
        )
    )
    assert [(each.type, each.on) for each in record.notices] == [
        ("erratum", date(2007, 11, 3)),
        ("expression-of-concern", None),
        ("partial-retraction", None),
        ("retraction", None),
    ]
    assert {each.origin for each in record.notices} == {"europepmc"}
    assert record.notices[0].identifier == pmid("77777777")
    assert record.notices[2].identifier is not None
    assert record.notices[2].identifier.value == "PMC44"
    assert record.notices[3].identifier == doi("10.5555/notice.1")
    assert record.relations == (Related("update-of", pmid("44444444")),)


def test_a_notice_is_not_retracted_but_a_retracted_paper_is() -> None:
    types = {"pubTypeList": {"pubType": ["Retraction of Publication"]}}
    notice = found(
        europepmc.read(corrected({"type": "Retraction of", "source": "MED", "id": "5"}, **types), "7")
    )
    assert (notice.notices, notice.about["notice"]) == ((), "retraction")
    types = {"pubTypeList": {"pubType": ["Retracted Publication", "Journal Article"]}}
    assert found(europepmc.read(result(**types), "7")).notices == (Noticed("retraction", "europepmc"),)


def test_a_preprint_and_what_it_became() -> None:
    link = {"type": "Preprint of", "source": "MED", "id": "38289242", "note": "CrossRef Pre-print loader"}
    record = found(europepmc.read(corrected(link, source="PPR"), "7"))
    assert record.relations == (Related("preprint-of", pmid("38289242")),)


def test_a_published_version_and_its_preprint() -> None:
    # A preprint has no number but Europe PMC's own, which is no identifier of ours.
    own = {"type": "Preprint in", "source": "PPR", "id": "PPR179288", "orderIn": 10002}
    assert found(europepmc.read(corrected(own), "7")).relations == ()
    indexed = {"type": "Preprint in", "source": "MED", "id": "32511633"}
    assert found(europepmc.read(corrected(indexed), "7")).relations == (
        Related("has-preprint", pmid("32511633")),
    )


def test_a_guessed_version_is_not_told() -> None:
    note = "Link created based on a title-first author match"
    link = {"type": "Preprint of", "source": "MED", "id": "38289242", "note": note}
    assert found(europepmc.read(corrected(link), "7")).relations == ()
    erratum = {"type": "Erratum in", "source": "MED", "id": "38289242", "note": "Figures did not match."}
    assert len(found(europepmc.read(corrected(erratum), "7")).notices) == 1


# --- anything ------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["10.1093/nar/gkr715", "21937511", "10.64898/2026.09.10.750412"]))
def test_no_answer_breaks_it(data: st.DataObject, value: str) -> None:
    check(europepmc.read, data.draw(spoiled("europepmc-search.json")), value)
