"""PubMed's summaries and records: as recorded, with every notice, and as odd as can be."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import SETTINGS, check, doi, found, known, pmid, recorded, spoiled, told

from forum.config import Settings
from forum.fetch import Answer
from forum.references import formatting
from forum.references.identifiers import NotAnIdentifier
from forum.references.resolvers import Missing, Noticed, Related, Unavailable, people, pubmed

# --- asking --------------------------------------------------------------------------------------------


def test_both_questions_say_who_asks() -> None:
    summary, record = pubmed.summary_question(SETTINGS, "42802988"), pubmed.question(SETTINGS, "42802988")
    assert summary.url == "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esummary.fcgi"
    assert record.url == "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi"
    assert summary.query == {
        "db": "pubmed", "id": "42802988", "retmode": "json", "version": "2.0",
        "tool": "footnote", "email": "team@example.org",
    }  # fmt: skip
    assert record.query["retmode"] == "xml"
    assert (summary.service, record.service) == ("pubmed", "pubmed")
    assert summary.key != record.key


def test_a_key_is_sent_and_no_contact_is_not() -> None:
    query = pubmed.question(Settings(pubmed_key="k", contact=""), "1").query
    assert query["api_key"] == "k"
    assert "email" not in query


@pytest.mark.parametrize("value", ["1,2", "", "0", "1234567890", "10.1000/x", "1 2"])
def test_only_one_number_is_asked_for(value: str) -> None:
    with pytest.raises(NotAnIdentifier):
        pubmed.summary_question(SETTINGS, value)


# --- as recorded ---------------------------------------------------------------------------------------


def test_the_recorded_summary() -> None:
    record = found(pubmed.read_summary(recorded("pubmed-esummary.json"), "42802988"))
    assert record.csl == {
        "type": "article-journal",
        "title": "Propofol and Glioblastoma Biology: A Narrative Review of Perioperative Clinical Evidence"
        " and PI3K/AKT-Wnt-miRNA, GABA-A, and Immune-Checkpoint Pathways",
        "author": [
            {"family": "Imani", "given": "M"},
            {"family": "Lotfi", "given": "M"},
            {"family": "Shahcheraghi", "given": "SH"},
        ],
        "issued": {"date-parts": [[2026]]},
        "container-title": "BioMed research international",
        "container-title-short": "Biomed Res Int",
        "volume": "2026",
        "issue": "1",
        "page": "e4808235",
        "ISSN": "2314-6133, 2314-6141",
        "DOI": "10.1155/bmri/4808235",
        "PMID": "42802988",
        "PMCID": "PMC13617464",
        "URL": "https://doi.org/10.1155/bmri/4808235",
    }
    assert known(record) == {"pmid": "42802988", "pmcid": "PMC13617464", "doi": "10.1155/bmri/4808235"}
    assert record.about == {"publication_types": "Journal Article; Review"}
    assert record.notices == ()
    assert formatting.label(record.csl) == "Imani et al. 2026"


def test_the_recorded_record() -> None:
    record = found(pubmed.read(recorded("pubmed-efetch.xml"), "30571677"))
    assert record.csl == {
        "type": "article-journal",
        "title": "Ten simple rules for documenting scientific software",
        "author": [{"family": "Lee", "given": "Benjamin D"}],
        # Never printed: the day on which it came out, not the month of its issue.
        "issued": {"date-parts": [[2018, 12, 20]]},
        "container-title": "PLoS computational biology",
        "container-title-short": "PLoS Comput Biol",
        "volume": "14",
        "issue": "12",
        "page": "e1006561",
        "ISSN": "1553-7358",
        "DOI": "10.1371/journal.pcbi.1006561",
        "PMID": "30571677",
        "URL": "https://doi.org/10.1371/journal.pcbi.1006561",
    }
    assert known(record) == {"pmid": "30571677", "doi": "10.1371/journal.pcbi.1006561"}
    assert (record.evidence, record.about) == ("other", {"publication_types": "Editorial"})


def test_one_answer_may_hold_a_record_and_a_no() -> None:
    answer = recorded("pubmed-esummary-missing.json")
    record = found(pubmed.read_summary(answer, "1"))
    assert (record.csl["title"], record.csl["URL"]) == (
        "Formate assay in body fluids",
        "https://pubmed.ncbi.nlm.nih.gov/1/",
    )
    assert pubmed.read_summary(answer, "99999999999") == Missing()
    assert isinstance(pubmed.read_summary(answer, "2"), Unavailable)


def test_what_is_no_number_is_missing() -> None:
    assert pubmed.read_summary(recorded("pubmed-esummary-error.json"), "1") == Missing()


# --- failures inside status 200 ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        told({"error": "API rate limit exceeded", "api-key": "1.2.3.4", "count": "4", "limit": "3"}),
        told({"error": "Too many UIDs in request. Maximum number of UIDs is 500 for JSON format output."}),
        told({"esummaryresult": ["Empty id list - nothing todo"]}),
        told({"result": {"uids": ["1"], "1": {"uid": "1", "error": "Search Backend failed"}}}),
        told({"result": {"uids": ["1"], "1": {"uid": "2", "title": "Another one."}}}),
        told({"result": {"uids": ["1"], "1": {"uid": "1", "title": ""}}}),
        told({"result": {"uids": ["1"], "1": []}}),
        told({"error": "API rate limit exceeded"}, 429),
        told({"error": "Invalid uid 1 at position= 0"}, 500),
        told("<html>Just a moment</html>"),
        told([]),
        told("[" * 100_000),
    ],
)
def test_an_unusable_summary_is_unavailable(answer: Answer) -> None:
    assert isinstance(pubmed.read_summary(answer, "1"), Unavailable)


def test_line_breaks_within_texts_are_read() -> None:
    body = '{"result":{"uids":["1"],"1":{"uid":"1","title":"One\nline."}}}'
    assert found(pubmed.read_summary(told(body), "1")).csl["title"] == "One line"
    assert pubmed.read_summary(told('{"error":"Invalid uid a\nb at position= 0"}'), "1") == Missing()


def test_a_set_without_records_is_a_no() -> None:
    assert (
        pubmed.read(told('<?xml version="1.0" ?>\n<PubmedArticleSet>\n</PubmedArticleSet>'), "1") == Missing()
    )


@pytest.mark.parametrize(
    "answer",
    [
        told("<PubmedArticleSet>Resource temporarily unavailable</PubmedArticleSet>"),
        told("<PubmedArticleSet><Error>busy</Error></PubmedArticleSet>"),
        told("<eFetchResult><ERROR>ID list is empty!</ERROR></eFetchResult>"),
        told("<eFetchResult></eFetchResult>"),
        told("<PubmedArticleSet></PubmedArticleSet>", 502),
        told("<PubmedArticleSet><PubmedArticle>"),
        told(""),
        told(b'<?xml version="1.0" encoding="klingon"?><PubmedArticleSet/>'),
        told(
            '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><PubmedArticleSet>&c;</PubmedArticleSet>'
        ),
        told(
            '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><PubmedArticleSet>&b;</PubmedArticleSet>'
        ),
        told('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><PubmedArticleSet>&alpha;</PubmedArticleSet>'),
        told("<a>" * 100_000 + "</a>" * 100_000),
    ],
)
def test_an_unusable_record_is_unavailable(answer: Answer) -> None:
    assert isinstance(pubmed.read(answer, "1"), Unavailable)


# --- names, titles, dates ------------------------------------------------------------------------------


def summary(**fields: Any) -> dict[str, Any]:
    item = {"uid": "7", "title": "A title.", **fields}
    record = found(pubmed.read_summary(told({"result": {"uids": ["7"], "7": item}}), "7"))
    return {**record.csl}


def test_names() -> None:
    names = ["Imani M", "van der Berg JA", "King ML Jr", "Ivanov II", "Plato", "Kim SoYoung"]
    authors = [{"name": name, "authtype": "Author"} for name in names]
    authors += [{"name": "GBD 2019 Collaborators", "authtype": "CollectiveName"}, {"name": 7}, {}]
    assert summary(authors=authors)["author"] == [
        {"family": "Imani", "given": "M"},
        {"family": "van der Berg", "given": "JA"},
        {"family": "King", "given": "ML", "suffix": "Jr"},
        {"family": "Ivanov", "given": "II"},
        {"literal": "Plato"},
        {"family": "Kim", "given": "SoYoung"},
        {"literal": "GBD 2019 Collaborators"},
    ]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Does it work?", "Does it work?"),
        ("[A study of doses].", "[A study of doses]"),
        ("To be continued...", "To be continued..."),
        ("&lt;i&gt;E. coli&lt;/i&gt; and H<sub>2</sub>O.", "E. coli and H2O"),
    ],
)
def test_titles_lose_their_full_stop(title: str, expected: str) -> None:
    assert summary(title=title)["title"] == expected


@pytest.mark.parametrize(
    ("pubdate", "expected"),
    [
        ("2018 Feb", [2018, 2]),
        ("2018 Feb 6", [2018, 2, 6]),
        ("2018 Feb-Mar", [2018, 2]),
        ("2018 Mar 31-Apr 6", [2018, 3, 31]),
        ("2018 Spring", [2018]),
        ("2018 Feb 30", [2018, 2]),
        ("2018 Dec-2019 Jan", [2018, 12]),
        ("1998", [1998]),
        ("2018/13/01", [2018]),
        ("2018/12/01 00:00", [2018, 12, 1]),
    ],
)
def test_dates(pubdate: str, expected: list[int]) -> None:
    assert summary(pubdate=pubdate)["issued"] == {"date-parts": [expected]}


def test_without_a_date_of_print_another_one_counts() -> None:
    assert summary(pubdate="", epubdate="2018 Dec 20")["issued"] == {"date-parts": [[2018, 12, 20]]}
    assert "issued" not in summary(pubdate="", epubdate="soon", sortpubdate=2018)


def test_journals_are_named_without_their_place() -> None:
    assert summary(fulljournalname="Lancet (London, England)")["container-title"] == "Lancet"
    assert (
        summary(fulljournalname="BMJ (Clinical research ed.)")["container-title"]
        == "BMJ (Clinical research ed.)"
    )


def test_a_chapter_is_in_its_book() -> None:
    csl = summary(title="Tuberculosis.", booktitle="StatPearls", publishername="StatPearls Publishing")
    assert (csl["type"], csl["title"], csl["container-title"]) == ("chapter", "Tuberculosis", "StatPearls")
    csl = summary(title="", booktitle="StatPearls", publishername="StatPearls Publishing")
    assert (csl["type"], csl["title"], csl["publisher"]) == ("book", "StatPearls", "StatPearls Publishing")
    assert "container-title" not in csl


def test_identifiers_that_cannot_be_meant_are_left_out() -> None:
    ids = [
        {"idtype": "doi", "value": "not a doi"},
        {"idtype": "doi", "value": "10.1000/half\ud800"},
        {"idtype": "doi", "value": "10.1000/" + "long" * 200},
        {"idtype": "doi", "value": "10.1000/dots" + "." * 700},
        {"idtype": "pmcid", "value": "pmc-id: PMC13617464;"},
        {"idtype": "doi", "value": "10.1000/FIRST"},
        {"idtype": "doi", "value": "10.1000/second"},
        {"idtype": ["pmc"], "value": "PMC1"},
        {"idtype": "pmc", "value": None},
    ]
    item = {"uid": 7, "title": "T.", "articleids": ids}
    record = found(pubmed.read_summary(told({"result": {"7": item}}), "7"))
    assert known(record) == {"pmid": "7", "doi": "10.1000/first"}


# --- notices -------------------------------------------------------------------------------------------


def article(links: str = "", types: str = "Journal Article", more: str = "", data: str = "") -> Answer:
    kinds = "".join(f"<PublicationType>{name}</PublicationType>" for name in types.split("; "))
    return told(
        f"""<?xml version="1.0" ?>
        <!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://x.invalid/p.dtd">
        <PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">9500320</PMID>
        <Article PubModel="Print"><Journal><JournalIssue>
        <PubDate><Year>1998</Year><Month>Feb</Month><Day>28</Day></PubDate></JournalIssue></Journal>
        <ArticleTitle>Ileal-lymphoid <i>hyperplasia</i>.</ArticleTitle>{more}
        <PublicationTypeList>{kinds}</PublicationTypeList></Article>
        <CommentsCorrectionsList>{links}</CommentsCorrectionsList></MedlineCitation>
        <PubmedData>{data}</PubmedData></PubmedArticle></PubmedArticleSet>"""
    )


def linked(kind: str, number: str = "", source: str = "") -> str:
    number = f'<PMID Version="1">{number}</PMID>' if number else ""
    return (
        f'<CommentsCorrections RefType="{kind}"><RefSource>{source}</RefSource>{number}</CommentsCorrections>'
    )


def test_a_retracted_paper_with_all_its_notices() -> None:
    links = [
        linked("Cites", "55555555", "Some paper. 1990 Jan 1;1:1."),
        linked("CommentIn", "9500319", "Lancet. 1998 Feb 28;351(9103):611-2"),
        linked("PartialRetractionIn", "15016483", "Murch SH, et al. Lancet. 2004 Mar 6;363(9411):750"),
        linked("ExpressionOfConcernIn", "21971344", "Lancet. 2004 Mar;363(9411):820"),
        linked(
            "RetractionIn",
            "20137807",
            "Lancet. 2010 Feb 6;375(9713):445. doi: 10.1016/S0140-6736(10)60175-4.",
        ),
    ]
    answer = article("".join(links), "Journal Article; Retracted Publication")
    record = found(pubmed.read(answer, "9500320"))
    assert record.notices == (
        Noticed("partial-retraction", "pubmed", date(2004, 3, 6), pmid("15016483")),
        Noticed("expression-of-concern", "pubmed", None, pmid("21971344")),
        Noticed("retraction", "pubmed", date(2010, 2, 6), pmid("20137807")),
    )
    assert record.relations == ()
    assert "notice" not in record.about


@pytest.mark.parametrize(
    ("kind", "type"),
    [
        ("RetractionIn", "retraction"),
        ("RetractedandRepublishedIn", "retraction"),
        ("PartialRetractionIn", "partial-retraction"),
        ("ExpressionOfConcernIn", "expression-of-concern"),
        ("ErratumIn", "erratum"),
        ("CorrectedandRepublishedIn", "correction"),
    ],
)
def test_each_kind_of_notice(kind: str, type: str) -> None:
    record = found(pubmed.read(article(linked(kind)), "9500320"))
    assert record.notices == (Noticed(type, "pubmed"),)


def test_a_notice_without_number_is_known_by_the_doi_in_its_citation() -> None:
    source = "PLoS Comput Biol. 2019 May 6;15(5):e1007031. doi: 10.1371/journal.pcbi.1007031."
    record = found(pubmed.read(article(linked("ErratumIn", source=source)), "9500320"))
    assert record.notices == (
        Noticed("erratum", "pubmed", date(2019, 5, 6), doi("10.1371/journal.pcbi.1007031")),
    )


def test_a_retracted_publication_without_link_is_retracted() -> None:
    answer = article(linked("ErratumIn", "5"), "Journal Article; Retracted Publication")
    assert [each.type for each in found(pubmed.read(answer, "9500320")).notices] == ["erratum", "retraction"]
    item = {"uid": "7", "title": "T.", "pubtype": ["Retracted Publication"]}
    record = found(pubmed.read_summary(told({"result": {"7": item}}), "7"))
    assert record.notices == (Noticed("retraction", "pubmed"),)


@pytest.mark.parametrize(
    ("kind", "type", "notice"),
    [
        ("RetractionOf", "Retraction of Publication", "retraction"),
        ("ErratumFor", "Published Erratum", "erratum"),
        ("ExpressionOfConcernFor", "Expression of Concern", "expression-of-concern"),
    ],
)
def test_the_notice_itself_is_not_retracted(kind: str, type: str, notice: str) -> None:
    record = found(pubmed.read(article(linked(kind, "15016483"), type), "9500320"))
    assert record.notices == ()
    assert record.relations == (Related("update-of", pmid("15016483")),)
    assert record.about["notice"] == notice


def test_a_notice_that_was_retracted_itself() -> None:
    answer = article(types="Published Erratum; Retracted Publication")
    record = found(pubmed.read(answer, "9500320"))
    assert record.notices == (Noticed("retraction", "pubmed"),)
    assert "notice" not in record.about


def test_summaries_tell_of_notices_too() -> None:
    references = [
        {
            "refsource": "Lancet. 2010 Feb 6;375(9713):445",
            "reftype": "Retraction in",
            "pmid": 20137807,
            "note": "",
        },
        {"refsource": "Lancet. 1998", "reftype": "Comment in", "pmid": 9500319},
    ]
    item = {"uid": "7", "title": "T.", "pubtype": ["Retracted Publication"], "references": references}
    record = found(pubmed.read_summary(told({"result": {"7": item}}), "7"))
    assert record.notices == (Noticed("retraction", "pubmed", date(2010, 2, 6), pmid("20137807")),)


def test_a_preprint_that_came_out_and_a_review_that_was_updated() -> None:
    preprint = found(pubmed.read(article(linked("UpdateIn", "38821936"), "Preprint"), "9500320"))
    assert preprint.relations == (Related("preprint-of", pmid("38821936")),)
    assert (preprint.csl["type"], preprint.evidence) == ("article", "preprint")
    links = linked("UpdateIn", "38821936") + linked("UpdateOf", "17")
    review = found(pubmed.read(article(links, "Journal Article; Systematic Review"), "9500320"))
    assert review.relations == (Related("has-update", pmid("38821936")), Related("update-of", pmid("17")))
    assert review.evidence == "systematic-review"


# --- the whole record ----------------------------------------------------------------------------------


def test_an_abstract_is_shown_as_far_as_is_fair() -> None:
    parts = '<AbstractText Label="METHODS">We <i>asked</i>.</AbstractText><AbstractText>So.</AbstractText>'
    record = found(pubmed.read(article(more=f"<Abstract>{parts}</Abstract>"), "9500320"))
    assert record.about["abstract"] == "METHODS: We asked. So."
    long = f"<AbstractText>{'word ' * 45}</AbstractText>" * 2
    abstract = found(pubmed.read(article(more=f"<Abstract>{long}</Abstract>"), "9500320")).about["abstract"]
    assert len(abstract) <= 300
    assert abstract.endswith("…")


def test_full_names() -> None:
    authors = """<AuthorList>
    <Author><LastName>King</LastName><ForeName>Martin L</ForeName><Suffix>Jr</Suffix></Author>
    <Author><LastName>Lim</LastName><Initials>WS</Initials></Author>
    <Author ValidYN="N"><LastName>Limm</LastName></Author>
    <Author><CollectiveName>RECOVERY Group</CollectiveName></Author><Author/></AuthorList>"""
    assert found(pubmed.read(article(more=authors), "9500320")).csl["author"] == [
        {"family": "King", "given": "Martin L", "suffix": "Jr"},
        {"family": "Lim", "given": "WS"},
        {"literal": "RECOVERY Group"},
    ]


def test_works_that_are_cited_do_not_lend_their_identifiers() -> None:
    data = """<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9999/cited</ArticleId>
    </ArticleIdList></Reference></ReferenceList>
    <ArticleIdList><ArticleId IdType="pmc">PMC12</ArticleId><ArticleId IdType="doi">10.1000/Own</ArticleId>
    </ArticleIdList>"""
    record = found(pubmed.read(article(data=data), "9500320"))
    assert known(record) == {"pmid": "9500320", "pmcid": "PMC12", "doi": "10.1000/own"}


def test_a_record_of_another_number_is_no_answer() -> None:
    assert isinstance(pubmed.read(article(), "9500321"), Unavailable)


CHAPTER = """<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID>20301623</PMID>
    <ArticleIdList><ArticleId IdType="bookaccession">NBK1450</ArticleId></ArticleIdList>
    <Book><Publisher><PublisherName>University of Washington</PublisherName>
    <PublisherLocation>Seattle (WA)</PublisherLocation></Publisher>
    <BookTitle>GeneReviews</BookTitle><PubDate><Year>1993</Year></PubDate><AuthorList Type="editors">
    <Author><LastName>Adam</LastName><ForeName>Margaret P</ForeName></Author></AuthorList></Book>
    <ArticleTitle>Amyotrophic Lateral Sclerosis Overview</ArticleTitle><AuthorList Type="authors">
    <Author><LastName>Siddique</LastName><ForeName>Nailah</ForeName></Author></AuthorList>
    <PublicationType>Review</PublicationType>
    <ContributionDate><Year>2001</Year><Month>03</Month><Day>23</Day></ContributionDate></BookDocument>
    <PubmedBookData><ArticleIdList><ArticleId IdType="pubmed">20301623</ArticleId></ArticleIdList>
    </PubmedBookData></PubmedBookArticle></PubmedArticleSet>"""


def test_a_chapter_of_a_bookshelf() -> None:
    record = found(pubmed.read(told(CHAPTER), "20301623"))
    assert record.csl == {
        "type": "chapter",
        "title": "Amyotrophic Lateral Sclerosis Overview",
        "author": [{"family": "Siddique", "given": "Nailah"}],
        "editor": [{"family": "Adam", "given": "Margaret P"}],
        "issued": {"date-parts": [[2001, 3, 23]]},
        "container-title": "GeneReviews",
        "publisher": "University of Washington",
        "publisher-place": "Seattle (WA)",
        "PMID": "20301623",
        "URL": "https://pubmed.ncbi.nlm.nih.gov/20301623/",
    }
    assert record.about == {"publication_types": "Review"}


# --- anything ------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_summary_breaks_it(data: st.DataObject) -> None:
    check(pubmed.read_summary, data.draw(spoiled("pubmed-esummary.json")), "42802988")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_record_breaks_it(data: st.DataObject) -> None:
    check(pubmed.read, data.draw(spoiled("pubmed-efetch.xml")), "30571677")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.booleans())
def test_no_name_breaks_it(text: str, person: bool) -> None:
    for name in (people.indexed(text, person=person), people.spoken(text)):
        assert name == {} or name.get("family") or name.get("literal")
