"""Recognising, normalising and finding identifiers."""

import json
import time
from typing import Any

import pytest
from conftest import SHARED, missing
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.references.identifiers import (
    Found,
    Identifier,
    Kind,
    NotAnIdentifier,
    Scheme,
    find_in_prose,
    in_address,
    link,
    parse,
    recognise,
)

SICI = "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2"
PLOS = Identifier(Scheme.DOI, "10.1371/journal.pone.0211023")
WORDS = r"""
10.1371/journal.pone.0211023 doi: https://doi.org/ PMID: PMC ISBN 978-0-306-40615-7 arXiv:1706.03762 10.1000/a
&lt; &amp; %3C \_ ( ) < > [ ] . , https://example.com/a/../b?utm_source=x&c=%7e#d /pdf v2 é 10/abc @doi: _ *
%% 41 %252e /../ // ; : 0 X 97 ' &LT; \ #!
"""
BOMBS = """
10.1000/a) 10.1000/(( 10.1000/a< 10.1000/a, https://doi.org/ https:// PMID: 9 ISBN9 978- @doi: 10.1000.1
arxiv: doi: PMC1 a. < &amp; %3C /pdf ISBN978-
"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\n", "\u200b", "\u00ad"])
MESSY = st.one_of(st.text(), st.lists(PIECES, max_size=8).map("".join))


def vectors() -> list[dict[str, Any]]:
    path = SHARED / "references" / "samples" / "identifiers.json"
    if not path.exists():
        missing("../shared/references/samples/identifiers.json")
    cases: list[dict[str, Any]] = json.loads(path.read_text())
    return cases


def test_every_vector_is_recognised() -> None:
    cases = vectors()
    assert len(cases) >= 39
    for case in cases:
        answer = recognise(case["input"])
        assert answer.kind == case["kind"], case
        if answer.identifier or answer.kind is Kind.SHORTDOI:
            assert answer.value == case["value"], case


@pytest.mark.parametrize(
    ("pasted", "kind"),
    [
        ("978-0-306-40615-8", Kind.INVALID),
        ("34795334", Kind.AMBIGUOUS),
        ("10/gfvwx2", Kind.SHORTDOI),
        ("https://user:secret@example.com/", Kind.INVALID),
    ],
)
def test_what_is_no_identifier_is_explained(pasted: str, kind: Kind) -> None:
    answer = recognise(pasted)
    assert answer.kind is kind
    assert answer.identifier is None
    assert answer.explanation.endswith(".")


@pytest.mark.parametrize(
    ("scheme", "raw", "value"),
    [
        ("doi", "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2", SICI),
        ("doi", "10.1002/(SICI)1097-0258(19980815/30)17:15/16&lt;1661::AID-SIM968&gt;3.0.CO;2-2", SICI),
        ("doi", "https://doi.org/10.1371/JOURNAL.pone.0211023", "10.1371/journal.pone.0211023"),
        ("doi", r"10.1000/foo\_bar\*x", "10.1000/foo_bar*x"),
        ("pmid", "PMID: 0030726251", "30726251"),
        ("pmid", "https://pubmed.ncbi.nlm.nih.gov/30726251/", "30726251"),
        ("pmcid", "8602275", "PMC8602275"),
        ("arxiv", "math.GT/0309136v2", "math/0309136"),
        ("isbn", "0 306 40615 2", "9780306406157"),
        ("isbn", "ISBN-13: 978‐0‐306‐40615‐7", "9780306406157"),
        (
            "url",
            "https://EXAMPLE.com:443/%7Ea/./b/../c%2fd?x=1&fbclid=2#top",
            "https://example.com/~a/c%2Fd?x=1",
        ),
        ("url", "https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("url", "https://app.example/#!/page", "https://app.example/#!/page"),
        ("url", "https://x.biomedcentral.com/a?optIn=true&b=1", "https://x.biomedcentral.com/a?b=1"),
        ("url", "https://other.example/a?optIn=true", "https://other.example/a?optIn=true"),
    ],
)
def test_normal_forms(scheme: str, raw: str, value: str) -> None:
    assert parse(scheme, raw) == Identifier(Scheme(scheme), value)


def test_a_better_kind_wins() -> None:
    assert parse("doi", "10.48550/arXiv.1706.03762") == Identifier(Scheme.ARXIV, "1706.03762")
    assert parse("url", "https://doi.org/10.1371/journal.pone.0211023") == PLOS


@pytest.mark.parametrize(
    ("scheme", "raw"),
    [
        ("doi", "nonsense"),
        ("doi", "10/gfvwx2"),
        ("doi", "10.1371/with space"),
        ("doi", "10.1371/" + "x" * 601),
        ("pmid", "1,2"),
        ("pmid", "0"),
        ("pmid", "٣٤٥"),
        ("pmcid", "PMCX"),
        ("arxiv", "1799.03762"),
        ("isbn", "978-0-306-40615-8"),
        ("isbn", "9770306406154"),
        ("isbn", "030640615"),
        ("url", "javascript:alert(1)"),
        ("url", "ftp://example.com/"),
        ("url", "https://user@example.com/"),
        ("url", "https://[::1/"),
        ("url", "https://example.com:99999/"),
        ("url", "https:///path"),
        ("url", "https://ex<a>mple.com/"),
        ("url", "https://example.com/" + "é" * 1000),
        ("handle", "10.1371/x"),
    ],
)
def test_refused_with_a_sentence(scheme: str, raw: str) -> None:
    with pytest.raises(NotAnIdentifier, match=r"\.$"):
        parse(scheme, raw)


@pytest.mark.parametrize(
    ("text", "spelled", "value"),
    [
        ("See 10.1371/journal.pone.0211023.", "10.1371/journal.pone.0211023", PLOS.value),
        ("(doi:10.1371/journal.pone.0211023)", "doi:10.1371/journal.pone.0211023", PLOS.value),
        (
            "(10.1016/S0140-6736(97)11096-0).",
            "10.1016/S0140-6736(97)11096-0",
            "10.1016/s0140-6736(97)11096-0",
        ),
        ("**10.1000/a_b**, and", "10.1000/a_b", "10.1000/a_b"),
        (r"as 10.1000/foo\_bar said", r"10.1000/foo\_bar", "10.1000/foo_bar"),
        ("PMID 123 and", "PMID 123", "123"),
        ("(PMC123.1)", "PMC123.1", "PMC123"),
        ("in arXiv:1706.03762v5.", "arXiv:1706.03762v5", "1706.03762"),
        ("the ISBN 978-0-306-40615-7, 2019", "ISBN 978-0-306-40615-7", "9780306406157"),
        ("at https://pubmed.ncbi.nlm.nih.gov/123/?x=1!", "https://pubmed.ncbi.nlm.nih.gov/123/?x=1", "123"),
        ("[https://doi.org/10.1000/x](y)", "https://doi.org/10.1000/x", "10.1000/x"),
        ("arxiv.org/abs/1706.03762", "arxiv.org/abs/1706.03762", "1706.03762"),
        ("«10.1000/x»", "10.1000/x", "10.1000/x"),
    ],
)
def test_found_in_prose_with_exact_ends(text: str, spelled: str, value: str) -> None:
    (found,) = find_in_prose(text)
    assert text[found.start : found.end] == spelled
    assert found.identifier.value == value


@pytest.mark.parametrize(
    "text",
    [
        "on 25.10.2015/2137303 we met",
        "10/10 would read again",
        "978-0-306-40615-7 without its word",
        "ISBN 978-0-306-40615-8 with a wrong digit",
        "34795334",
        "@doi:10.1000/x is for the explicit form",
        "https://example.com/page",
        "https://doi.org/gfvwx2 is short",
        "XPMC123",
    ],
)
def test_not_found_in_prose(text: str) -> None:
    assert find_in_prose(text) == []


def test_a_list_of_dois_without_spaces() -> None:
    assert [found.identifier.value for found in find_in_prose("10.1000/a,10.1000/b;doi:10.1000/c")] == [
        "10.1000/a",
        "10.1000/b",
        "10.1000/c",
    ]


def test_publishers_addresses_lead_to_the_doi() -> None:
    base = "https://journals.example.org/content/10.1101/2020.01.01.123456v2"
    for view in ("", ".full", ".full.pdf", "/", ".abstract"):
        assert in_address(base + view) == Identifier(Scheme.DOI, "10.1101/2020.01.01.123456")
    assert in_address("https://example.org/?q=10.1000/x") is None


@pytest.mark.parametrize(
    ("identifier", "address"),
    [
        (Identifier(Scheme.DOI, SICI.replace("<", "%3C").replace(">", "%3E")), None),
        (PLOS, "https://doi.org/10.1371/journal.pone.0211023"),
        (Identifier(Scheme.PMID, "1"), "https://pubmed.ncbi.nlm.nih.gov/1/"),
        (Identifier(Scheme.PMCID, "PMC1"), "https://pmc.ncbi.nlm.nih.gov/articles/PMC1/"),
        (Identifier(Scheme.ARXIV, "math/0309136"), "https://arxiv.org/abs/math/0309136"),
        (Identifier(Scheme.ISBN, "9780306406157"), "https://openlibrary.org/isbn/9780306406157"),
        (Identifier(Scheme.URL, "http://example.com/"), "http://example.com/"),
    ],
)
def test_links(identifier: Identifier, address: str | None) -> None:
    assert not set('<>" ') & set(link(identifier))
    assert address is None or link(identifier) == address


def test_a_sici_survives_the_way_out_and_back() -> None:
    sici = Identifier(Scheme.DOI, SICI)
    assert in_address(link(sici)) == sici


@settings(deadline=None)
@given(scheme=st.sampled_from(list(Scheme)), raw=MESSY)
def test_normalising_is_idempotent(scheme: Scheme, raw: str) -> None:
    try:
        identifier = parse(scheme, raw)
    except NotAnIdentifier:
        return
    assert parse(identifier.scheme, identifier.value) == identifier


@settings(deadline=None)
@given(MESSY)
def test_recognising_never_raises_and_agrees_with_itself(raw: str) -> None:
    answer = recognise(raw)
    if answer.identifier:
        assert parse(*answer.identifier) == answer.identifier


@settings(deadline=None)
@given(MESSY)
def test_found_places_are_exact_ordered_and_read_alone(text: str) -> None:
    end = 0
    for found in find_in_prose(text):
        assert end <= found.start < found.end
        end = found.end
        spelled = text[found.start : found.end]
        assert find_in_prose(spelled) == [Found(0, len(spelled), found.identifier)]


@pytest.mark.parametrize("bomb", BOMBS.split())
def test_long_text_takes_no_long_time(bomb: str) -> None:
    text = bomb * (30_000 // len(bomb))
    began = time.process_time()
    find_in_prose(text)
    recognise(text[:4000])
    recognise("https://example.org/10.1000/x" + text[:1900])
    assert time.process_time() - began < 1
