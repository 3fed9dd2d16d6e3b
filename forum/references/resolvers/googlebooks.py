"""Google Books: books by their ISBN, asked only with a key, because it refuses everybody else."""

from collections.abc import Mapping
from typing import Any

from forum.config import Settings
from forum.fetch import Answer
from forum.references import schemes
from forum.references.evidence import Kind
from forum.references.identifiers import Identifier, Scheme, link
from forum.references.resolvers import Found, Missing, Outcome, Question, Record, Unavailable, people
from forum.references.resolvers.answers import identifier, inner, json_object, objects, texts
from forum.references.resolvers.csl import filled, titled
from forum.references.resolvers.dates import issued, parts
from forum.references.resolvers.plain import plain

WHO = "Google Books"


def question(settings: Settings, isbn: str) -> Question | None:
    """Asks for the book with this ISBN; None without a key, which goes into a header and so into no log."""
    asked = schemes.isbn(isbn).value
    if not settings.googlebooks_key:
        return None
    # Without a country it refuses servers whose place it cannot tell.
    query = {"q": f"isbn:{asked}", "country": "US"}
    headers = {"X-Goog-Api-Key": settings.googlebooks_key}
    return Question("googlebooks", asked, f"{settings.googlebooks_base}/volumes", query, headers)


def read(answer: Answer, value: str) -> Outcome:
    """What Google Books says of the ISBN `value`. Missing also if it offers only books with other ones."""
    told = json_object(answer, WHO)
    if not isinstance(told, dict):
        return told
    if told.get("kind") != "books#volumes":
        return Unavailable("Google Books' answer is not a list of books")
    of = Identifier(Scheme.ISBN, value)
    books = (item["volumeInfo"] for item in objects(told.get("items"), 40) if of in _isbns(item))
    book = next((book for book in books if plain(book.get("title"), 600)), None)
    return Found(_record(book, of)) if book else Missing()


def _isbns(item: Mapping[str, Any]) -> set[Identifier | None]:
    told = objects(inner(item, "volumeInfo", "industryIdentifiers"), 20)
    return {identifier(Scheme.ISBN, one.get("identifier")) for one in told}


def _record(book: Mapping[str, Any], of: Identifier) -> Record:
    csl = {
        "type": "book",
        "title": titled(plain(book.get("title"), 600), plain(book.get("subtitle"), 600)),
        "author": [
            people.spoken(name) for name in texts(book.get("authors"), 2 * people.NAME, people.AUTHORS)
        ],
        "issued": issued(parts(plain(book.get("publishedDate"), 60))),
        "publisher": plain(book.get("publisher"), 200),
        "language": plain(book.get("language"), 20),
        "ISBN": of.value,
        "URL": link(of),
    }
    return Record(csl=filled(csl), identifiers=(of,), evidence=Kind.BOOK)
