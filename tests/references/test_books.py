"""Books by their ISBN: Open Library and Google Books."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import SETTINGS, check, found, known, recorded, spoiled, told

from forum.config import Settings
from forum.fetch import Answer
from forum.references import formatting
from forum.references.identifiers import NotAnIdentifier
from forum.references.resolvers import Missing, Unavailable, googlebooks, openlibrary, people

TOM, CHRONICLES = "9780451526533", "9788804724872"

# --- asking --------------------------------------------------------------------------------------------


def test_the_question_to_open_library() -> None:
    question = openlibrary.question(SETTINGS, "0-451-52653-8")
    assert question.url == "https://openlibrary.org/api/books"
    assert question.query == {"bibkeys": f"ISBN:{TOM}", "jscmd": "data", "format": "json"}
    assert (question.service, question.key) == ("openlibrary", TOM)


def test_google_books_is_asked_only_with_a_key_which_is_not_in_the_address() -> None:
    assert googlebooks.question(SETTINGS, CHRONICLES) is None
    question = googlebooks.question(Settings(googlebooks_key="secret"), CHRONICLES)
    assert question
    assert question.url == "https://www.googleapis.com/books/v1/volumes"
    assert question.query == {"q": f"isbn:{CHRONICLES}", "country": "US"}
    assert question.headers == {"X-Goog-Api-Key": "secret"}


@pytest.mark.parametrize("value", [f"{TOM},ISBN:1", "1234567890123", ""])
def test_only_one_book_is_asked_for(value: str) -> None:
    with pytest.raises(NotAnIdentifier):
        openlibrary.question(SETTINGS, value)


# --- as recorded ---------------------------------------------------------------------------------------


def test_the_recorded_book_of_open_library() -> None:
    record = found(openlibrary.read(recorded("openlibrary-isbn.json"), TOM))
    assert record.csl == {
        "type": "book",
        "title": "The adventures of Tom Sawyer",
        "author": [{"family": "Twain", "given": "Mark"}],
        "issued": {"date-parts": [[1997]]},
        "publisher": "Signet Classic",
        "publisher-place": "New York",
        "number-of-pages": "216",
        "ISBN": TOM,
        "URL": f"https://openlibrary.org/isbn/{TOM}",
    }
    assert (known(record), record.evidence) == ({"isbn": TOM}, "book")
    assert formatting.label(record.csl) == "Twain 1997"


def test_the_recorded_book_of_google_books() -> None:
    record = found(googlebooks.read(recorded("googlebooks-isbn.json"), CHRONICLES))
    assert record.csl == {
        "type": "book",
        "title": "Cronache marziane",
        "author": [{"family": "Bradbury", "given": "Ray"}],
        "issued": {"date-parts": [[2020]]},
        "language": "it",
        "ISBN": CHRONICLES,
        "URL": f"https://openlibrary.org/isbn/{CHRONICLES}",
    }
    assert (known(record), record.evidence) == ({"isbn": CHRONICLES}, "book")


# --- which book ----------------------------------------------------------------------------------------


def test_a_book_with_another_number_is_not_it() -> None:
    assert openlibrary.read(recorded("openlibrary-isbn.json"), CHRONICLES) == Missing()
    assert googlebooks.read(recorded("googlebooks-isbn.json"), TOM) == Missing()
    # The key repeats what was asked, whatever book follows.
    other = {f"ISBN:{TOM}": {"title": "Another", "identifiers": {"isbn_13": [CHRONICLES]}}}
    assert openlibrary.read(told(other), TOM) == Missing()


def test_nothing_found_is_missing() -> None:
    assert openlibrary.read(told({}), TOM) == Missing()
    assert googlebooks.read(told({"kind": "books#volumes", "totalItems": 0}), TOM) == Missing()


@pytest.mark.parametrize("read", [openlibrary.read, googlebooks.read])
@pytest.mark.parametrize(
    "answer",
    [
        told({"error": {"code": 403, "message": "Cannot determine user location"}}, 403),
        told({"error": {"code": 400, "message": "API key expired"}}, 400),
        told({"kind": "books#volumes", "totalItems": 0}, 429),
        told({}, 404),
        told([]),
        told("<html></html>"),
    ],
)
def test_a_refusal_is_unavailable(read: Callable[[Answer, str], Any], answer: Answer) -> None:
    assert isinstance(read(answer, TOM), Unavailable)


def test_google_books_says_that_it_is_a_list_of_books() -> None:
    assert isinstance(googlebooks.read(told({}), TOM), Unavailable)


# --- fields --------------------------------------------------------------------------------------------


def open_library(**fields: Any) -> dict[str, Any]:
    book = {"title": "A title", "identifiers": {"isbn_10": ["0451526538"]}, **fields}
    return {**found(openlibrary.read(told({f"ISBN:{TOM}": book}), TOM)).csl}


def google_books(**fields: Any) -> dict[str, Any]:
    numbers = [{"type": "OTHER", "identifier": "UOM:39"}, {"type": "ISBN_13", "identifier": TOM}]
    items = [
        {"volumeInfo": None},
        {"volumeInfo": {"title": "A title", "industryIdentifiers": numbers, **fields}},
    ]
    return {**found(googlebooks.read(told({"kind": "books#volumes", "items": items}), TOM)).csl}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1997", 1997),
        ("May 1, 2001", 2001),
        ("c1985", 1985),
        ("1st ed. 2003 (reprinted 2007)", 2003),
        ("12 02 1999", 1999),
        ("20011", None),
        ("soon", None),
        (1997, None),
    ],
)
def test_years_in_free_text(text: Any, expected: int | None) -> None:
    assert open_library(publish_date=text).get("issued") == (
        {"date-parts": [[expected]]} if expected else None
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2020", [2020]), ("2020-05", [2020, 5]), ("2020-05-12", [2020, 5, 12]), ("2020*", [2020])],
)
def test_dates_of_google_books(text: str, expected: list[int]) -> None:
    assert google_books(publishedDate=text)["issued"] == {"date-parts": [expected]}


@pytest.mark.parametrize("of", [open_library, google_books])
@pytest.mark.parametrize(
    ("title", "subtitle", "expected"),
    [
        ("Small doses", "a history", "Small doses: a history"),
        ("Small doses: a history", "A history", "Small doses: a history"),
        ("Why?", "A history", "Why? A history"),
        ("Small doses", None, "Small doses"),
    ],
)
def test_subtitles(of: Callable[..., dict[str, Any]], title: str, subtitle: Any, expected: str) -> None:
    assert of(title=title, subtitle=subtitle)["title"] == expected


def test_publishers() -> None:
    csl = open_library(
        publishers=[{"name": "A"}, {}, {"name": "B"}], publish_places="Rome", number_of_pages=True
    )
    assert csl["publisher"] == "A, B"
    assert not csl.keys() & {"publisher-place", "number-of-pages"}
    assert "number-of-pages" not in open_library(number_of_pages="216 p.")
    assert google_books(publisher="Mondadori")["publisher"] == "Mondadori"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mark Twain", {"family": "Twain", "given": "Mark"}),
        ("Twain, Mark", {"family": "Twain", "given": "Mark"}),
        ("Simone de Beauvoir", {"family": "de Beauvoir", "given": "Simone"}),
        ("Vincent van der Berg", {"family": "van der Berg", "given": "Vincent"}),
        ("van Gogh", {"family": "Gogh", "given": "van"}),
        ("Henry Louis Gates Jr.", {"family": "Gates", "given": "Henry Louis", "suffix": "Jr."}),
        ("World Health Organization", {"literal": "World Health Organization"}),
        (
            "Committee on Drugs, National Research Council",
            {"literal": "Committee on Drugs, National Research Council"},
        ),
        ("Voltaire", {"literal": "Voltaire"}),
        ("  ", {}),
    ],
)
def test_names(name: str, expected: dict[str, str]) -> None:
    assert people.spoken(name) == expected


# --- anything ------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_answer_breaks_them(data: st.DataObject) -> None:
    check(openlibrary.read, data.draw(spoiled("openlibrary-isbn.json")), TOM)
    check(googlebooks.read, data.draw(spoiled("googlebooks-isbn.json")), CHRONICLES)
