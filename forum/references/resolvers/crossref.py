"""Crossref: the registry that knows most DOIs of articles, books and preprints (https://api.crossref.org)."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from forum.config import Settings
from forum.fetch import Answer
from forum.references import evidence
from forum.references.identifiers import Identifier
from forum.references.resolvers import Found, Outcome, Question, Record, Unavailable, csl
from forum.references.resolvers import crossref_updates as updates
from forum.references.resolvers.abstracts import excerpt
from forum.references.resolvers.answers import inner, json_object, objects, texts
from forum.references.resolvers.csl import SHORT, TITLE, date_parts
from forum.references.resolvers.plain import first, plain

WHO = "Crossref"
#: DOIs in one batch.
BATCH = 20
CANDIDATES = 3
_LONGEST_SEARCH = 600
TYPES = {
    "journal-article": "article-journal",
    "posted-content": "article",
    "proceedings-article": "paper-conference",
    "book-chapter": "chapter",
    "book-part": "chapter",
    "book-section": "chapter",
    "reference-entry": "chapter",
    "book": "book",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "dissertation": "thesis",
    "report": "report",
    "dataset": "dataset",
    "peer-review": "review",
    "standard": "standard",
}
_DATES = ("issued", "published", "published-online", "created")
#: In this order; licences for accepted manuscripts and for machines are not those of the reader's copy.
_LICENCES = ("vor", "unspecified")


# --- asking --------------------------------------------------------------------------------------------


def question(settings: Settings, doi: str) -> Question:
    """Asks for the record of one DOI."""
    return _question(settings, f"work:{doi}", f"/works/{quote(doi, safe='')}", {})


def search_question(settings: Settings, text: str, rows: int = CANDIDATES) -> Question:
    """Asks for the `rows` works that resemble a citation in running text most, the most alike first."""
    cited = plain(text, _LONGEST_SEARCH)
    asked = {"query.bibliographic": cited, "rows": str(rows)}
    return _question(settings, f"search:{rows}:{cited}", "/works", asked)


def fits_batch(doi: str) -> bool:
    """Whether the DOI can be asked for together with others: commas part the DOIs of a batch."""
    return "," not in doi


def batch_question(settings: Settings, dois: Sequence[str]) -> Question:
    """Asks for the records of at most BATCH DOIs that all fit. ValueError for more, none or others."""
    if not 0 < len(dois) <= BATCH or not all(fits_batch(doi) for doi in dois):
        raise ValueError(f"a batch has 1 to {BATCH} DOIs without commas")
    asked = {"filter": ",".join(f"doi:{doi}" for doi in dois), "rows": str(len(dois))}
    return _question(settings, f"batch:{sha256(asked['filter'].encode()).hexdigest()}", "/works", asked)


def _question(settings: Settings, key: str, path: str, asked: Mapping[str, str]) -> Question:
    polite = {"mailto": settings.contact} if settings.contact else {}
    return Question("crossref", key, f"{settings.crossref_base}{path}", {**asked, **polite})


# --- reading -------------------------------------------------------------------------------------------


def read(answer: Answer, doi: str) -> Outcome:
    """What Crossref says of the DOI. Missing also if it refuses the DOI as malformed."""
    if answer.status == 400 and _our_fault(answer):
        return Unavailable(f"{WHO} refuses what was asked with the DOI")
    told = json_object(answer, WHO, missing=frozenset({400, 404}))
    if not isinstance(told, dict):
        return told
    message = told.get("message")
    if told.get("message-type", "work") != "work" or not isinstance(message, dict):
        return Unavailable(f"{WHO}'s answer is not a work")
    found = record(message, doi)
    return Found(found) if found else Unavailable(f"{WHO}'s answer is not a work")


def read_search(answer: Answer) -> Sequence[Record] | Unavailable:
    """The works that were found, the most alike first; whether one is meant, people say."""
    items = _items(answer)
    if isinstance(items, Unavailable):
        return items
    return [found for item in items if (found := record(item, ""))]


def read_batch(answer: Answer, dois: Sequence[str]) -> Mapping[str, Record] | Unavailable:
    """The records of those `dois` that were found. Of the others nothing is known: ask for them singly."""
    items = _items(answer)
    if isinstance(items, Unavailable):
        return items
    records = {csl.doi(item.get("DOI")): record(item, "") for item in items}
    return {doi: found for doi in dois if (found := records.get(csl.doi(doi)))}


def _items(answer: Answer) -> list[dict[str, Any]] | Unavailable:
    told = json_object(answer, WHO)
    if not isinstance(told, dict):
        return told if isinstance(told, Unavailable) else Unavailable(f"{WHO} knows no lists")
    items = inner(told, "message", "items")
    if not isinstance(items, list):
        return Unavailable(f"{WHO}'s answer is not a list of works")
    return objects(items)


def _our_fault(answer: Answer) -> bool:
    """Whether what was refused is a parameter, such as our address, and not the DOI."""
    told = json_object(answer._replace(status=200), WHO)
    complaints = objects(told.get("message")) if isinstance(told, dict) else []
    return any(plain(each.get("type"), SHORT).startswith("parameter") for each in complaints)


def record(message: dict[str, Any], asked: str) -> Record | None:
    """All that a record of Crossref's says of the DOI `asked` ("" for a find); None if it has no DOI."""
    item, own = to_csl(message), csl.own_identifiers(asked, message.get("DOI"))
    if "DOI" not in item or not own:
        return None
    return Record(
        csl=item,
        identifiers=own,
        notices=updates.noticed(message, own),
        relations=updates.related(message, own),
        evidence=evidence.kind(_kind(message), item.get("title", "")),
        about=_about(message, own),
    )


def to_csl(message: dict[str, Any]) -> dict[str, Any]:
    """Crossref's record as CSL-JSON. Whatever is absent, of a wrong kind or unreadable is left out."""
    doi = csl.doi(message.get("DOI"))
    issued = next((date for key in _DATES if (date := date_parts(message.get(key)))), None)
    return csl.filled(
        {
            "type": TYPES.get(plain(message.get("type"), SHORT), "document"),
            "title": csl.titled(first(message.get("title"), TITLE), first(message.get("subtitle"), TITLE)),
            "author": csl.names(message.get("author")),
            "editor": csl.names(message.get("editor")),
            "issued": {"date-parts": [issued]} if issued else {},
            "container-title": _container(message),
            "container-title-short": first(message.get("short-container-title"), 200),
            "publisher": plain(message.get("publisher"), 200),
            "volume": plain(message.get("volume"), SHORT),
            "issue": plain(message.get("issue"), SHORT),
            "page": plain(message.get("page"), SHORT) or plain(message.get("article-number"), SHORT),
            "ISSN": ", ".join(texts(message.get("ISSN"), SHORT, 10)),
            "ISBN": first(message.get("ISBN"), SHORT).rpartition("/")[2],
            "DOI": doi,
            "URL": csl.address(inner(message, "resource", "primary", "URL"), doi),
        }
    )


def _container(message: dict[str, Any]) -> str:
    if title := first(message.get("container-title"), 300):
        return title
    # A preprint has no journal but the server that keeps it.
    names = [place.get("name") for place in objects(message.get("institution"))]
    return first([*names, message.get("group-title")], 300) if message.get("type") == "posted-content" else ""


def _kind(message: dict[str, Any]) -> str:
    """The type, or what kind of posted content it is: not everything that is posted is a preprint."""
    type, subtype = plain(message.get("type"), SHORT), plain(message.get("subtype"), SHORT)
    return subtype if type == "posted-content" and subtype else type


def _about(message: dict[str, Any], own: Sequence[Identifier]) -> dict[str, str]:
    years = {parts[0] for key in (*_DATES[:3], "published-print") if (parts := date_parts(message.get(key)))}
    told = {
        "abstract": excerpt(message.get("abstract")),
        "cited_by": csl.count(message.get("is-referenced-by-count")),
        "licence": _licence(message),
        "issn": ", ".join(texts(message.get("ISSN"), SHORT, 10)),
        "years": " ".join(str(year) for year in sorted(years)) if len(years) > 1 else "",
        "notice": updates.announced(message, own),
    }
    return csl.filled(told)


def _licence(message: dict[str, Any]) -> str:
    licences = [
        each for each in objects(message.get("license"), 20) if each.get("content-version") in _LICENCES
    ]
    licences.sort(key=lambda each: _LICENCES.index(each["content-version"]))
    return next((found for each in licences if (found := csl.licence(each.get("URL")))), "")
