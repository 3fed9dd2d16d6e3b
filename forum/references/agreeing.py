"""Whether two sources say the same of a work in other words: “PLoS ONE” and “PLOS One” are one journal."""

from collections.abc import Callable, Mapping
from typing import Any

from forum.references.differences import conflicting_pages
from forum.references.formatting import year
from forum.references.freetext.comparable import name_forms, text_of, words
from forum.references.freetext.containers import same_container
from forum.references.notices import unmarked

Csl = Mapping[str, Any]
#: So many first authors are compared; where lists end depends on who made them.
_COMPARED = 3


def titles(one: Csl, other: Csl) -> bool:
    """The same title, with or without its subtitle and “RETRACTED:”."""
    a, b = (words(unmarked(text_of(csl, "title"))).split() for csl in (one, other))
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]


def authors(one: Csl, other: Csl) -> bool:
    """The same people begin both lists."""
    pairs = zip(_families(one), _families(other), strict=False)
    return all(name_forms(a) & name_forms(b) for a, b in pairs)


def years(one: Csl, other: Csl) -> bool:
    """The same year."""
    return year(one) == year(other)


def containers(one: Csl, other: Csl) -> bool:
    """The same journal or book, in full or abbreviated."""
    keys = ("container-title", "container-title-short")
    mine, others = ([text_of(csl, key) for key in keys] for csl in (one, other))
    return any(a and b and same_container(a, b) for a in mine for b in others)


def pages(one: Csl, other: Csl) -> bool:
    """The same first page."""
    return not conflicting_pages(*(text_of(csl, "page", "number") for csl in (one, other)))


def plainly(field: str) -> Callable[[Csl, Csl], bool]:
    """The same words in the field."""
    return lambda one, other: words(text_of(one, field)) == words(text_of(other, field))


def _families(csl: Csl) -> list[str]:
    people = csl.get("author") or csl.get("editor") or []
    return [text_of(person, "family", "literal") for person in people[:_COMPARED]]
