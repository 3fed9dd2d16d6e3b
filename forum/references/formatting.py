"""A reference as a careful journal prints it, as people say it, and as its identifier.

Records come from strangers: every piece of text is escaped, and only the tags written here are markup.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from stdnum import isbn

from forum.references.identifiers import Identifier, Scheme, link
from forum.references.tables import Status

NAMED = 6
LABEL = 200
#: Works that stand alone; what is in a journal or a book has that one's title in italics instead.
_WHOLE = frozenset({"book", "thesis", "report", "standard"})
_PAGES = re.compile(r"(?<=[0-9])-(?=[A-Za-z]?[0-9])")
_UNKNOWN = {
    Status.PENDING: "details not looked up yet",
    Status.NOT_FOUND: "not found in any registry",
}


def html(csl: Mapping[str, Any], identifiers: Sequence[Identifier], status: Status = Status.PENDING) -> str:
    """The reference in safe HTML; without a record its identifier and, by `status`, why there is no more."""
    best = best_first(identifiers)
    linked = _link(best[0]) if best else ""
    title = _text(csl.get("title"))
    if not title:
        # A page was cited by its address: there is nothing to look up before somebody reads it.
        known = not best or best[0].scheme is Scheme.URL
        why = "" if known else _UNKNOWN.get(status, "")
        return " · ".join(piece for piece in (linked, why) if piece)
    pieces = [_head(csl, title), _place(csl), linked]
    return " ".join(_ended(piece) for piece in pieces[:2] if piece) + (f" {linked}" if linked else "")


def label(csl: Mapping[str, Any]) -> str:
    """As people say it: “Polito & Stevenson 2019”, “Anderson et al. 2019”; "" without a record."""
    people = [_called(person) for person in _people(csl)]
    who = [name for name in people if name] or [_text(csl.get("container-title")) or _text(csl.get("title"))]
    names = f"{who[0]} et al." if len(who) > 2 else " & ".join(who)
    if not names:
        return ""
    when = str(year(csl) or "no date")
    return f"{_short(names, LABEL - len(when) - 1)} {when}"


def year(csl: Mapping[str, Any]) -> int | None:
    """The year in which the work came out, if the record tells one."""
    issued = csl.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, Mapping) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    found = first[0] if isinstance(first, list) and first else None
    return found if isinstance(found, int) and 0 < found < 10_000 else None


def named(identifier: Identifier) -> str:
    """The identifier as people write it: “doi:10.1371/…”, “PMID 30726251”, an address without https://."""
    scheme, value = identifier
    match scheme:
        case Scheme.PMID:
            return f"PMID {value}"
        case Scheme.PMCID:
            return value
        case Scheme.ARXIV:
            return f"arXiv:{value}"
        case Scheme.ISBN:
            return f"ISBN {isbn.format(value)}"
        case Scheme.URL:
            return _short(value.partition("://")[2].rstrip("/") or value, 90)
        case _:
            return f"{scheme}:{value}"


def best_first(identifiers: Iterable[Identifier]) -> list[Identifier]:
    """The identifiers, the most lasting kind first."""
    order = list(Scheme)
    return sorted(identifiers, key=lambda identifier: (order.index(identifier.scheme), identifier.value))


def _link(identifier: Identifier) -> str:
    address = link(identifier)
    if not address.startswith(("https://", "http://")):
        return escape(named(identifier))
    return f'<a href="{escape(address)}" rel="nofollow noopener">{escape(named(identifier))}</a>'


def _head(csl: Mapping[str, Any], title: str) -> str:
    """Authors, year and title; without authors the title comes first."""
    when = f"({year(csl) or 'no date'})"
    shown = f"<i>{escape(title)}</i>" if csl.get("type") in _WHOLE else escape(title)
    authors = _authors(csl)
    return f"{authors} {when}. {shown}" if authors else f"{shown} {when}"


def _authors(csl: Mapping[str, Any]) -> str:
    names = [name for name in (listed(person) for person in _people(csl)) if name]
    if not names:
        return ""
    role = "" if csl.get("author") else " (eds.)" if len(names) > 1 else " (ed.)"
    more = ", et al." if len(names) > NAMED else ""
    return escape(", ".join(names[:NAMED])) + more + role


def _place(csl: Mapping[str, Any]) -> str:
    """Where it appeared: journal, volume(issue): pages; or the book that it is in; or the publisher."""
    container, volume, issue = (escape(_text(csl.get(key))) for key in ("container-title", "volume", "issue"))
    # Articles of journals without pages have a number instead.
    page = _PAGES.sub("–", escape(_text(csl.get("page")) or _text(csl.get("number"))))
    if not container:
        return escape(_text(csl.get("publisher")))
    within = "In " if csl.get("type") in ("chapter", "paper-conference") else ""
    number = f" {volume}" if volume else ""
    number += f"({issue})" if issue else ""
    if page:
        number += f": {page}" if number else f", {page}"
    return f"{within}<i>{container}</i>{number}"


def _people(csl: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    people = csl.get("author") or csl.get("editor")
    return [person for person in people if isinstance(person, Mapping)] if isinstance(people, list) else []


def _called(person: Mapping[str, Any]) -> str:
    return _text(person.get("family")) or _text(person.get("literal"))


def listed(person: Mapping[str, Any]) -> str:
    """“Stevenson RJ”, or the name of a group."""
    family = _text(person.get("family"))
    pieces = (family, initials(_text(person.get("given"))), _text(person.get("suffix")))
    return " ".join(piece for piece in pieces if piece) if family else _text(person.get("literal"))


def initials(given: str) -> str:
    """“RJ” of Richard James, “L-A” of Le-Anh."""
    letters = given.replace(".", "")
    if len(letters) <= 3 and letters.isalpha() and letters.isupper():
        return letters
    words = given.replace("-", " -").replace(".", " ").split()
    return "".join(word[:2] if word.startswith("-") else word[0] for word in words if word != "-").upper()


def _ended(piece: str) -> str:
    """The piece with a full stop, unless it ends in a mark of its own."""
    return piece if piece.removesuffix("</i>").endswith((".", "?", "!")) else f"{piece}."


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
