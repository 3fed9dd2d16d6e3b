"""Pieces of CSL-JSON 1.0.2 (https://docs.citationstyles.org) that more than one registry of DOIs tells."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import people
from forum.references.resolvers.answers import identifier, objects
from forum.references.resolvers.plain import plain

TITLE, SHORT = 600, 60
#: Lowest and highest year, month and day that can be meant.
_RANGES = ((1000, 2999), (1, 12), (1, 31))
_DOI = re.compile(r"10\.\S{1,60}/\S{1,540}")
_WEB = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:[/?#][!-~]{0,1900})?")
_OLD_LINK = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/", re.IGNORECASE)


def filled(csl: Mapping[str, Any]) -> dict[str, Any]:
    """The record without what is empty."""
    return {key: value for key, value in csl.items() if value}


def doi(value: Any) -> str:
    """The DOI in lower case; "" for anything else."""
    if not isinstance(value, str) or not _DOI.fullmatch(value) or not value.isprintable():
        return ""
    # As bytes, only ASCII letters get lower: that is how DOIs compare.
    return value.encode().lower().decode()


def own_identifiers(asked: str, told: Any) -> tuple[Identifier, ...]:
    """The asked DOI and the record's, which differ when one DOI became another; either may be absent."""
    value = doi(told)
    of = identifier(Scheme.DOI, value)
    # Nearly the same DOI would be another work's.
    same = of is not None and (of.value == value or of.scheme is not Scheme.DOI)
    return tuple(
        dict.fromkeys(each for each in (identifier(Scheme.DOI, asked), of if same else None) if each)
    )


def titled(title: str, subtitle: str) -> str:
    """Both as one title, unless the title has the subtitle in it already."""
    if not subtitle or subtitle.casefold() in title.casefold():
        return title
    joint = " " if title.endswith((":", "?", "!")) else ": "
    return plain(f"{title}{joint}{subtitle}" if title else subtitle, TITLE)


def names(values: Any) -> list[people.Name]:
    """People as Crossref and CSL have them; those without any name are left out."""
    found = (_name(person) for person in objects(values, people.AUTHORS))
    return [name for name in found if name]


def _name(person: Mapping[str, Any]) -> people.Name:
    keys = ("given", "family", "suffix", "non-dropping-particle", "dropping-particle")
    given, family, suffix, particle, dropping = (plain(person.get(key), people.NAME) for key in keys)
    group = plain(person.get("name"), 2 * people.NAME) or plain(person.get("literal"), 2 * people.NAME)
    particle = particle or dropping
    family = f"{particle} {_calm(family)}" if particle and family else _calm(family)
    return people.named(family, given, suffix, group)


def _calm(family: str) -> str:
    """Some publishers deposit names in capitals: MÜLLER-LYER is Müller-Lyer. Short ones may be meant: NG."""
    return family.title() if len(family) > 3 and family.isupper() else family


def date_parts(value: Any) -> list[int]:
    """Year, month and day as far as they are usable; [] for Crossref's way of saying nothing: [[null]]."""
    parts = value.get("date-parts") if isinstance(value, dict) else None
    parts = parts[0] if isinstance(parts, list) and parts else None
    return list(_usable(parts)) if isinstance(parts, list) else []


def _usable(parts: list[Any]) -> Iterator[int]:
    for part, (lowest, highest) in zip(parts, _RANGES, strict=False):
        # Some agencies write their numbers as texts.
        number = int(part) if isinstance(part, str) and re.fullmatch("[0-9]{1,4}", part) else part
        if not isinstance(number, int) or isinstance(number, bool) or not lowest <= number <= highest:
            return
        yield number


def day(parts: list[int]) -> date | None:
    """The day that year, month and day name, if they name one."""
    try:
        return date(*parts) if len(parts) == 3 else None
    except ValueError:
        return None


def address(value: Any, doi: str) -> str:
    """The address if it is one that people can follow and no old link of the DOI; else the DOI's link."""
    if isinstance(value, str) and _WEB.fullmatch(value) and not _OLD_LINK.match(value):
        return value
    return f"https://doi.org/{quote(doi, safe='/:;()')}" if doi else ""


def licence(value: Any) -> str:
    """The address of a licence, with https for Creative Commons, which is deposited in both ways."""
    if not isinstance(value, str) or not _WEB.fullmatch(value):
        return ""
    return re.sub(r"^http://(?=creativecommons\.org/)", "https://", value)


def count(value: Any) -> str:
    """A number of citations as text; "" if there is none."""
    sound = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9
    return str(value) if sound else ""
