"""Looking sources up while registries are away, slow, or talk nonsense."""

import time

import pytest
from conftest import Clock
from references.fake_services import FAULTS, FakeServices, Reply
from references.looking import LookUp, a_work, services_asked, sources
from sqlalchemy import select

from forum.db import Database
from forum.references.tables import ServiceAnswer

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
    look: LookUp, fake: FakeServices, blank: Database, frozen: Clock, service: str, fault: str
) -> None:
    own = fake.settings(googlebooks_key="k")
    fake.add(a_work("10.1038/ng.590"))
    fake.spoil(service, FAULTS[fault])
    looked = look(ONLY[service], settings=own, seconds=0.25 if fault == "silent" else 5.0)
    assert looked.status == "unavailable"
    assert service in looked.unanswered
    assert looked.why
    assert looked.unfinished
    with blank.reading() as db:
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
