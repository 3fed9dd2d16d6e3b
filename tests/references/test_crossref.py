"""Crossref's answers, as recorded and as hostile as can be."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import SHARED, missing
from hypothesis import given
from hypothesis import strategies as st
from references.fake_services import FakeServices, Reply, crossref_work, sample

from forum.config import Settings
from forum.fetch import Known
from forum.references import formatting
from forum.references.resolvers import Found, Missing, Unavailable
from forum.references.resolvers.crossref import to_csl, work
from forum.references.resolvers.plain import plain


@pytest.fixture
def fake() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


@pytest.fixture
def client() -> Iterator[Known]:
    with Known(Settings(contact="team@example.org"), sleep=lambda _: None) as client:
        yield client


@pytest.fixture
def samples() -> None:
    if not (SHARED / "references").is_dir():
        missing("../shared/references with the recorded answers")


# --- the recorded answers ------------------------------------------------------------------------------


def recorded(name: str) -> dict[str, Any]:
    return to_csl(sample(f"crossref-work-{name}.json")["message"])


@pytest.mark.usefixtures("samples")
def test_an_article() -> None:
    csl = recorded("article")
    assert csl["type"] == "article-journal"
    assert csl["author"][0] == {"family": "Tosatto", "given": "Laura"}
    assert csl["issued"] == {"date-parts": [[2015, 11, 19]]}
    assert (csl["container-title"], csl["container-title-short"]) == ("Scientific Reports", "Sci Rep")
    assert (csl["volume"], csl["issue"], csl["page"]) == ("5", "1", "16696")
    assert (csl["DOI"], csl["URL"]) == ("10.1038/srep16696", "https://www.nature.com/articles/srep16696")
    assert "Parkinson’s" in csl["title"]


@pytest.mark.usefixtures("samples")
def test_no_date_in_issued_means_the_next_usable_one() -> None:
    csl = recorded("no-date")
    assert csl["issued"] == {"date-parts": [[2004, 6, 22]]}
    assert csl["type"] == "paper-conference"


@pytest.mark.usefixtures("samples")
def test_a_dirty_title_is_one_clean_line() -> None:
    assert recorded("dirty-title")["title"] == (
        "Construction of a reference material panel for detecting KRAS / NRAS / EGFR / BRAF / MET mutations"
        " in plasma ctDNA"
    )


@pytest.mark.usefixtures("samples")
def test_a_retracted_title_says_so_and_an_editorial_has_no_authors() -> None:
    assert recorded("retracted")["title"].startswith("RETRACTED: ")
    csl = recorded("multi-notice")
    assert "author" not in csl
    assert formatting.label(csl) == "The Lancet 2020"


@pytest.mark.usefixtures("samples")
def test_all_recorded_works_have_a_title_a_year_and_a_line() -> None:
    for path in sorted((SHARED / "references" / "samples").glob("crossref-work-*.json")):
        csl = to_csl(json.loads(path.read_text())["message"])
        assert csl["title"], path.name
        assert formatting.year(csl), path.name
        assert csl["DOI"] == csl["DOI"].lower()


@pytest.mark.usefixtures("samples")
def test_the_four_works_of_the_seeds() -> None:
    labels = [formatting.label(to_csl(crossref_work(csl))) for csl in sample("four-works.json")]
    assert labels == [
        "Polito & Stevenson 2019",
        "Anderson et al. 2019",
        "Rootman et al. 2021",
        "Johnstad 2018",
    ]


# --- asking --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("samples")
def test_a_known_doi_is_found(fake: FakeServices, client: Known) -> None:
    doi = fake.add(sample("crossref-work-retracted.json")["message"])
    outcome = work(client, fake.base, doi)
    assert isinstance(outcome, Found)
    assert outcome.csl["DOI"] == doi
    assert fake.asked == ["/works/10.1016%2Fs0140-6736%2897%2911096-0?mailto=team%40example.org"]


def test_an_unknown_doi_is_missing(fake: FakeServices, client: Known) -> None:
    assert work(client, fake.base, "10.5555/nothing") == Missing()
    fake.next(Reply(400, b'{"status":"failed"}'))
    assert work(client, fake.base, "10.5555/odd") == Missing()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(403, b"{}"),
        Reply(200, b"<html>Just a moment</html>"),
        Reply(200, b"[]"),
        Reply(200, b'{"status":"ok","message":[]}'),
        Reply(200, b'{"status":"ok","message":{"title":["No DOI"]}}'),
        Reply(429, headers={"Retry-After": "600"}),
    ],
)
def test_anything_else_is_unavailable(fake: FakeServices, client: Known, reply: Reply) -> None:
    fake.next(reply)
    outcome = work(client, fake.base, "10.5555/x")
    assert isinstance(outcome, Unavailable)
    assert outcome.why


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
        ([["2019"]], None),
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


@given(st.dictionaries(st.sampled_from(_KEYS.split()), json_values))
def test_no_record_breaks_it(message: dict[str, Any]) -> None:
    csl = to_csl({**message, "type": message.get("type", "posted-content")})
    formatting.html(csl, [])
    formatting.label(csl)
    json.dumps(csl).encode()


@given(st.text(max_size=300))
def test_plain_text_is_one_storable_line(text: str) -> None:
    line = plain(text, 100)
    assert len(line) <= 100
    assert line == " ".join(line.split())
    assert "\0" not in line
    line.encode()
