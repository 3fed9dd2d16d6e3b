"""Crossref's answers, as recorded and as hostile as can be."""

import json
from datetime import date
from typing import Any

import pytest
from conftest import SHARED, missing
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import SETTINGS, check, doi, found, recorded, spoiled, told
from references.fake_services import crossref_work, sample

from forum.config import Settings
from forum.fetch import Answer
from forum.references import formatting
from forum.references.identifiers import Identifier, Scheme
from forum.references.notices import Level, Notice, Type, announced, fold, from_title, is_notice, level
from forum.references.resolvers import (
    Found,
    Missing,
    Noticed,
    Outcome,
    Record,
    Related,
    Unavailable,
    crossref,
)
from forum.references.resolvers.crossref import to_csl
from forum.references.resolvers.plain import plain

WAKEFIELD, ITS_RETRACTION = "10.1016/s0140-6736(97)11096-0", "10.1016/s0140-6736(10)60175-4"
SURGISPHERE = "10.1016/s0140-6736(20)31180-6"


@pytest.fixture
def samples() -> None:
    if not (SHARED / "references").is_dir():
        missing("../shared/references with the recorded answers")


def work(name: str, asked: str = "") -> Record:
    """The record of one recorded work."""
    answer = recorded(f"crossref-{name}.json")
    return found(crossref.read(answer, asked or json.loads(answer.body)["message"]["DOI"].lower()))


def standing(record: Record) -> tuple[list[Notice], Level]:
    """Its notices, each once, and how it stands after them."""
    notices = fold(record.notices, record.identifiers[0])
    return notices, level(notices)


# --- the recorded answers ------------------------------------------------------------------------------

#: What a librarian would write on the card: these fields and no others.
CARDS: dict[str, dict[str, Any]] = {
    "work-article": {
        "type": "article-journal",
        "title": "Single-molecule FRET studies on alpha-synuclein oligomerization of Parkinson’s disease"
        " genetically related mutants",
        "author": [
            "Tosatto",
            "Horrocks",
            "Dear",
            "Knowles",
            "Dalla Serra",
            "Cremades",
            "Dobson",
            "Klenerman",
        ],
        "issued": [2015, 11, 19],
        "container-title": "Scientific Reports",
        "container-title-short": "Sci Rep",
        "publisher": "Springer Science and Business Media LLC",
        "volume": "5",
        "issue": "1",
        "page": "16696",
        "ISSN": "2045-2322",
        "DOI": "10.1038/srep16696",
        "URL": "https://www.nature.com/articles/srep16696",
    },
    "work-corrected": {
        "type": "article-journal",
        "title": "Methylphenidate Exposure Induces Dopamine Neuron Loss and Activation of Microglia in the"
        " Basal Ganglia of Mice",
        "author": ["Sadasivan", "Pond", "Pani", "Qu", "Jiao", "Smeyne"],
        "editor": ["Borlongan"],
        "issued": [2012, 3, 21],
        "container-title": "PLoS ONE",
        "container-title-short": "PLoS ONE",
        "publisher": "Public Library of Science (PLoS)",
        "volume": "7",
        "issue": "3",
        "page": "e33693",
        "ISSN": "1932-6203",
        "DOI": "10.1371/journal.pone.0033693",
        "URL": "https://dx.plos.org/10.1371/journal.pone.0033693",
    },
    "work-retracted": {
        "type": "article-journal",
        "title": "RETRACTED: Ileal-lymphoid-nodular hyperplasia, non-specific colitis, and pervasive"
        " developmental disorder in children",
        "author": ["Wakefield", "Murch", "Anthony"],
        "issued": [1998, 2],
        "container-title": "The Lancet",
        "publisher": "Elsevier BV",
        "volume": "351",
        "issue": "9103",
        "page": "637-641",
        "ISSN": "0140-6736",
        "DOI": WAKEFIELD,
        "URL": "https://doi.org/10.1016/s0140-6736(97)11096-0",
    },
    "retraction-notice": {
        "type": "article-journal",
        "title": "Retraction—Ileal-lymphoid-nodular hyperplasia, non-specific colitis, and pervasive"
        " developmental disorder in children",
        "issued": [2010, 2],
        "container-title": "The Lancet",
        "publisher": "Elsevier BV",
        "ISSN": "0140-6736",
        "DOI": ITS_RETRACTION,
        "URL": "https://doi.org/10.1016/s0140-6736(10)60175-4",
    },
    "work-multi-notice": {
        "type": "article-journal",
        "title": "RETRACTED: Hydroxychloroquine or chloroquine with or without a macrolide for treatment of"
        " COVID-19: a multinational registry analysis",
        "issued": [2020, 5],
        "container-title": "The Lancet",
        "publisher": "Elsevier BV",
        "DOI": SURGISPHERE,
        "URL": "https://doi.org/10.1016/s0140-6736(20)31180-6",
    },
    "work-addendum-preprint": {
        "type": "article-journal",
        "title": "A pneumonia outbreak associated with a new coronavirus of probable bat origin",
        "author": ["Zhou", "Yang"],
        "issued": [2020, 2, 3],
        "container-title": "Nature",
        "publisher": "Springer Science and Business Media LLC",
        "volume": "579",
        "issue": "7798",
        "page": "270-273",
        "ISSN": "0028-0836, 1476-4687",
        "DOI": "10.1038/s41586-020-2012-7",
        "URL": "https://doi.org/10.1038/s41586-020-2012-7",
    },
    "work-has-preprint": {
        "type": "article-journal",
        "title": "Towards a pragmatic use of statistics in ecology",
        "author": ["Castilho", "Prado"],
        "issued": [2021, 9, 1],
        "container-title": "PeerJ",
        "publisher": "PeerJ",
        "volume": "9",
        "page": "e12090",
        "ISSN": "2167-8359",
        "DOI": "10.7717/peerj.12090",
        "URL": "https://peerj.com/articles/12090",
    },
    "work-self-update": {
        "type": "article-journal",
        "title": "GWAS and 3D chromatin mapping identifies multicancer risk genes associated with"
        " hormone-dependent cancers",
        "issued": [2024, 11, 25],
        "container-title": "PLOS Genetics",
        "container-title-short": "PLoS Genet",
        "publisher": "Public Library of Science (PLoS)",
        "volume": "20",
        "issue": "11",
        "page": "e1011490",
        "ISSN": "1553-7404",
        "DOI": "10.1371/journal.pgen.1011490",
        "URL": "https://dx.plos.org/10.1371/journal.pgen.1011490",
    },
    "work-no-date": {
        "type": "paper-conference",
        "title": "Accurate and explicit differentiation of wireless and congestion losses",
        "author": ["Arya", "Turletti"],
        # Not issued, says the record; but its DOI was made on this day.
        "issued": [2004, 6, 22],
        "container-title": "23rd International Conference on Distributed Computing Systems Workshops, 2003."
        " Proceedings.",
        "publisher": "IEEE",
        "page": "877-882",
        "DOI": "10.1109/icdcsw.2003.1203662",
        "URL": "http://ieeexplore.ieee.org/document/1203662/",
    },
    "work-dirty-title": {
        "type": "article-journal",
        "title": "Construction of a reference material panel for detecting KRAS / NRAS / EGFR / BRAF / MET"
        " mutations in plasma ctDNA",
        "issued": [2020, 8, 17],
        "container-title": "Journal of Clinical Pathology",
        "container-title-short": "J Clin Pathol",
        "publisher": "BMJ",
        "volume": "74",
        "issue": "5",
        "page": "314-320",
        "ISSN": "0021-9746, 1472-4146",
        "DOI": "10.1136/jclinpath-2020-206745",
        "URL": "https://jcp.bmj.com/lookup/doi/10.1136/jclinpath-2020-206745",
    },
}
#: Their authors are many; the first and the last are checked.
LONG = {
    "work-self-update": ("Rivera", "Isela Sarahi", 12),
    "work-dirty-title": ("Xu", "Jun", 12),
}


@pytest.mark.parametrize("name", CARDS)
def test_the_card_of_a_recorded_work(name: str) -> None:
    record = work(name)
    item = dict(record.csl)
    if name in LONG:
        family, given_name, most = LONG[name]
        authors = item.pop("author")
        assert authors[0] == {"family": family, "given": given_name}
        assert 4 <= len(authors) <= most
        item.pop("editor", None)
    for role in ("author", "editor"):
        if role in item:
            item[role] = [person["family"] for person in item[role]]
    item["issued"] = item["issued"]["date-parts"][0]
    assert item == CARDS[name]
    assert record.identifiers == (doi(CARDS[name]["DOI"]),)


def test_every_recorded_work_has_a_card() -> None:
    recorded("crossref-work-article.json")
    names = {path.stem for path in (SHARED / "references" / "samples").glob("crossref-*.json")}
    others = {"crossref-agency", "crossref-error-400", "crossref-query-bibliographic"}
    assert names == {f"crossref-{name}" for name in CARDS} | others


def test_names_are_whole() -> None:
    assert work("work-article").csl["author"][3] == {"family": "Knowles", "given": "Tuomas P. J."}
    assert work("work-retracted").csl["author"][0] == {"family": "Wakefield", "given": "AJ"}


ABOUT = {
    "work-article": {
        "cited_by": "110",
        "licence": "https://creativecommons.org/licenses/by/4.0",
        "issn": "2045-2322",
    },
    "work-corrected": {
        "cited_by": "72",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "issn": "1932-6203",
    },
    # Its only licence is for machines that mine texts.
    "work-retracted": {"cited_by": "2035", "issn": "0140-6736"},
    "retraction-notice": {"issn": "0140-6736", "notice": "retraction"},
    "work-multi-notice": {},
    "work-addendum-preprint": {
        "abstract": "Since the outbreak of severe acute respiratory syndrome (SARS) 18 years ago, a large"
        " number of SARS-related coronaviruses (SARSr-CoVs).",
        "cited_by": "17529",
        "licence": "https://creativecommons.org/licenses/by/4.0",
        "issn": "0028-0836, 1476-4687",
    },
    "work-no-date": {"cited_by": "4"},
    "work-dirty-title": {
        "cited_by": "10",
        "licence": "https://creativecommons.org/licenses/by-nc/4.0/",
        "issn": "0021-9746, 1472-4146",
        "years": "2020 2021",
    },
}


@pytest.mark.parametrize("name", ABOUT)
def test_what_else_a_page_can_use(name: str) -> None:
    about = dict(work(name).about)
    if "abstract" not in ABOUT[name]:
        about.pop("abstract", None)
    assert about == ABOUT[name]


def test_an_abstract_is_its_beginning_in_plain_words() -> None:
    article = work("work-article").about["abstract"]
    assert article.startswith("Oligomers of alpha-synuclein are toxic")
    assert (len(article), article[-1]) == (300, "…")
    assert (
        work("work-dirty-title")
        .about["abstract"]
        .startswith(
            "Background: The absence of high-quality next-generation sequencing (NGS) reference material"
        )
    )


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("<jats:title>Summary.</jats:title><jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One. Two."),
        ("<jats:sec><jats:title>Aim:</jats:title><jats:p>To see.</jats:p></jats:sec>", "Aim: To see."),
        (
            "<jats:p>H<jats:sub>2</jats:sub>O ( <jats:italic>pure</jats:italic> ), p &lt; 0.05</jats:p>",
            "H2O (pure), p < 0.05",
        ),
        (
            "<jats:list><jats:list-item>One</jats:list-item><jats:list-item>two</jats:list-item></jats:list>",
            "One two",
        ),
        ("<jats:p>Cut off in <jats:ital", "Cut off in"),
        ("<jats:p>Cut off in <jats:ext-link xlink:href='x", "Cut off in"),
        ("a < b and c", "a < b and c"),
        ("The <jats:tex-math>\\documentclass{minimal}</jats:tex-math><mml:mi>x</mml:mi> axis", "The x axis"),
        ("<jats:p>" * 100_000, None),
        (["An abstract"], None),
    ],
)
def test_abstracts(abstract: Any, expected: str | None) -> None:
    assert read(message(abstract=abstract)).about.get("abstract") == expected


# --- notices -------------------------------------------------------------------------------------------


def test_retracted_is_known_from_retraction_watch_alone() -> None:
    record = work("work-retracted")
    notices, stands = standing(record)
    assert notices == [
        Notice(
            Type.CORRECTION, date(2004, 3, 6), doi("10.1016/s0140-6736(04)15715-2"), ("retraction-watch",)
        ),
        Notice(Type.RETRACTION, date(2010, 2, 6), doi(ITS_RETRACTION), ("retraction-watch",)),
    ]
    assert stands is Level.RETRACTED
    assert not is_notice(record)
    assert from_title(record.csl["title"]) is Type.RETRACTION


def test_the_notice_of_a_retraction_is_not_retracted() -> None:
    record = work("retraction-notice")
    assert (record.notices, standing(record)[1]) == ((), Level.NONE)
    assert announced(record) is Type.RETRACTION
    assert record.relations == (Related("update-of", doi(WAKEFIELD)),)
    assert from_title(record.csl["title"]) is None


def test_several_notices_and_one_of_them_told_twice() -> None:
    notices, stands = standing(work("work-multi-notice"))
    retraction = doi("10.1016/s0140-6736(20)31324-6")
    assert stands is Level.RETRACTED
    assert notices == [
        # The publisher's date is the article's own, so nobody knows the day.
        Notice(Type.RETRACTION, None, retraction, ("publisher", "retraction-watch")),
        Notice(Type.CORRECTION, None, doi("10.5555/placeholder-correction"), ("retraction-watch",)),
        Notice(Type.ERRATUM, None, doi("10.5555/placeholder-erratum"), ("publisher",)),
        Notice(
            Type.EXPRESSION_OF_CONCERN,
            date(2020, 6, 3),
            doi("10.1016/s0140-6736(20)31290-3"),
            ("retraction-watch",),
        ),
    ]


def test_a_correction_is_no_retraction() -> None:
    record = work("work-corrected")
    correction = doi("10.1371/annotation/c76da2c1-ccb8-4797-94c1-359d3ceceeda")
    assert record.notices == (Noticed("correction", "publisher", date(2012, 5, 8), correction),)
    assert standing(record)[1] is Level.CORRECTED
    assert record.relations == (Related("has-update", correction),)
    assert not is_notice(record)


def test_an_addendum_and_versions() -> None:
    record = work("work-addendum-preprint")
    addendum = doi("10.1038/s41586-020-2951-z")
    assert record.notices == (Noticed("addendum", "publisher", date(2020, 11, 17), addendum),)
    assert standing(record)[1] is Level.CORRECTED
    assert record.relations == (
        Related("has-preprint", doi("10.1101/2020.01.22.914952")),
        Related("has-review", doi("10.3410/f.737304963.793571621")),
        Related("has-update", addendum),
    )


def test_a_new_version_of_itself_is_no_notice() -> None:
    record = work("work-self-update")
    assert (record.notices, standing(record)[1]) == ((), Level.NONE)
    assert record.relations == (Related("has-preprint", doi("10.1101/2024.07.14.24310389")),)
    assert not is_notice(record)


def test_a_preprint_and_its_reviews() -> None:
    related = work("work-has-preprint").relations
    assert Related("has-preprint", doi("10.1101/366815")) in related
    assert [each.identifier.value for each in related if each.kind == "has-review"] == [
        "10.7287/peerj.12090v0.2/reviews/1",
        "10.7287/peerj.12090v0.1/reviews/3",
        "10.7287/peerj.12090v0.1/reviews/2",
        "10.7287/peerj.12090v0.1/reviews/1",
    ]
    assert len(related) == 5


@pytest.mark.parametrize("name", ["work-article", "work-has-preprint", "work-no-date", "work-dirty-title"])
def test_works_without_notices(name: str) -> None:
    assert work(name).notices == ()


def update(type: str, doi: str = "10.5555/n", source: str = "publisher", *parts: int) -> dict[str, Any]:
    return {"type": type, "DOI": doi, "source": source, "updated": {"date-parts": [list(parts)]}}


def message(**fields: Any) -> dict[str, Any]:
    return {"DOI": "10.5555/Own", "type": "journal-article", "title": ["A study"], **fields}


def read(message: dict[str, Any], asked: str = "10.5555/own") -> Record:
    return found(crossref.read(told({"message-type": "work", "message": message}), asked))


@pytest.mark.parametrize("type", ["retraction", "withdrawal", "removal"])
@pytest.mark.parametrize("lists", [["updated-by"], ["update-to"], ["update-to", "updated-by"]])
def test_a_work_can_be_taken_back_in_place(type: str, lists: list[str]) -> None:
    record = read(message(**{name: [update(type, "10.5555/OWN")] for name in lists}))
    assert record.notices == (Noticed(type, "publisher", None, doi("10.5555/own")),)
    assert record.relations == ()
    assert not is_notice(record)


@pytest.mark.parametrize("type", ["correction", "expression_of_concern", "new_version", "nonsense", 7, None])
def test_nothing_else_happens_in_place(type: Any) -> None:
    entry = {**update("", "10.5555/own"), "type": type}
    record = read(message(**{"update-to": [entry], "updated-by": [entry]}))
    assert (record.notices, record.relations, is_notice(record)) == ((), (), False)


def test_what_mirrors_the_notice_is_no_notice_of_it() -> None:
    mirrored = [update("retraction", "10.5555/paper")]
    also = update("correction", "10.5555/of-the-notice")
    record = read(message(**{"update-to": mirrored, "updated-by": [*mirrored, also]}))
    assert [notice.type for notice in record.notices] == ["correction"]
    assert announced(record) is Type.RETRACTION


def test_both_names_of_a_moved_doi_are_its_own() -> None:
    record = read(message(**{"updated-by": [update("correction", "10.5555/own")]}), "10.5555/old")
    assert record.identifiers == (doi("10.5555/old"), doi("10.5555/own"))
    assert record.notices == ()


def test_a_doi_that_would_have_to_be_trimmed_is_nobodys() -> None:
    assert read(message(DOI="10.5555/own."), "10.5555/old").identifiers == (doi("10.5555/old"),)
    assert read(message(DOI="10.48550/arXiv.1706.03762"), "").identifiers == (
        Identifier(Scheme.ARXIV, "1706.03762"),
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            update("Expression_of-Concern"),
            Noticed("expression-of-concern", "publisher", None, doi("10.5555/n")),
        ),
        (update("partial_retraction"), Noticed("partial-retraction", "publisher", None, doi("10.5555/n"))),
        ({"label": "Corrigendum"}, Noticed("corrigendum", "crossref")),
        (update("retraction", "unavailable", "Retraction-Watch"), Noticed("retraction", "retraction-watch")),
        (update("erratum", source="a,b"), Noticed("erratum", "crossref", None, doi("10.5555/n"))),
    ],
)
def test_words_for_notices(entry: dict[str, Any], expected: Noticed) -> None:
    assert read(message(**{"updated-by": [entry]})).notices == (expected,)


@pytest.mark.parametrize(
    ("born", "source", "on", "expected"),
    [
        ([2020, 5, 22], "publisher", (2020, 5, 22), None),
        ([2020, 5, 22], "publisher", (2019, 1, 1), None),
        ([2020, 5, 22], "publisher", (2020, 5, 23), date(2020, 5, 23)),
        ([2020, 5, 22], "retraction-watch", (2020, 5, 22), date(2020, 5, 22)),
        ([2020, 5], "publisher", (2020, 5, 31), None),
        ([2020], "publisher", (2020, 6, 1), date(2020, 6, 1)),
        ([2020, 5, 22], "publisher", (2020, 6, 31), None),
        ([2020, 5, 22], "publisher", (2021,), None),
    ],
)
def test_the_works_own_date_is_not_that_of_its_notice(
    born: list[int], source: str, on: tuple[int, ...], expected: date | None
) -> None:
    fields = {
        "issued": {"date-parts": [born]},
        "updated-by": [update("retraction", "10.5555/n", source, *on)],
    }
    assert read(message(**fields)).notices[0].on == expected


def test_a_corrected_article_that_replaces_another_is_an_article() -> None:
    updates = {"update-to": [update("correction", "10.5555/first")]}
    assert not is_notice(read(message(**updates, abstract="<p>We found …</p>")))
    assert announced(read(message(**updates))) is Type.CORRECTION
    titled = message(**updates, title=["Author Correction: A study"], abstract="<p>An amendment …</p>")
    assert announced(read(titled)) is Type.CORRECTION


def test_versions_are_related() -> None:
    record = read(
        message(
            **{
                "update-to": [update("new_edition", "10.5555/first")],
                "updated-by": [update("new_version", "10.5555/third")],
                "relation": {
                    "is-preprint-of": [{"id-type": "DOI", "id": "https://doi.org/10.5555/JOURNAL"}],
                    "is-version-of": [{"id-type": "arxiv", "id": "arXiv:1706.03762v2"}],
                    "is-review-of": [
                        {"id-type": "pmid", "id": 30726251},
                        {"id-type": "issn", "id": "1"},
                        "x",
                    ],
                    "is-supplemented-by": [{"id-type": "doi", "id": "10.5555/own"}],
                    "cites": [{"id-type": "doi", "id": "10.5555/cited"}],
                },
            }
        )
    )
    assert set(record.relations) == {
        Related("version-of", doi("10.5555/first")),
        Related("has-version", doi("10.5555/third")),
        Related("preprint-of", doi("10.5555/journal")),
        Related("version-of", Identifier(Scheme.ARXIV, "1706.03762")),
        Related("review-of", Identifier(Scheme.PMID, "30726251")),
    }
    assert record.notices == ()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "posted-content", "subtype": "preprint"}, "preprint"),
        ({"type": "posted-content"}, "preprint"),
        ({"type": "posted-content", "subtype": "letter"}, ""),
        ({"type": "book-chapter"}, "book"),
        ({"title": ["Small doses"], "subtitle": ["A systematic review"]}, "systematic-review"),
        ({}, "other"),
        ({"type": "component"}, ""),
    ],
)
def test_kinds_of_evidence(fields: dict[str, Any], expected: str) -> None:
    assert read(message(**fields)).evidence == expected


# --- asking and what is no record ----------------------------------------------------------------------


def test_one_doi_is_asked_for_politely() -> None:
    asked = crossref.question(SETTINGS, "10.1002/(sici)1<1::aid>3.0.co;2-2")
    assert asked.service == "crossref"
    assert asked.key == "work:10.1002/(sici)1<1::aid>3.0.co;2-2"
    assert asked.url == "https://api.crossref.org/works/10.1002%2F%28sici%291%3C1%3A%3Aaid%3E3.0.co%3B2-2"
    assert asked.query == {"mailto": "team@example.org"}
    assert crossref.question(Settings(), "10.5555/x").query == {}


@pytest.mark.parametrize("status", [400, 404])
def test_an_unknown_doi_is_missing(status: int) -> None:
    # As recorded: plain text.
    assert crossref.read(told("Resource not found.", status), "10.5555/x") == Missing()


def test_a_refused_parameter_says_nothing_of_the_doi() -> None:
    assert isinstance(crossref.read(recorded("crossref-error-400.json", 400), "10.5555/x"), Unavailable)


@pytest.mark.parametrize(
    "answer",
    [
        told({}, 403),
        told({}, 429),
        told("<html>Just a moment</html>"),
        told("[]"),
        told({"status": "ok", "message": []}),
        told({"status": "ok", "message": {"title": ["No DOI"]}}),
        told({"message-type": "work-agency", "message": {"DOI": "10.5555/x"}}),
    ],
)
def test_anything_else_is_unavailable(answer: Answer) -> None:
    outcome = crossref.read(answer, "10.5555/x")
    assert isinstance(outcome, Unavailable)
    assert outcome.why


def test_the_agencys_name_is_not_a_work() -> None:
    answer = recorded("crossref-agency.json")
    assert isinstance(crossref.read(answer, "10.1126/science.169.3946.635"), Unavailable)


def test_a_search_keeps_the_order_of_the_registry() -> None:
    asked = crossref.search_question(SETTINGS, " Fish\nontology \0 ", rows=5)
    assert (asked.url, asked.key) == ("https://api.crossref.org/works", "search:5:Fish ontology")
    assert asked.query == {
        "query.bibliographic": "Fish ontology",
        "rows": "5",
        "mailto": "team@example.org",
    }
    records = crossref.read_search(recorded("crossref-query-bibliographic.json"))
    assert not isinstance(records, Unavailable)
    assert [record.identifiers for record in records] == [
        (doi("10.7717/peerj.3811"),),
        (doi("10.7717/peerj.5066"),),
        (doi("10.7717/peerj.5956"),),
    ]
    assert records[0].csl["title"] == "Fish Ontology framework for taxonomy-based fish recognition"
    assert Related("has-preprint", doi("10.7287/peerj.preprints.3020")) in records[0].relations


def test_a_long_text_is_cut_before_it_is_searched() -> None:
    asked = crossref.search_question(SETTINGS, "word " * 1000)
    assert len(asked.query["query.bibliographic"]) == 600
    assert len(asked.key) < 700


def test_a_batch() -> None:
    dois = ["10.7717/peerj.3811", "10.7717/PeerJ.5956", "10.5555/unknown"]
    asked = crossref.batch_question(SETTINGS, dois)
    assert asked.query["filter"] == "doi:10.7717/peerj.3811,doi:10.7717/PeerJ.5956,doi:10.5555/unknown"
    assert asked.query["rows"] == "3"
    assert len(asked.key) < 100
    assert asked.key != crossref.batch_question(SETTINGS, dois[:2]).key
    records = crossref.read_batch(recorded("crossref-query-bibliographic.json"), dois)
    assert not isinstance(records, Unavailable)
    # The third is not in it, which does not say that there is none.
    assert list(records) == dois[:2]
    assert records[dois[1]].csl["title"].startswith("Do fish get wasted?")


@pytest.mark.parametrize("dois", [[], ["10.5555/x"] * 21, ["10.5555/a,b"]])
def test_what_no_batch_can_ask(dois: list[str]) -> None:
    with pytest.raises(ValueError, match="batch"):
        crossref.batch_question(SETTINGS, dois)


@pytest.mark.parametrize(
    "answer", [told("no"), told({}), told({"message": {"items": {}}}), told({}, 404), told({}, 503)]
)
def test_no_list_is_unavailable(answer: Answer) -> None:
    assert isinstance(crossref.read_search(answer), Unavailable)
    assert isinstance(crossref.read_batch(answer, ["10.5555/x"]), Unavailable)


@pytest.mark.usefixtures("samples")
def test_the_four_works_of_the_seeds() -> None:
    works = [crossref_work(csl) for csl in sample("four-works.json")]
    assert [formatting.label(to_csl(work)) for work in works] == [
        "Polito & Stevenson 2019",
        "Anderson et al. 2019",
        "Rootman et al. 2021",
        "Johnstad 2018",
    ]
    assert [read(work, work["DOI"]).evidence for work in works] == ["other", "other", "other", "qualitative"]


# --- traps ---------------------------------------------------------------------------------------------


def test_names() -> None:
    people = [
        {"given": "ANNA", "family": "MÜLLER-LYER"},
        {"family": "NG", "given": "A"},
        {"name": "The Microdosing Group"},
        {"given": "Plato"},
        {"family": "King", "given": "M. L.", "suffix": "Jr"},
        "nobody",
        {},
    ]
    assert to_csl({"DOI": "10.5555/X", "author": people})["author"] == [
        {"family": "Müller-Lyer", "given": "ANNA"},
        {"family": "NG", "given": "A"},
        {"literal": "The Microdosing Group"},
        {"literal": "Plato"},
        {"family": "King", "given": "M. L.", "suffix": "Jr"},
    ]


@pytest.mark.parametrize(
    ("title", "subtitle", "expected"),
    [
        (["Small doses"], ["A review"], "Small doses: A review"),
        (["Small doses: a review"], ["A review"], "Small doses: a review"),
        (["Small doses?"], ["A review"], "Small doses? A review"),
        ([], ["A review"], "A review"),
        (["H<sub>2</sub>O &amp; <i>E. coli</i>\n  <scp>dna</scp>"], [], "H2O & E. coli dna"),
        (["p &lt; 0.05 &amp;lt;i&amp;gt;here&amp;lt;/i&amp;gt;"], None, "p < 0.05 here"),
        (["<script>alert(1)</script>"], None, "<script>alert(1)</script>"),
        (["a\u202eb\u0000c\ud800d\u200be"], None, "abcde"),
        ("A bare text", 7, "A bare text"),
    ],
)
def test_titles(title: Any, subtitle: Any, expected: str) -> None:
    assert to_csl({"DOI": "10.5555/x", "title": title, "subtitle": subtitle})["title"] == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([[2019]], [[2019]]),
        ([[2019, 2]], [[2019, 2]]),
        ([[2019, 13, 1]], [[2019]]),
        ([[None]], None),
        ([["2019", "02"]], [[2019, 2]]),
        ([["x"]], None),
        ([[True]], None),
        ([[99999]], None),
        ([], None),
        ("2019", None),
    ],
)
def test_dates(parts: Any, expected: Any) -> None:
    issued = to_csl({"DOI": "10.5555/x", "issued": {"date-parts": parts}}).get("issued")
    assert issued == ({"date-parts": expected} if expected else None)


def test_a_preprint_names_its_server() -> None:
    csl = to_csl({"DOI": "10.1101/1", "type": "posted-content", "institution": [{"name": "bioRxiv"}]})
    assert (csl["type"], csl["container-title"]) == ("article", "bioRxiv")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://", "http://a b/", 7, None, "//x.org"])
def test_a_strange_address_is_replaced_by_the_doi(address: Any) -> None:
    csl = to_csl({"DOI": "10.5555/A<b>", "resource": {"primary": {"URL": address}}})
    assert csl["URL"] == "https://doi.org/10.5555/a%3Cb%3E"


def test_long_records_are_cut() -> None:
    csl = to_csl({"DOI": "10.5555/x", "title": ["x" * 10**6], "author": [{"family": "y" * 10**5}] * 10**4})
    assert len(json.dumps(csl)) < 100_000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_KEYS = (
    "DOI type title subtitle author editor issued published created container-title institution group-title"
    " short-container-title publisher volume issue page article-number ISSN ISBN resource"
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(_KEYS.split()), json_values))
def test_no_record_breaks_it(message: dict[str, Any]) -> None:
    csl = to_csl({**message, "type": message.get("type", "posted-content")})
    formatting.html(csl, [])
    formatting.label(csl)
    json.dumps(csl).encode()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_plain_text_is_one_storable_line(text: str) -> None:
    line = plain(text, 100)
    assert len(line) <= 100
    assert line == " ".join(line.split())
    assert "\0" not in line
    line.encode()


@pytest.mark.parametrize(
    "name", ["retraction-notice", "work-addendum-preprint", "work-corrected", "error-400"]
)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_answer_breaks_it(name: str, data: st.DataObject) -> None:
    check(crossref.read, data.draw(spoiled(f"crossref-{name}.json")), "10.1038/s41586-020-2012-7")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_list_breaks_it(data: st.DataObject) -> None:
    answer = data.draw(spoiled("crossref-query-bibliographic.json"))
    records = crossref.read_search(answer)
    if not isinstance(records, Unavailable):
        assert all(record.identifiers for record in records)
    check(_first_of_batch, answer, "10.7717/peerj.3811")


def _first_of_batch(answer: Answer, value: str) -> Outcome:
    records = crossref.read_batch(answer, [value])
    if isinstance(records, Unavailable):
        return records
    return Found(records[value]) if value in records else Missing()
