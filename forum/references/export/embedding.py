"""A reference told to programs that read its page: Highwire's meta elements, COinS, and schema.org."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from forum.references.export.csljson import Item, issued
from forum.references.export.pages import pages

#: Highwire's names for what the work is in; anything else is in a journal.
_CONTAINERS = {"chapter": "citation_inbook_title", "paper-conference": "citation_conference_title"}
_PLAIN = (
    ("volume", "citation_volume"),
    ("issue", "citation_issue"),
    ("publisher", "citation_publisher"),
    ("language", "citation_language"),
    ("DOI", "citation_doi"),
    ("PMID", "citation_pmid"),
    ("ISBN", "citation_isbn"),
    ("ISSN", "citation_issn"),
)
_SCHEMA = {
    "article": "ScholarlyArticle",
    "article-journal": "ScholarlyArticle",
    "article-magazine": "Article",
    "article-newspaper": "NewsArticle",
    "book": "Book",
    "chapter": "Chapter",
    "dataset": "Dataset",
    "paper-conference": "ScholarlyArticle",
    "report": "Report",
    "software": "SoftwareSourceCode",
    "thesis": "Thesis",
    "webpage": "WebPage",
}


def metas(item: Item) -> list[tuple[str, str]]:
    """Names and contents of meta elements, as Google Scholar and Zotero read them."""
    first, last = pages(item)
    container = _CONTAINERS.get(item["type"], "citation_journal_title")
    told = [("citation_title", item["title"])]
    told += [("citation_author", _name(person)) for person in item.get("author", ())]
    told += [("citation_publication_date", "/".join(f"{part:02}" for part in issued(item)))]
    told += [(container, item.get("container-title", ""))]
    told += [(name, item.get(key, "")) for key, name in _PLAIN]
    told += [("citation_firstpage", first), ("citation_lastpage", last)]
    return [(name, content) for name, content in told if content]


def coins(item: Item) -> str:
    """The title of a COinS element (OpenURL 1.0 in key-value pairs)."""
    return urlencode([pair for pair in _open_url(item) if pair[1]])


def _open_url(item: Item) -> Iterator[tuple[str, str]]:
    is_book = item["type"] in ("book", "chapter")
    container = item.get("container-title", "")
    first, last = pages(item)
    yield "ctx_ver", "Z39.88-2004"
    yield "rft_val_fmt", f"info:ofi/fmt:kev:mtx:{'book' if is_book else 'journal'}"
    yield "rft.genre", {"book": "book", "chapter": "bookitem"}.get(item["type"], "article")
    if is_book:
        yield "rft.btitle", container or item["title"]
    if not is_book or container:
        yield "rft.atitle", item["title"]
    if not is_book:
        yield "rft.jtitle", container
    people = item.get("author", ())
    if people and "family" in people[0]:
        yield "rft.aulast", people[0]["family"]
        yield "rft.aufirst", people[0].get("given", "")
    yield from (("rft.au", _name(person)) for person in people)
    yield "rft.date", "-".join(f"{part:02}" for part in issued(item))
    for key in ("volume", "issue"):
        yield f"rft.{key}", item.get(key, "")
    yield "rft.spage", first
    yield "rft.epage", last
    yield "rft.pub", item.get("publisher", "")
    yield "rft.isbn", item.get("ISBN", "")
    yield "rft.issn", item.get("ISSN", "")
    yield "rft_id", f"info:doi/{item['DOI']}" if "DOI" in item else item.get("URL", "")
    yield "rft_id", f"info:pmid/{item['PMID']}" if "PMID" in item else ""


def schema(item: Item) -> str:
    """The work in JSON-LD, safe to stand inside a page's script element as it is."""
    first, last = pages(item)
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _SCHEMA.get(item["type"], "CreativeWork"),
        "name": item["title"],
        "author": [_schema_person(person) for person in item.get("author", ())],
        "datePublished": "-".join(f"{part:02}" for part in issued(item)),
        "isPartOf": _within(item),
        "publisher": {"@type": "Organization", "name": item["publisher"]} if "publisher" in item else None,
        "pageStart": first,
        "pageEnd": last,
        "isbn": item.get("ISBN"),
        "identifier": f"doi:{item['DOI']}" if "DOI" in item else None,
        "sameAs": f"https://doi.org/{item['DOI']}" if "DOI" in item else item.get("URL"),
    }
    return in_page(json.dumps({key: value for key, value in told.items() if value}))


def in_page(data: str) -> str:
    """The JSON, safe to stand inside a page's script element as it is.

    There these letters could end the block, or be read as something else by a parser of XML.
    """
    return data.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _within(item: Item) -> dict[str, str] | None:
    if "container-title" not in item:
        return None
    kind = "Book" if item["type"] == "chapter" else "Periodical"
    told = {"@type": kind, "name": item["container-title"], "issn": item.get("ISSN", "")}
    return {key: value for key, value in told.items() if value}


def _schema_person(person: dict[str, str]) -> dict[str, str]:
    if "family" not in person:
        return {"@type": "Organization", "name": person["literal"]}
    parts = {"givenName": person.get("given", ""), "familyName": person["family"]}
    return {"@type": "Person", "name": _name(person)} | {key: text for key, text in parts.items() if text}


def _name(person: dict[str, str]) -> str:
    """“Family, Given”, or the name of a group."""
    parts = (person.get("family", ""), person.get("given", ""))
    return ", ".join(part for part in parts if part) or person["literal"]
