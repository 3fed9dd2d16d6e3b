"""CSL-JSON, and the one place where records are made fit to leave: other formats are written from its items.

A record is strangers' words. In an item each value is of the right kind and on one line without control
characters, so that no value can become a line, a tag or a record of its own.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forum.references.export import keys
from forum.references.export.entry import Entry
from forum.references.formatting import best_first, named
from forum.references.identifiers import Identifier, Scheme, link

Item = dict[str, Any]

#: The types of CSL 1.0.2.
_TYPES = (
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic "
    "collection dataset document entry entry-dictionary entry-encyclopedia event figure graphic hearing "
    "interview legal_case legislation manuscript map motion_picture musical_score pamphlet paper-conference "
    "patent performance periodical personal_communication post post-weblog regulation report review "
    "review-book software song speech standard thesis treaty webpage"
)
TYPES = frozenset(_TYPES.split())
#: Abstracts stay at home: they are the publishers' own.
_TEXTS = (
    "title title-short container-title container-title-short collection-title collection-number publisher "
    "publisher-place genre medium edition version volume issue number page number-of-pages number-of-volumes "
    "language DOI PMID PMCID ISBN ISSN URL"
)
_NAMES = ("author", "editor", "translator")
_DATES = ("issued", "accessed")
_VARIABLES = {Scheme.DOI: "DOI", Scheme.PMID: "PMID", Scheme.PMCID: "PMCID", Scheme.ISBN: "ISBN"}
#: Lowest and highest year, month and day.
_RANGES = ((1, 9999), (1, 12), (1, 31))
#: They join letters of one word in Persian and Indic scripts, and the parts of an emoji.
_JOINERS = "\u200c\u200d"
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)


def write(entries: Sequence[Entry]) -> str:
    """The file: one array."""
    return json.dumps(items(entries), ensure_ascii=False, indent=2) + "\n"


def items(entries: Sequence[Entry]) -> list[Item]:
    """Each entry in CSL-JSON, always with `id`, `type` and `title`; ids are keys for citing, unique here."""
    bodies = [_body(entry) for entry in entries]
    return [{"id": key, **body} for key, body in zip(keys.unique(bodies), bodies, strict=True)]


def issued(item: Item) -> list[int]:
    """Year, month and day as far as they are known."""
    date: list[int] = item["issued"]["date-parts"][0] if "issued" in item else []
    return date


def read_on(item: Item) -> list[int]:
    """Year, month and day on which it was read, of what goes on: a thread. Of other works it is not told."""
    date: list[int] = item["accessed"]["date-parts"][0] if "accessed" in item else []
    return date if item["type"] == "post" and len(date) == len(_RANGES) else []


def line(value: Any) -> str:
    """A text or whole number on one line, without characters that control or turn round; "" for the rest."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**18 else ""
    if not isinstance(value, str):
        return ""
    if not value.isprintable():
        value = "".join(" " if char.isspace() else char for char in value if _stays(char))
    return " ".join(value.split())


def _stays(char: str) -> bool:
    return char.isspace() or char in _JOINERS or unicodedata.category(char)[0] != "C"


def _body(entry: Entry) -> Item:
    """The item without its id. What the record lacks is taken from the identifiers; nothing is made up."""
    csl = entry.csl
    best = [Identifier(scheme, line(value)) for scheme, value in best_first(entry.identifiers)]
    texts = {name: line(csl.get(name)) for name in _TEXTS.split()}
    texts |= {name: value for name, value in _identified(best).items() if not texts.get(name)}
    texts["URL"] = next((url for url in (texts["URL"], *map(link, best)) if _WEB.fullmatch(url)), "")
    texts["title"] = texts["title"] or (named(best[0]) if best else f"Reference {entry.id}")
    texts["annote"] = f"Discussed at {line(entry.url)}" if entry.url else ""
    people = {name: list(_people(csl.get(name))) for name in _NAMES}
    dates = {name: _date(csl.get(name)) for name in _DATES}
    kind = line(csl.get("type"))
    body = {"type": kind if kind in TYPES else "document", **texts, **people, **dates}
    return {name: value for name, value in body.items() if value}


def _identified(best: Sequence[Identifier]) -> Mapping[str, str]:
    """The identifiers as variables of CSL; of several of a kind the first. arXiv counts as an archive."""
    found: dict[str, str] = {}
    for scheme, value in best:
        if name := _VARIABLES.get(scheme):
            found.setdefault(name, value)
        elif scheme is Scheme.ARXIV:
            found |= {"archive": "arXiv", "archive_location": value}
    return found


def _people(people: Any) -> Iterator[dict[str, str]]:
    for person in people if isinstance(people, list) else ():
        if not isinstance(person, Mapping):
            continue
        particles = ("dropping-particle", "non-dropping-particle", "family")
        family = " ".join(filter(None, (line(person.get(part)) for part in particles)))
        given, suffix, literal = (line(person.get(part)) for part in ("given", "suffix", "literal"))
        if family:
            parts = {"family": family, "given": given, "suffix": suffix}
            yield {part: value for part, value in parts.items() if value}
        elif literal or given:
            yield {"literal": literal or given}


def _date(value: Any) -> dict[str, list[list[int]]]:
    """The date, or its beginning, as far as it can be one; {} without a year."""
    parts = value.get("date-parts") if isinstance(value, Mapping) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    date: list[int] = []
    for part, (lowest, highest) in zip(first if isinstance(first, list) else (), _RANGES, strict=False):
        if not isinstance(part, int) or isinstance(part, bool) or not lowest <= part <= highest:
            break
        date.append(part)
    return {"date-parts": [date]} if date else {}
