"""Answers of registries, taken apart: what is absent, too long or of a wrong kind counts as not said."""

from json import loads
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from forum.fetch import Answer
from forum.references.addresses import canonical
from forum.references.identifiers import Identifier, NotAnIdentifier, Scheme, parse
from forum.references.resolvers import Missing, Unavailable
from forum.references.resolvers.plain import plain
from forum.references.schemes import LONGEST_DOI


def json_object(
    answer: Answer, who: str, *, missing: frozenset[int] = frozenset()
) -> dict[str, Any] | Missing | Unavailable:
    """The object that the answer is; Missing for a status in `missing`, Unavailable for anything else."""
    if answer.status in missing:
        return Missing()
    if answer.status != 200:
        return Unavailable(f"{who} answered {answer.status}")
    try:
        # Not strict, because PubMed sends line breaks within texts.
        told = loads(answer.body, strict=False)
    except (ValueError, RecursionError):
        return Unavailable(f"{who}'s answer is not JSON")
    return told if isinstance(told, dict) else Unavailable(f"{who}'s answer is not a record")


def xml_root(answer: Answer, who: str) -> Element | Unavailable:
    """The root of the answer's XML, whatever its status. Nothing is fetched, and entities are refused."""
    try:
        return fromstring(answer.body)
    # LookupError: an encoding that nobody knows. ValueError: also what defusedxml refuses.
    except (ParseError, ValueError, LookupError):
        return Unavailable(f"{who}'s answer is not XML that can be read")


def inner(value: Any, *path: str) -> Any:
    """What stands at the end of the path through objects; None if it breaks off."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def objects(value: Any, most: int = 1000) -> list[dict[str, Any]]:
    """The objects among the first `most` items of a list; [] for what is not a list."""
    items = value[:most] if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def texts(value: Any, limit: int, most: int = 50) -> list[str]:
    """The usable texts among the first `most` items of a list, each as `plain` makes it."""
    items = value[:most] if isinstance(value, list) else []
    return [text for text in (plain(item, limit) for item in items) if text]


def said(parent: Element | None, path: str, limit: int) -> str:
    """All text within the first element at `path`, as `plain` makes it."""
    found = parent.find(path) if parent is not None else None
    return plain("".join(found.itertext()), limit) if found is not None else ""


def identifier(scheme: Scheme, raw: Any) -> Identifier | None:
    """What a registry names so (a text, or a whole number), in normal form; None if it cannot be one."""
    if isinstance(raw, int):
        raw = str(raw)
    if not isinstance(raw, str) or len(raw) > LONGEST_DOI:
        return None
    try:
        found = parse(scheme, raw)
    except NotAnIdentifier:
        return None
    return found if found.value.isprintable() else None


def distinct(*found: Identifier | None) -> tuple[Identifier, ...]:
    """The identifiers that are there, each scheme's first one only: two DOIs are never one work."""
    first: dict[Scheme, Identifier] = {}
    for one in found:
        if one:
            first.setdefault(one.scheme, one)
    return tuple(first.values())


def address(value: Any) -> str:
    """The web address in its normal form, "" if it is not one."""
    try:
        return canonical(value) if isinstance(value, str) else ""
    except NotAnIdentifier:
        return ""
