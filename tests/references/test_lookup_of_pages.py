"""Looking web pages up: what they are, and whose work they show."""

import pytest
from conftest import Clock
from references.fake_registries import page
from references.fake_services import FAULTS, SAMPLES, FakeServices, Reply
from references.looking import LookUp, a_work, known, of, services_asked, sources, title

from forum.db import Database
from forum.references.identifiers import Identifier, Scheme
from forum.references.webpages import same_title


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
    at: LookUp, fake: FakeServices, reply: Reply, blank: Database
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
