"""From a line of text, or a short DOI, to works."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Clock
from references.fake_services import SAMPLES, FakeServices, Reply, sample
from references.looking import LookUp, a_work, sources

from forum.config import Settings
from forum.db import Database
from forum.fetch import Known
from forum.references.identifiers import Identifier, Scheme
from forum.references.lookup import expanded, resolve_short, search, searched
from forum.references.resolvers import Missing, Unavailable

# --- text ---------------------------------------------------------------------------------------------


@pytest.fixture
def find(blank: Database, settings: Settings, client: Known, fake: FakeServices) -> Callable[[str], Any]:
    return lambda text: search(blank, settings, client, text)


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
    find: Any, fake: FakeServices, frozen: Clock, blank: Database, settings: Settings
) -> None:
    assert searched(blank, settings, "polito: a systematic study of microdosing") is None
    first = find("Polito: A systematic study of microdosing")
    assert searched(blank, settings, "polito: a systematic study of microdosing") == first
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


# --- short DOIs ---------------------------------------------------------------------------------------


def test_a_short_doi(
    look: LookUp, blank: Database, settings: Settings, client: Known, fake: FakeServices
) -> None:
    value = {"type": "HS_ALIAS", "data": {"format": "string", "value": "10.1371/journal.pone.0211023"}}
    told = {"responseCode": 1, "handle": "10/gfv7cw", "values": [value]}
    fake.tell("doi.org", "handle:10/gfv7cw", told)
    long = Identifier(Scheme.DOI, "10.1371/journal.pone.0211023")
    assert expanded(blank, settings, "10/gfv7cw") is None
    assert resolve_short(blank, settings, client, "10/gfv7cw") == long
    assert resolve_short(blank, settings, client, "10/nothing") == Missing()
    assert expanded(blank, settings, "10/gfv7cw") == long
    assert expanded(blank, settings, "10/nothing") == Missing()
    looked = look("url:https://doi.org/gfv7cw")
    assert (looked.status, looked.stands_for, sources(looked)) == ("found", long, ["crossref"])
    assert look("url:https://doi.org/nothing").status == "missing"
    fake.spoil("doi.org", Reply(500))
    assert isinstance(resolve_short(blank, settings, client, "10/another"), Unavailable)
    assert look("url:https://doi.org/another").status == "unavailable"
