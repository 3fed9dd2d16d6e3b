"""Crossref: the registry that knows most DOIs of articles, books and preprints."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from forum.fetch import Known, Unreachable
from forum.references.resolvers import Found, Missing, Outcome, Unavailable
from forum.references.resolvers.plain import first, plain

AUTHORS = 500
TITLE, NAME, SHORT = 600, 120, 60
TYPES = {
    "journal-article": "article-journal",
    "posted-content": "article",
    "proceedings-article": "paper-conference",
    "book-chapter": "chapter",
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
#: Lowest and highest year, month and day that can be meant.
_RANGES = ((1000, 2999), (1, 12), (1, 31))
_DOI = re.compile(r"10\.\S{1,60}/\S{1,540}")
_WEB = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:[/?#][!-~]{0,1900})?")
_DATES = ("issued", "published", "published-online", "created")


def work(client: Known, base: str, doi: str) -> Outcome:
    """What Crossref says of the DOI. Missing also if it refuses the DOI as malformed."""
    query = {"mailto": client.contact} if client.contact else {}
    try:
        answer = client.get(f"{base}/works/{quote(doi, safe='')}", **query)
        if answer.status in (400, 404):
            return Missing()
        if answer.status != 200:
            return Unavailable(f"Crossref answered {answer.status}")
        return _read(answer.json())
    except Unreachable as error:
        return Unavailable(str(error))


def _read(envelope: Any) -> Outcome:
    message = envelope.get("message") if isinstance(envelope, dict) else None
    if not isinstance(message, dict) or not _doi(message):
        return Unavailable("Crossref's answer is not a work")
    return Found(to_csl(message))


def to_csl(message: Mapping[str, Any]) -> dict[str, Any]:
    """Crossref's record as CSL-JSON. Whatever is absent, of a wrong kind or unreadable is left out."""
    doi = _doi(message)
    csl: dict[str, Any] = {
        "type": TYPES.get(plain(message.get("type"), SHORT), "document"),
        "title": _title(message),
        "author": list(_people(message.get("author"))),
        "editor": list(_people(message.get("editor"))),
        "issued": _issued(message),
        "container-title": _container(message),
        "container-title-short": first(message.get("short-container-title"), 200),
        "publisher": plain(message.get("publisher"), 200),
        "volume": plain(message.get("volume"), SHORT),
        "issue": plain(message.get("issue"), SHORT),
        "page": plain(message.get("page"), SHORT) or plain(message.get("article-number"), SHORT),
        "ISSN": ", ".join(_texts(message.get("ISSN"))),
        "ISBN": first(message.get("ISBN"), SHORT).rpartition("/")[2],
        "DOI": doi,
        "URL": _address(message, doi),
    }
    return {key: value for key, value in csl.items() if value}


def _doi(message: Mapping[str, Any]) -> str:
    value = message.get("DOI")
    if not isinstance(value, str) or not _DOI.fullmatch(value) or not value.isprintable():
        return ""
    # As bytes, only ASCII letters get lower: that is how DOIs compare.
    return value.encode().lower().decode()


def _title(message: Mapping[str, Any]) -> str:
    title, subtitle = first(message.get("title"), TITLE), first(message.get("subtitle"), TITLE)
    if not subtitle or subtitle.casefold() in title.casefold():
        return title
    joint = " " if title.endswith((":", "?", "!")) else ": "
    return plain(f"{title}{joint}{subtitle}" if title else subtitle, TITLE)


def _people(people: Any) -> Iterator[dict[str, str]]:
    for person in _list(people)[:AUTHORS]:
        if not isinstance(person, dict):
            continue
        given, family, suffix = (plain(person.get(key), NAME) for key in ("given", "family", "suffix"))
        # A consortium has a name only; so has, now and then, a person with one name.
        literal = plain(person.get("name"), 2 * NAME) or given
        if family:
            parts = {"family": _calm(family), "given": given, "suffix": suffix}
            yield {key: value for key, value in parts.items() if value}
        elif literal:
            yield {"literal": literal}


def _calm(family: str) -> str:
    """Some publishers deposit names in capitals: MÜLLER-LYER is Müller-Lyer. Short ones may be meant: NG."""
    return family.title() if len(family) > 3 and family.isupper() else family


def _issued(message: Mapping[str, Any]) -> dict[str, list[list[int]]]:
    dates = (_date(message.get(key)) for key in _DATES)
    found = next((date for date in dates if date), None)
    return {"date-parts": [found]} if found else {}


def _date(value: Any) -> list[int]:
    """Year, month and day as far as they are usable; [] for Crossref's way of saying nothing: [[null]]."""
    parts = value.get("date-parts") if isinstance(value, dict) else None
    parts = parts[0] if isinstance(parts, list) and parts else None
    date: list[int] = []
    for part, (lowest, highest) in zip(parts if isinstance(parts, list) else (), _RANGES, strict=False):
        if not isinstance(part, int) or isinstance(part, bool) or not lowest <= part <= highest:
            break
        date.append(part)
    return date


def _container(message: Mapping[str, Any]) -> str:
    if title := first(message.get("container-title"), 300):
        return title
    # A preprint has no journal but the server that keeps it.
    names = [place.get("name") for place in _list(message.get("institution")) if isinstance(place, dict)]
    return first([*names, message.get("group-title")], 300) if message.get("type") == "posted-content" else ""


def _texts(values: Any) -> list[str]:
    return [text for text in (plain(value, SHORT) for value in _list(values)[:10]) if text]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _address(message: Mapping[str, Any], doi: str) -> str:
    resource = message.get("resource")
    primary = resource.get("primary") if isinstance(resource, dict) else None
    address = primary.get("URL") if isinstance(primary, dict) else None
    if isinstance(address, str) and _WEB.fullmatch(address):
        return address
    return f"https://doi.org/{quote(doi, safe='/:;()')}" if doi else ""
