"""Looking sources up, from end to end: as recorded, in pieces, and while everything is in trouble."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Clock, missing
from references.fake_registries import page
from references.fake_services import FAULTS, SAMPLES, FakeServices, Reply, sample
from sqlalchemy import delete, select

from forum.config import Settings
from forum.db import Database
from forum.fetch import Known
from forum.references.asking import ask
from forum.references.identifiers import Identifier, Scheme, parse
from forum.references.lookup import Looked, expanded, look_up, resolve_short, search, searched
from forum.references.resolvers import Found, Missing, Record, Unavailable, wayback
from forum.references.resolvers.doi import CSL_JSON
from forum.references.tables import ServiceAnswer, ServicePace
from forum.references.webpages import same_title

LookUp = Callable[..., Looked]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Database:
    return new_database(request.param)


@pytest.fixture
def database(made: Database, frozen: Clock) -> Database:
    """A database in which nobody was asked anything."""
    with made.writing() as db:
        db.execute(delete(ServiceAnswer))
        db.execute(delete(ServicePace))
    return made


@pytest.fixture(scope="module")
def services() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


@pytest.fixture
def fake(services: FakeServices) -> FakeServices:
    """Registries that know what was recorded."""
    services.forget()
    try:
        services.learn()
    except FileNotFoundError:
        missing("../shared/references with the recorded answers")
    return services


@pytest.fixture(scope="module")
def settings(services: FakeServices) -> Settings:
    return services.settings()


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[Known]:
    with Known(settings, sleep=lambda _: None) as client:
        yield client


@pytest.fixture
def look(database: Database, settings: Settings, client: Known, fake: FakeServices) -> LookUp:
    """Looks up what is written as `doi:10.…`."""

    def look(written: str, **options: Any) -> Looked:
        scheme, _, value = written.partition(":")
        own = options.pop("settings", settings)
        web = fake.web(own, seconds=options.get("seconds", 5.0))
        return look_up(database, own, client, parse(scheme, value), web=web, **options)

    return look


def sources(looked: Looked) -> list[str]:
    return [source for source, _ in looked.records]


def of(looked: Looked, source: str) -> Record:
    return dict(looked.records)[source]


def title(looked: Looked) -> str:
    titles = (record.csl.get("title", "") for _, record in looked.records)
    return next(filter(None, titles), "")


def known(looked: Looked) -> set[str]:
    return {identifier.value for _, record in looked.records for identifier in record.identifiers}


def services_asked(fake: FakeServices) -> list[str]:
    return [target.split("/")[1] for target in fake.asked]


def a_work(doi: str, name: str = "A work of many words") -> dict[str, Any]:
    return {"DOI": doi, "type": "journal-article", "title": [name], "issued": {"date-parts": [[2020]]}}


# --- each recorded answer ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected", "begins"),
    [
        ("doi:10.1038/srep16696", ["crossref"], "Single-molecule FRET"),
        ("doi:10.1371/journal.pone.0033693", ["crossref"], "Methylphenidate"),
        ("doi:10.1016/S0140-6736(97)11096-0", ["crossref"], "RETRACTED: Ileal"),
        ("doi:10.1016/s0140-6736(10)60175-4", ["crossref"], "Retraction"),
        ("doi:10.1109/icdcsw.2003.1203662", ["crossref"], ""),
        ("doi:10.1136/jclinpath-2020-206745", ["crossref"], "Construction of a reference material panel"),
        ("doi:10.1371/journal.pone.0211023", ["crossref"], "A systematic study of microdosing"),
        ("doi:10.5061/dryad.8515", ["datacite"], "Data from: A new malaria agent"),
        ("pmid:30571677", ["pubmed"], "Ten simple rules for documenting"),
        ("arxiv:2509.08827", ["arxiv"], "A Survey of Reinforcement Learning"),
        ("arxiv:2410.08355v3", ["arxiv"], "Metalic: Meta-Learning In-Context with"),
        ("isbn:0-451-52653-8", ["openlibrary"], "The adventures of Tom Sawyer"),
    ],
)
def test_recorded_works(look: LookUp, written: str, expected: list[str], begins: str) -> None:
    looked = look(written)
    assert (looked.status, looked.why, looked.unanswered) == ("found", "", {})
    assert sources(looked) == expected
    assert title(looked).startswith(begins)
    assert title(looked)
    assert not looked.unfinished
    scheme, _, value = written.partition(":")
    assert parse(scheme, value).value in known(looked)


def test_every_recorded_work_of_crossref(look: LookUp, fake: FakeServices) -> None:
    for doi in list(fake.works):
        looked = look(f"doi:{doi}", enriched=False)
        assert (looked.status, sources(looked)) == ("found", ["crossref"]), doi
        assert title(looked)
    assert len(fake.asked) == len(fake.works)


def test_what_the_records_say_comes_through(look: LookUp) -> None:
    assert [notice.type for notice in of(look("doi:10.1016/S0140-6736(97)11096-0"), "crossref").notices]
    no_date = of(look("doi:10.1109/icdcsw.2003.1203662"), "crossref")
    assert no_date.csl["issued"] == {"date-parts": [[2004, 6, 22]]}
    assert "<" not in title(look("doi:10.1136/jclinpath-2020-206745"))


@pytest.mark.parametrize(
    "written", ["doi:10.5555/nothing", "pmid:999", "pmcid:PMC999", "arxiv:1706.99999", "isbn:9780306406157"]
)
def test_what_nobody_knows(look: LookUp, written: str) -> None:
    looked = look(written)
    assert (looked.status, looked.records, looked.unanswered) == ("missing", (), {})
    assert looked.why


@pytest.mark.parametrize(
    ("registry", "about", "name", "written"),
    [
        ("datacite", "10.5061/dryad.8515", "datacite-error-404.json", "doi:10.5061/dryad.8515"),
        ("arxiv", "2509.08827", "arxiv-empty.xml", "arxiv:2509.08827"),
    ],
)
def test_recorded_noes(
    look: LookUp, fake: FakeServices, registry: str, about: str, name: str, written: str
) -> None:
    status = 404 if registry == "datacite" else 200
    fake.told[registry, about] = Reply(status, (SAMPLES / name).read_bytes())
    assert look(written).status == "missing"


def test_a_refusal_of_our_question_is_no_no(look: LookUp, fake: FakeServices) -> None:
    fake.spoil("crossref", Reply(400, (SAMPLES / "crossref-error-400.json").read_bytes()))
    looked = look("doi:10.1038/srep16696")
    assert (looked.status, set(looked.unanswered)) == ("unavailable", {"crossref"})


# --- DOIs ----------------------------------------------------------------------------------------------


def test_the_agency_is_asked_once_for_all_dois_of_a_prefix(
    look: LookUp, fake: FakeServices, frozen: Clock
) -> None:
    look("doi:10.5061/dryad.8515")
    assert services_asked(fake) == ["crossref", "doi.org", "datacite"]
    fake.asked.clear()
    frozen.forward(days=300)
    assert look("doi:10.5061/dryad.other").status == "missing"
    assert services_asked(fake) == ["datacite"]


def test_for_most_dois_the_agency_is_not_asked(look: LookUp, fake: FakeServices) -> None:
    look("doi:10.1038/srep16696", enriched=False)
    assert services_asked(fake) == ["crossref"]


def test_other_agencies_tell_through_doi_org(look: LookUp, fake: FakeServices) -> None:
    fake.tell_agency("10.1126", "mEDRA")
    looked = look("doi:10.1126/science.169.3946.635")
    assert (looked.status, sources(looked)) == ("found", ["doi.org"])
    assert (
        title(looked) == "The Structure of Ordinary Water: New data and interpretations are yielding new"
        " insights into this fascinating substance."
    )
    assert fake.accepts[-1] == CSL_JSON
    # Nobody else knows what other agencies keep.
    assert services_asked(fake) == ["crossref", "doi.org", "doi.org"]


def test_other_agencies_live_elsewhere(look: LookUp, fake: FakeServices) -> None:
    place = f"http://data.medra.org:{fake.port}/page/medra"
    fake.told["doi.org", "csl:10.1392/dironix"] = Reply(302, b"", {"Location": place})
    record = json.dumps({"type": "article-journal", "title": "Dironix", "DOI": "10.1392/dironix"})
    fake.pages["medra"] = Reply(200, record.encode(), {"Content-Type": CSL_JSON})
    looked = look("doi:10.1392/dironix")
    assert (looked.status, title(looked)) == ("found", "Dironix")
    fake.pages["medra"] = page(b"<title>Dironix</title>")
    looked = look("doi:10.1392/dironix", fresh=True)
    assert (looked.status, set(looked.unanswered)) == ("unavailable", {"doi.org"})


def test_other_agencies_do_not_lead_into_our_network(look: LookUp, fake: FakeServices) -> None:
    inner = f"http://localhost:{fake.port}/page/medra"
    fake.told["doi.org", "csl:10.1392/dironix"] = Reply(302, b"", {"Location": inner})
    fake.pages["medra"] = Reply(200, b'{"title": "Inner", "DOI": "10.1392/dironix"}')
    assert look("doi:10.1392/dironix").status == "unavailable"
    assert services_asked(fake)[-1] == "doi.org"


def test_a_doi_that_lost_its_end(look: LookUp, fake: FakeServices) -> None:
    fake.add(a_work("10.1111/j.1365-2125.2007.02912.x"))
    looked = look("doi:10.1111/j.1365-2125.2007.02912.")
    assert looked.status == "found"
    assert looked.stands_for == Identifier(Scheme.DOI, "10.1111/j.1365-2125.2007.02912.x")
    assert "10.1111/j.1365-2125.2007.02912" not in known(looked)
    assert look("doi:10.1111/j.1365-2125.2007.00000").status == "missing"
    assert look("doi:10.1111/j.1365-2125.2007.02912.x").stands_for is None


@pytest.mark.parametrize("crossref", ["knows it", "is away"])
def test_only_what_nobody_knows_may_have_lost_its_end(
    look: LookUp, fake: FakeServices, crossref: str
) -> None:
    fake.tell_agency("10.1111", "Crossref")
    fake.add(a_work("10.1111/j.1365-2125.2007.02912", "A work of its own"))
    fake.add(a_work("10.1111/j.1365-2125.2007.02912.x"))
    if crossref == "is away":
        fake.spoil("crossref", Reply(403))
    assert look("doi:10.1111/j.1365-2125.2007.02912").stands_for is None
    assert not any(".x" in target for target in fake.asked)


def test_when_crossref_is_away_its_record_may_be_elsewhere(look: LookUp, fake: FakeServices) -> None:
    fake.tell_agency("10.1093", "Crossref")
    fake.spoil("crossref", Reply(500))
    looked = look("doi:10.1093/nar/gkr715")
    assert (looked.status, sources(looked)) == ("found", ["europepmc"])
    assert looked.unfinished
    assert looked.unanswered == {"crossref": "crossref answered 500"}
    # A data set has nothing to do with that.
    assert look("doi:10.5061/dryad.8515").status == "found"


def test_an_unknown_prefix_is_a_no_even_without_crossref(look: LookUp, fake: FakeServices) -> None:
    fake.spoil("crossref", Reply(500))
    assert look("doi:10.99999/x").status == "missing"


def test_what_cannot_be_sent_is_nobodys(look: LookUp, fake: FakeServices) -> None:
    assert look("doi:10.5555/\ud800x").status == "missing"
    assert fake.asked == []


def test_a_record_of_another_work_is_not_taken(look: LookUp, fake: FakeServices) -> None:
    fake.add(a_work("10.5555/one"))
    result = {"source": "MED", "id": "1", "pmid": "1", "doi": "10.5555/two", "title": "Another work."}
    about_both = {**result, "doi": "10.5555/one"}
    fake.tell("europepmc", "10.5555/one", {"resultList": {"result": [about_both]}})
    other = (SAMPLES / "pubmed-efetch.xml").read_text().replace("30571677", "1")
    fake.tell("pubmed", "efetch:1", other)
    looked = look("doi:10.5555/one")
    assert sources(looked) == ["crossref", "europepmc"]
    assert "10.1371/journal.pcbi.1006561" not in known(looked)


# --- medicine ------------------------------------------------------------------------------------------


def test_a_pmid_leads_to_the_record_of_its_doi(look: LookUp, fake: FakeServices) -> None:
    fake.add(a_work("10.1371/journal.pcbi.1006561", "Ten simple rules for documenting scientific software"))
    looked = look("pmid:30571677")
    assert sources(looked) == ["pubmed", "crossref"]
    assert {"30571677", "10.1371/journal.pcbi.1006561"} <= known(looked)


def test_a_long_record_that_cannot_be_read_has_a_short_form(look: LookUp, fake: FakeServices) -> None:
    fake.tell("pubmed", "efetch:42802988", "<PubmedArticleSet><cut off")
    looked = look("pmid:42802988")
    assert (looked.status, sources(looked)) == ("found", ["pubmed"])
    assert title(looked).startswith("Propofol and Glioblastoma Biology")
    # The notices are in the long form only.
    assert set(looked.unanswered) == {"pubmed"}


def test_the_short_form_says_no_too(look: LookUp, fake: FakeServices) -> None:
    fake.tell("pubmed", "efetch:77", "<PubmedArticleSet><cut off")
    told = sample("pubmed-esummary-missing.json")
    told["result"]["77"] = told["result"]["99999999999"]
    for said in (told, sample("pubmed-esummary-error.json")):
        fake.tell("pubmed", "esummary:77", said)
        assert look("pmid:77", fresh=True).status == "missing"


def test_pubmed_has_a_copy(look: LookUp, fake: FakeServices) -> None:
    fake.spoil("pubmed", Reply(503))
    looked = look("pmid:21937511")
    assert (looked.status, sources(looked)) == ("found", ["europepmc"])
    assert {"21937511", "PMC3258128", "10.1093/nar/gkr715"} <= known(looked)
    assert set(looked.unanswered) == {"pubmed"}
    # The copy is never newer.
    assert look("pmid:999").status == "unavailable"


def test_a_pmcid_leads_to_the_records_of_its_pmid_and_doi(look: LookUp, fake: FakeServices) -> None:
    fake.add(a_work("10.1093/nar/gks1195", "GenBank"))
    looked = look("pmcid:PMC3531190")
    assert sources(looked) == ["pmc", "crossref"]
    assert {"PMC3531190", "23193287", "10.1093/nar/gks1195"} == known(looked)
    assert "pubmed" in services_asked(fake)


def test_a_pmcid_needs_no_more_than_pubmed_and_crossref(look: LookUp, fake: FakeServices) -> None:
    numbers = {"pmcid": "PMC6301674", "pmid": 30571677, "doi": "10.1371/journal.pcbi.1006561"}
    fake.tell("pmc", "pmc6301674", {"status": "ok", "records": [numbers]})
    fake.add(a_work("10.1371/journal.pcbi.1006561", "Ten simple rules for documenting scientific software"))
    looked = look("pmcid:PMC6301674", enriched=False)
    assert sources(looked) == ["pmc", "pubmed", "crossref"]
    assert services_asked(fake) == ["pmc", "pubmed", "crossref"]


@pytest.mark.parametrize("name", ["idconv-legacy-404.json", "crossref-error-400.json"])
def test_when_the_converter_fails_europe_pmc_knows(look: LookUp, fake: FakeServices, name: str) -> None:
    fake.told["pmc", "pmc3258128"] = Reply(200, (SAMPLES / name).read_bytes())
    fake.add(a_work("10.1093/nar/gkr715", "Hepato-specific microRNA-122"))
    looked = look("pmcid:PMC3258128")
    assert (looked.status, sources(looked)) == ("found", ["europepmc", "crossref"])


def test_an_article_that_is_there_but_not_described_is_not_missing(look: LookUp, fake: FakeServices) -> None:
    looked = look("pmcid:PMC2883744")
    assert (looked.status, sources(looked)) == ("unavailable", ["pmc"])
    assert looked.why


def test_a_work_of_medicine_gets_its_numbers_and_notices(look: LookUp, fake: FakeServices) -> None:
    fake.add(a_work("10.1371/journal.pcbi.1006561", "Ten simple rules for documenting scientific software"))
    told = {"source": "MED", "id": "30571677", "pmid": "30571677", "doi": "10.1371/journal.pcbi.1006561"}
    told |= {"title": "Ten simple rules for documenting scientific software."}
    fake.tell("europepmc", "10.1371/journal.pcbi.1006561", {"resultList": {"result": [told]}})
    looked = look("doi:10.1371/journal.pcbi.1006561")
    assert sources(looked) == ["crossref", "europepmc", "pubmed"]
    assert "30571677" in known(looked)
    fake.asked.clear()
    look("doi:10.1371/journal.pcbi.1006561", enriched=False)
    assert fake.asked == []


# --- preprints, books, free copies ---------------------------------------------------------------------


def test_datacite_knows_what_arxiv_has(look: LookUp, fake: FakeServices) -> None:
    told = sample("datacite-dataset.json")
    told["data"]["attributes"] |= {"doi": "10.48550/arXiv.1706.03762", "titles": [{"title": "Attention"}]}
    fake.tell("datacite", "10.48550/arxiv.1706.03762", told)
    fake.spoil("arxiv", Reply(429))
    looked = look("arxiv:1706.03762")
    assert (looked.status, sources(looked), title(looked)) == ("found", ["datacite"], "Attention")
    assert looked.unfinished
    assert look("arxiv:1706.99999").status == "unavailable"


def test_google_is_asked_with_a_key_and_only_about_what_open_library_lacks(
    look: LookUp, fake: FakeServices
) -> None:
    with_key = fake.settings(googlebooks_key="k")
    assert look("isbn:9788804724872").status == "missing"
    assert "googlebooks" not in services_asked(fake)
    looked = look("isbn:9788804724872", settings=with_key)
    assert (looked.status, sources(looked)) == ("found", ["googlebooks"])
    assert look("isbn:9780306406157", settings=with_key).status == "missing"
    fake.spoil("googlebooks", Reply(403))
    assert look("isbn:9780136091813", settings=with_key).status == "unavailable"
    fake.mend("googlebooks")
    fake.spoil("openlibrary", Reply(403))
    assert look("isbn:9780131103627", settings=with_key).status == "unavailable"
    assert look("isbn:9788804724872", settings=with_key, fresh=True).status == "found"


def test_a_free_copy(look: LookUp, fake: FakeServices) -> None:
    fake.add(a_work("10.18653/v1/2023.acl-short.82"))
    fake.add(a_work("10.7717/peerj.4375"))
    looked = look("doi:10.18653/v1/2023.acl-short.82")
    assert of(looked, "unpaywall").free_copy == "https://aclanthology.org/2023.acl-short.82.pdf"
    looked = look("doi:10.7717/peerj.4375", settings=fake.settings(openalex_key="k"))
    assert of(looked, "openalex").free_copy.startswith("https://")
    # One of the two is enough.
    assert services_asked(fake)[-1] == "openalex"
    nobody = look("doi:10.7717/peerj.4375", settings=fake.settings(contact=""))
    assert sources(nobody) == ["crossref"]


def test_a_kept_copy_of_a_page(
    database: Database, settings: Settings, client: Known, fake: FakeServices
) -> None:
    url = "https://jayconrod.com/posts/133/integration-tests-are-best-tests"
    question = wayback.question(settings, url)
    outcome = ask(database, settings, client, question, lambda answer: wayback.read(answer, url))
    assert isinstance(outcome, Found)
    assert outcome.record.about["archived_at"] == "2026-02-12"


# --- pages ---------------------------------------------------------------------------------------------


@pytest.fixture
def at(fake: FakeServices, look: LookUp) -> LookUp:
    """Looks up the page at a path of the fake."""
    return lambda path, **options: look(f"url:{fake.base}/page/{path}", **options)


def scholarly() -> bytes:
    return (SAMPLES / "page-scholarly.html").read_bytes()


def test_a_page_of_a_work_leads_to_the_record_of_its_doi(at: LookUp, fake: FakeServices) -> None:
    fake.pages["study"] = page(scholarly())
    looked = at("study")
    assert (looked.status, sources(looked)) == ("found", ["page", "crossref"])
    assert looked.stands_for == Identifier(Scheme.DOI, "10.1371/journal.pone.0211023")
    # Whose the page is, only the registry can say.
    assert of(looked, "page").identifiers == ()
    assert "DOI" not in of(looked, "page").csl
    assert of(looked, "page").csl["title"] == "A systematic study of microdosing psychedelics"


def test_a_page_that_names_the_doi_of_another_work_is_a_page(at: LookUp, fake: FakeServices) -> None:
    fake.add(a_work("10.1371/journal.pone.0211023", "Something else altogether"))
    fake.pages["study"] = page(scholarly())
    looked = at("study")
    assert (looked.status, sources(looked), looked.stands_for) == ("found", ["page"], None)
    assert known(looked) == set()


@pytest.mark.parametrize("fault", ["broken", "a page instead"])
def test_without_the_registry_a_page_is_a_page_for_now(at: LookUp, fake: FakeServices, fault: str) -> None:
    fake.pages["study"] = page(scholarly())
    fake.spoil("crossref", FAULTS[fault])
    looked = at("study")
    assert (looked.status, sources(looked), looked.stands_for) == ("found", ["page"], None)
    assert set(looked.unanswered) == {"crossref"}


def test_a_page_of_no_work(at: LookUp, fake: FakeServices) -> None:
    fake.pages["news"] = page(b"<title>All about herons</title><p>doi:10.1371/journal.pone.0211023</p>")
    looked = at("news")
    assert (looked.status, sources(looked), title(looked)) == ("found", ["page"], "All about herons")
    assert services_asked(fake) == ["page"]


def test_a_page_is_read_once_a_day(at: LookUp, fake: FakeServices, frozen: Clock) -> None:
    fake.pages["old"] = Reply(301, b"", {"Location": "/page/news"})
    fake.pages["news"] = page("<title>Über Reiher</title>".encode())
    first, second = at("old"), at("old")
    assert first == second
    assert of(second, "page").csl["URL"] == f"{fake.base}/page/news"
    assert len(fake.asked) == 2
    at("old", fresh=True)
    assert len(fake.asked) == 4
    frozen.forward(days=1.1)
    at("old")
    assert len(fake.asked) == 6


@pytest.mark.parametrize(
    "reply",
    [
        page(b"<title>Not found</title>", 404),
        page(b"<title>Gone</title>", 410),
        page(b"<title>Just a moment...</title>", 403),
        page(b"<title>Just a moment...</title>", 503),
        page(b"<title>Just a moment...</title>"),
        page(b"<title>Sign in</title>", 401),
        page(b""),
        Reply(200, b"%PDF-1.7", {"Content-Type": "application/pdf"}),
        Reply(200, b"\x89PNG", {"Content-Type": "image/png"}),
        Reply(302, b"", {"Location": "http://10.0.0.1/"}),
    ],
)
def test_pages_that_tell_nothing_are_not_asked_again_and_again(
    at: LookUp, fake: FakeServices, reply: Reply
) -> None:
    fake.pages["x"] = reply
    looked = at("x")
    assert (looked.status, looked.records, looked.unfinished) == ("missing", (), False)
    assert looked.why.endswith(".")
    assert ("no page at this address" in looked.why) is (reply.status in (404, 410))


@pytest.mark.parametrize(
    "reply",
    [
        page(b"<title>Try later</title>", 503),
        page(b"", 500),
        page(b"", 429),
        page(b"<title>Half a pa")._replace(withheld=3),
        FAULTS["silent"],
    ],
)
def test_pages_in_trouble_may_be_read_later(
    at: LookUp, fake: FakeServices, reply: Reply, database: Database
) -> None:
    fake.pages["x"] = reply
    looked = at("x", seconds=0.25)
    assert (looked.status, looked.unfinished) == ("unavailable", True)
    fake.pages["x"] = page(b"<title>All about herons</title>")
    assert at("x").status == "found"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("A systematic study of microdosing", "A Systematic Study of Microdosing.", True),
        ("Powerful substances in tiny amounts", "Powerful substances in tiny amounts: A study of", True),
        ("RETRACTED: Ileal-lymphoid hyperplasia", "Ileal-lymphoid hyperplasia", True),
        ("Editorial", "Editorial policies of journals that nobody reads", False),
        ("A study of herons in Norway", "A study of cranes in Sweden", False),
        ("", "", False),
        ("", "A study", False),
    ],
)
def test_titles_of_one_work(one: str, other: str, same: bool) -> None:
    assert same_title(one, other) is same
    assert same_title(other, one) is same


# --- short DOIs ----------------------------------------------------------------------------------------


def test_a_short_doi(
    look: LookUp, database: Database, settings: Settings, client: Known, fake: FakeServices
) -> None:
    value = {"type": "HS_ALIAS", "data": {"format": "string", "value": "10.1371/journal.pone.0211023"}}
    told = {"responseCode": 1, "handle": "10/gfv7cw", "values": [value]}
    fake.tell("doi.org", "handle:10/gfv7cw", told)
    long = Identifier(Scheme.DOI, "10.1371/journal.pone.0211023")
    assert expanded(database, settings, "10/gfv7cw") is None
    assert resolve_short(database, settings, client, "10/gfv7cw") == long
    assert resolve_short(database, settings, client, "10/nothing") == Missing()
    assert expanded(database, settings, "10/gfv7cw") == long
    assert expanded(database, settings, "10/nothing") == Missing()
    looked = look("url:https://doi.org/gfv7cw")
    assert (looked.status, looked.stands_for, sources(looked)) == ("found", long, ["crossref"])
    assert look("url:https://doi.org/nothing").status == "missing"
    fake.spoil("doi.org", Reply(500))
    assert isinstance(resolve_short(database, settings, client, "10/another"), Unavailable)
    assert look("url:https://doi.org/another").status == "unavailable"


# --- trouble -------------------------------------------------------------------------------------------

#: For each service something that only it knows.
ONLY = {
    "crossref": "doi:10.1038/srep16696",
    "datacite": "doi:10.5061/dryad.8515",
    "doi.org": "doi:10.5061/dryad.8515",
    "pubmed": "pmid:30571677",
    "pmc": "pmcid:PMC2883744",
    "arxiv": "arxiv:2509.08827",
    "openlibrary": "isbn:0451526538",
    "googlebooks": "isbn:9788804724872",
}


#: What these tests ask of the database, others ask of both kinds.
on_one_database = pytest.mark.parametrize("made", ["sqlite"], indirect=True)


@on_one_database
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("service", ONLY)
def test_no_fault_is_ever_a_no(
    look: LookUp, fake: FakeServices, database: Database, frozen: Clock, service: str, fault: str
) -> None:
    own = fake.settings(googlebooks_key="k")
    fake.add(a_work("10.1038/ng.590"))
    fake.spoil(service, FAULTS[fault])
    looked = look(ONLY[service], settings=own, seconds=0.25 if fault == "silent" else 5.0)
    assert looked.status == "unavailable"
    assert service in looked.unanswered
    assert looked.why
    assert looked.unfinished
    with database.reading() as db:
        assert service not in db.scalars(select(ServiceAnswer.service)).all()
    fake.mend(service)
    frozen.forward(seconds=61)
    looked = look(ONLY[service], settings=own)
    assert (looked.status, looked.unanswered) == ("found", {})


@on_one_database
@pytest.mark.parametrize("fault", ["too often", "silent", "a page instead"])
@pytest.mark.parametrize("service", ["europepmc", "pubmed", "unpaywall", "openalex"])
def test_what_is_known_is_kept_whoever_else_is_away(
    look: LookUp, fake: FakeServices, service: str, fault: str
) -> None:
    fake.tell_agency("10.1093", "Crossref")
    fake.add(a_work("10.1093/nar/gkr715", "Hepato-specific microRNA-122"))
    fake.spoil(service, FAULTS[fault])
    own = fake.settings(openalex_key="k" if service == "openalex" else "")
    seconds = 0.3 if fault == "silent" else 5.0
    looked = look("doi:10.1093/nar/gkr715", settings=own, seconds=seconds)
    assert (looked.status, sources(looked)[0]) == ("found", "crossref")
    assert service in looked.unanswered
    assert looked.unfinished


def test_time_is_up_for_all_together(look: LookUp, fake: FakeServices) -> None:
    for service in ("crossref", "doi.org", "europepmc", "unpaywall"):
        fake.spoil(service, Reply(silent=5))
    began = time.monotonic()
    looked = look("doi:10.1038/srep16696", seconds=0.25)
    assert time.monotonic() - began < 1
    assert looked.status == "unavailable"
    assert set(looked.unanswered) == {"crossref", "doi.org", "europepmc", "unpaywall"}
    assert services_asked(fake) == ["crossref"]


def test_who_is_silent_is_asked_one_thing_only(look: LookUp, fake: FakeServices) -> None:
    fake.spoil("pubmed", FAULTS["cut off on the way"])
    looked = look("pmid:21937511")
    assert (looked.status, services_asked(fake).count("pubmed")) == ("found", 1)


# --- text ----------------------------------------------------------------------------------------------


@pytest.fixture
def find(database: Database, settings: Settings, client: Known, fake: FakeServices) -> Callable[[str], Any]:
    return lambda text: search(database, settings, client, text)


def dois(found: Any) -> list[str]:
    assert not isinstance(found, Unavailable), found
    return [record.csl.get("DOI", "") for record in found]


def test_a_citation_finds_its_work_first(find: Any, fake: FakeServices) -> None:
    for csl in sample("four-works.json"):
        names = ", ".join(author["family"] for author in csl["author"])
        cited = f"{names} ({csl['issued']['date-parts'][0][0]}). {csl['title']}. {csl['container-title']}"
        assert dois(find(cited))[0] == csl["DOI"].lower()
    assert len(fake.asked) == 4


def test_the_recorded_list(find: Any, fake: FakeServices) -> None:
    fake.next(Reply(200, (SAMPLES / "crossref-query-bibliographic.json").read_bytes()))
    assert len(dois(find("something about fish"))) == 3


def test_the_same_words_are_searched_once(
    find: Any, fake: FakeServices, frozen: Clock, database: Database, settings: Settings
) -> None:
    assert searched(database, settings, "polito: a systematic study of microdosing") is None
    first = find("Polito: A systematic study of microdosing")
    assert searched(database, settings, "polito: a systematic study of microdosing") == first
    assert find("  POLITO: a systematic  study of\nmicrodosing ") == first
    assert len(fake.asked) == 1
    frozen.forward(days=31)
    find("Polito: A systematic study of microdosing")
    assert len(fake.asked) == 2


def test_identifiers_in_the_text_come_first_and_once(find: Any, fake: FakeServices) -> None:
    text = "Single-molecule FRET studies doi:10.1038/srep16696, PMID: 30571677; a study of microdosing"
    fake.add(a_work("10.1371/journal.pcbi.1006561", "Ten simple rules, as Crossref has them"))
    works = find(text)
    found = dois(works)
    assert found[:2] == ["10.1038/srep16696", "10.1371/journal.pcbi.1006561"]
    assert works[1].csl["title"] == "Ten simple rules, as Crossref has them"
    assert "10.1371/journal.pone.0211023" in found
    assert len(found) == len(set(found))


def test_a_search_in_trouble(find: Any, fake: FakeServices) -> None:
    fake.spoil("crossref", Reply(500))
    assert isinstance(find("a systematic study"), Unavailable)
    named = find("see arXiv:2509.08827 for a study")
    assert [record.csl["title"][:8] for record in named] == ["A Survey"]


def test_nothing_is_searched_for_nothing(find: Any, fake: FakeServices) -> None:
    assert list(find(" \n ")) == []
    assert list(find("\u200b")) == []
    assert fake.asked == []
