"""What the meta elements of a page say: Highwire's for scholars, Dublin Core with PRISM, OpenGraph.

The names are those that Google Scholar asks publishers for (citation_…), of https://www.dublincore.org,
https://www.w3.org/submissions/prism and https://ogp.me.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import dates, people
from forum.references.resolvers.answers import distinct, identifier, texts
from forum.references.resolvers.plain import first, plain

Metas = Mapping[str, list[str]]
TITLE, CONTAINER, SHORT = 600, 300, 60
_HIGHWIRE = ("citation_", "bepress_citation_")
#: What a work is, by what it says of the place it came out in; with the CSL field of that place.
_PLACES = (
    ("journal_title", "article-journal", "container-title"),
    ("conference_title", "paper-conference", "container-title"),
    ("inbook_title", "chapter", "container-title"),
    ("dissertation_institution", "thesis", "publisher"),
    ("technical_report_institution", "report", "publisher"),
    ("isbn", "book", "ISBN"),
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE)
_BY = re.compile(r"by\s+", re.IGNORECASE)


class Told(NamedTuple):
    """What one vocabulary says: fields of CSL-JSON, the best identifier of each scheme."""

    csl: Mapping[str, Any]
    identifiers: tuple[Identifier, ...] = ()


def highwire(metas: Metas) -> Told:
    """What the page tells scholars' search engines."""

    def all_of(key: str) -> list[str]:
        return next((found for prefix in _HIGHWIRE if (found := metas.get(prefix + key))), [])

    kind, place, field = next(
        ((kind, first(all_of(key), CONTAINER), field) for key, kind, field in _PLACES if all_of(key)),
        ("", "", ""),
    )
    csl = {
        "type": kind,
        "title": first(all_of("title"), TITLE),
        "author": authors(all_of("author") or all_of("authors")),
        "issued": _issued(all_of(key) for key in ("publication_date", "date", "online_date", "year")),
        "container-title-short": first(all_of("journal_abbrev"), CONTAINER),
        "publisher": first(all_of("publisher"), CONTAINER),
        "volume": first(all_of("volume"), SHORT),
        "issue": first(all_of("issue"), SHORT),
        "page": pages(first(all_of("firstpage"), SHORT), first(all_of("lastpage"), SHORT)),
        "ISSN": ", ".join(dict.fromkeys(texts(all_of("issn"), SHORT, 4))),
        "ISBN": first(all_of("isbn"), SHORT),
        "language": language(all_of("language")),
    }
    found = [
        *(identifier(Scheme.DOI, raw) for raw in all_of("doi")),
        *(identifier(Scheme.PMID, raw) for raw in all_of("pmid")),
        *(identifier(Scheme.PMCID, raw) for raw in all_of("pmcid")),
        *(identifier(Scheme.ARXIV, raw) for raw in all_of("arxiv_id")),
        # A chapter's ISBN is its book's.
        *(identifier(Scheme.ISBN, raw) for raw in all_of("isbn") if kind == "book"),
    ]
    return Told(csl | ({field: place} if place else {}), distinct(*found))


def dublin(metas: Metas) -> Told:
    """What the page tells libraries."""
    journal = first(metas.get("prism.publicationname", []), CONTAINER)
    csl = {
        "type": "article-journal" if journal else "",
        "title": first(metas.get("dc.title", []), TITLE),
        "author": authors(metas.get("dc.creator", [])),
        "issued": _issued(
            metas.get(key, []) for key in ("dc.issued", "dc.date.issued", "prism.publicationdate", "dc.date")
        ),
        "container-title": journal,
        "publisher": first(metas.get("dc.publisher", []), CONTAINER),
        "volume": first(metas.get("prism.volume", []), SHORT),
        "issue": first(metas.get("prism.number", []), SHORT),
        "page": pages(*(first(metas.get(f"prism.{end}page", []), SHORT) for end in ("starting", "ending"))),
        "ISSN": first(metas.get("prism.issn", []), SHORT),
        "language": language(metas.get("dc.language", [])),
    }
    named = [
        *metas.get("dc.identifier", []),
        *metas.get("dc.identifier.doi", []),
        *metas.get("prism.doi", []),
    ]
    return Told(csl, distinct(*(identifier(Scheme.DOI, raw) for raw in named)))


def open_graph(metas: Metas) -> Told:
    """What the page tells social networks; the plain `author` and `date` belong here too."""
    signed = [
        _BY.sub("", name, count=1) for name in metas.get("article:author", []) + metas.get("author", [])
    ]
    csl = {
        "title": first(metas.get("og:title", []), TITLE),
        # Some sign with the address of a profile.
        "author": authors([name for name in signed if "/" not in name and "@" not in name]),
        "issued": _issued(metas.get(key, []) for key in ("article:published_time", "date")),
        "container-title": first(metas.get("og:site_name", []), CONTAINER),
        "language": language(metas.get("og:locale", [])),
    }
    return Told(csl)


def authors(names: list[str]) -> list[people.Name]:
    """The people named, each once; one entry may list several with semicolons between."""
    single = (name for entry in names for name in entry.split(";"))
    found: list[people.Name] = []
    for name in (people.spoken(each[: 4 * people.NAME]) for each in islice(single, people.AUTHORS)):
        if name and name not in found:
            found.append(name)
    return found


def pages(start: str, end: str) -> str:
    """“39-51”, or the one page that is known."""
    return f"{start}-{end}" if start and end and start != end else start or end


def language(values: list[str]) -> str:
    """The first value that is a language's code; "" if none is."""
    code = next((value for value in values if len(value) < 20 and _LANGUAGE.fullmatch(value)), "")
    return code.replace("_", "-")


def _issued(choices: Iterable[list[str]]) -> dict[str, list[list[int]]]:
    return dates.issued(*(dates.parts(plain(value, SHORT)) for values in choices for value in values))
