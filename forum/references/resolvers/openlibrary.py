"""Open Library: books by their ISBN."""

from collections.abc import Mapping
from typing import Any

from forum.config import Settings
from forum.fetch import Answer
from forum.references import schemes
from forum.references.evidence import Kind
from forum.references.identifiers import Identifier, Scheme, link
from forum.references.resolvers import Found, Missing, Outcome, Question, Record, people
from forum.references.resolvers.answers import identifier, inner, json_object, objects
from forum.references.resolvers.csl import filled, titled
from forum.references.resolvers.dates import issued, parts
from forum.references.resolvers.plain import plain

WHO = "Open Library"


def question(settings: Settings, isbn: str) -> Question:
    """Asks for the book with this ISBN; NotAnIdentifier for anything else."""
    asked = schemes.isbn(isbn).value
    query = {"bibkeys": f"ISBN:{asked}", "jscmd": "data", "format": "json"}
    return Question("openlibrary", asked, f"{settings.openlibrary_base}/api/books", query)


def read(answer: Answer, value: str) -> Outcome:
    """What Open Library says of the ISBN `value`. Missing also if the book that it offers has another one."""
    told = json_object(answer, WHO)
    if not isinstance(told, dict):
        return told
    of = Identifier(Scheme.ISBN, value)
    # The key only repeats what was asked; the book's own numbers say whether it is the one.
    book = next((book for book in [*told.values()][:50] if of in _isbns(book)), None)
    return Found(_record(book, of)) if book and plain(book.get("title"), 600) else Missing()


def _isbns(book: Any) -> set[Identifier | None]:
    lists = (inner(book, "identifiers", key) for key in ("isbn_10", "isbn_13"))
    numbers = (number for one in lists if isinstance(one, list) for number in one[:20])
    return {identifier(Scheme.ISBN, number) for number in numbers}


def _record(book: Mapping[str, Any], of: Identifier) -> Record:
    def names(key: str) -> list[str]:
        told = (plain(one.get("name"), 2 * people.NAME) for one in objects(book.get(key), people.AUTHORS))
        return [name for name in told if name]

    pages = book.get("number_of_pages")
    csl = {
        "type": "book",
        "title": titled(plain(book.get("title"), 600), plain(book.get("subtitle"), 600)),
        "author": [people.spoken(name) for name in names("authors")],
        "issued": issued(parts(plain(book.get("publish_date"), 60))),
        "publisher": ", ".join(names("publishers")[:3]),
        "publisher-place": ", ".join(names("publish_places")[:3]),
        "number-of-pages": str(pages) if type(pages) is int and 0 < pages < 100_000 else "",
        "ISBN": of.value,
        "URL": link(of),
    }
    return Record(csl=filled(csl), identifiers=(of,), evidence=Kind.BOOK)
