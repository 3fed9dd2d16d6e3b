"""Looking sources up by their identifiers, from end to end."""

import json

import pytest
from conftest import Clock
from references.fake_registries import page
from references.fake_services import SAMPLES, FakeServices, Reply, sample
from references.looking import LookUp, a_work, known, of, services_asked, sources, title

from forum.config import Settings
from forum.db import Database
from forum.fetch import Known
from forum.references.asking import ask
from forum.references.identifiers import Identifier, Scheme, parse
from forum.references.resolvers import Found, wayback
from forum.references.resolvers.doi import CSL_JSON

# --- each recorded answer -----------------------------------------------------------------------------


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


# --- DOIs ---------------------------------------------------------------------------------------------


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


# --- medicine -----------------------------------------------------------------------------------------


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


# --- preprints, books, free copies --------------------------------------------------------------------


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
    blank: Database, settings: Settings, client: Known, fake: FakeServices
) -> None:
    url = "https://jayconrod.com/posts/133/integration-tests-are-best-tests"
    question = wayback.question(settings, url)
    outcome = ask(blank, settings, client, question, lambda answer: wayback.read(answer, url))
    assert isinstance(outcome, Found)
    assert outcome.record.about["archived_at"] == "2026-02-12"
