"""References in print."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.references.formatting import best_first, html, label, named, year
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import Status

DOI = Identifier(Scheme.DOI, "10.1371/journal.pone.0211023")
DOI_LINK = (
    '<a href="https://doi.org/10.1371/journal.pone.0211023" rel="nofollow noopener">'
    "doi:10.1371/journal.pone.0211023</a>"
)
ARTICLE = {
    "type": "article-journal",
    "title": "A systematic study of microdosing psychedelics",
    "author": [{"given": "Vince", "family": "Polito"}, {"given": "Richard J.", "family": "Stevenson"}],
    "container-title": "PLOS ONE",
    "volume": "14",
    "issue": "2",
    "page": "e0211023",
    "issued": {"date-parts": [[2019, 2]]},
}


def test_an_article() -> None:
    assert html(ARTICLE, [Identifier(Scheme.PMID, "30726251"), DOI]) == (
        "Polito V, Stevenson RJ (2019). A systematic study of microdosing psychedelics."
        f" <i>PLOS ONE</i> 14(2): e0211023. {DOI_LINK}"
    )


def test_a_book_has_its_title_in_italics() -> None:
    book = {"type": "book", "title": "Why?", "editor": [{"family": "Ng"}], "publisher": "Press & Co"}
    assert html(book, []) == "Ng (ed.) (no date). <i>Why?</i> Press &amp; Co."


def test_a_chapter_stands_in_its_book() -> None:
    chapter = {"type": "chapter", "title": "One", "container-title": "Many", "page": "3-9", "author": []}
    assert html(chapter, []) == "One (no date). In <i>Many</i>, 3–9."


def test_a_number_stands_for_pages() -> None:
    assert html({"title": "T", "container-title": "J", "volume": "16", "number": "43"}, []).endswith(
        "<i>J</i> 16: 43."
    )


def test_many_authors_are_shortened() -> None:
    authors = [{"family": f"A{n}", "given": "Le-Anh"} for n in range(9)]
    assert html({"title": "T", "author": authors}, []).startswith("A0 L-A, A1 L-A, A2 L-A")
    assert "A5 L-A, et al. (no date). T." in html({"title": "T", "author": authors}, [])


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([{"family": "Polito"}, {"family": "Stevenson"}], "Polito & Stevenson 2019"),
        ([{"family": "Anderson"}] * 3, "Anderson et al. 2019"),
        ([{"family": "Johnstad"}], "Johnstad 2019"),
        ([{"literal": "Global Group"}], "Global Group 2019"),
        ([], "PLOS ONE 2019"),
    ],
)
def test_labels(people: list[dict[str, str]], expected: str) -> None:
    assert label({**ARTICLE, "author": people}) == expected


def test_a_label_fits_its_column() -> None:
    assert label({"author": [{"family": "x" * 500}]}) == "x" * 191 + "…" + " no date"
    assert label({}) == ""


def test_without_a_record_it_says_what_is_known() -> None:
    assert html({}, [DOI]) == f"{DOI_LINK} · details not looked up yet"
    assert html({}, [DOI], Status.NOT_FOUND) == f"{DOI_LINK} · not found in any registry"


def test_a_page_shows_its_address() -> None:
    page = Identifier(Scheme.URL, 'https://example.org/a?b=1&c="<i>')
    assert html({}, [page]) == (
        '<a href="https://example.org/a?b=1&amp;c=&quot;&lt;i&gt;" rel="nofollow noopener">'
        "example.org/a?b=1&amp;c=&quot;&lt;i&gt;</a>"
    )


def test_an_address_that_is_none_is_no_link() -> None:
    assert "<a" not in html({}, [Identifier(Scheme.URL, "javascript:alert(1)")])


def test_identifiers_as_people_write_them() -> None:
    assert named(DOI) == "doi:10.1371/journal.pone.0211023"
    assert named(Identifier(Scheme.PMID, "30726251")) == "PMID 30726251"
    assert named(Identifier(Scheme.PMCID, "PMC6364961")) == "PMC6364961"
    assert named(Identifier(Scheme.ARXIV, "1706.03762")) == "arXiv:1706.03762"
    assert named(Identifier(Scheme.ISBN, "9780306406157")) == "ISBN 978-0-306-40615-7"
    assert len(named(Identifier(Scheme.URL, "https://example.org/" + "x" * 500))) == 90


def test_the_most_lasting_identifier_comes_first() -> None:
    url, pmid = Identifier(Scheme.URL, "https://a.org/"), Identifier(Scheme.PMID, "1")
    assert best_first([url, pmid, DOI]) == [DOI, pmid, url]


hostile = st.text(alphabet="<>&\"'ab \n/=", max_size=20) | st.none() | st.integers()
person = st.dictionaries(st.sampled_from(["family", "given", "literal", "suffix"]), hostile)


@given(
    st.dictionaries(
        st.sampled_from(["title", "container-title", "volume", "issue", "page", "publisher"]), hostile
    ),
    st.lists(person, max_size=8) | hostile,
    st.sampled_from(["book", "chapter", "article"]),
)
def test_nothing_in_a_record_becomes_markup(fields: dict[str, Any], people: Any, kind: str) -> None:
    shown = html({**fields, "author": people, "type": kind}, [DOI])
    assert not re.search(r"[<>\"']", re.sub(r"</?i>", "", shown.replace(DOI_LINK, "")))


@pytest.mark.parametrize(
    "issued", [None, {}, {"date-parts": []}, {"date-parts": [[]]}, {"date-parts": [[None]]}, 7]
)
def test_no_year(issued: Any) -> None:
    assert year({"issued": issued}) is None
