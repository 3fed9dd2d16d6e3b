"""Crossref's word on what became of a work: `updated-by`, `update-to` and `relation` of its records.

On a work, `updated-by` lists its notices. On a notice, `update-to` lists the works that it changes, and
Crossref mirrors that into an `updated-by` that leads back to them.
"""

import re
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, NamedTuple

from forum.references import notices
from forum.references.identifiers import Identifier, Scheme
from forum.references.notices import LEVELS, Level, Type
from forum.references.relations import Kind
from forum.references.resolvers import Noticed, Related
from forum.references.resolvers.answers import identifier, inner, objects
from forum.references.resolvers.csl import date_parts, day
from forum.references.resolvers.plain import first, plain

MOST = 50
_NEW = re.compile(r"new[ _-](?:version|edition)", re.IGNORECASE)
_ORIGIN = re.compile(r"[a-z][a-z-]{1,29}")
_RELATIONS = {
    "is-preprint-of": Kind.PREPRINT_OF,
    "has-preprint": Kind.HAS_PREPRINT,
    "is-version-of": Kind.VERSION_OF,
    "has-version": Kind.HAS_VERSION,
    "is-translation-of": Kind.VERSION_OF,
    "has-translation": Kind.HAS_VERSION,
    "is-manuscript-of": Kind.VERSION_OF,
    "has-manuscript": Kind.HAS_VERSION,
    "replaces": Kind.VERSION_OF,
    "is-replaced-by": Kind.HAS_VERSION,
    "is-supplement-to": Kind.SUPPLEMENT_OF,
    "is-supplemented-by": Kind.SUPPLEMENTED_BY,
    "is-review-of": Kind.REVIEW_OF,
    "has-review": Kind.HAS_REVIEW,
}
_SCHEMES = {
    "doi": Scheme.DOI,
    "pmid": Scheme.PMID,
    "pmcid": Scheme.PMCID,
    "arxiv": Scheme.ARXIV,
    "isbn": Scheme.ISBN,
    "uri": Scheme.URL,
}
_OWN_DATES = ("issued", "published", "published-online", "published-print")


class _Update(NamedTuple):
    """One entry of either list; `new` for a version or edition, which is no notice."""

    type: Type | None
    new: bool
    origin: str
    parts: list[int]
    identifier: Identifier | None


def noticed(message: dict[str, Any], own: Collection[Identifier]) -> tuple[Noticed, ...]:
    """The notices of the work that is known by `own`; none of those that it is itself."""
    born = _born(message)
    found = [
        Noticed(each.type, each.origin, _plausible(each, born), each.identifier)
        for each in _of_the_work(message, own)
        if each.type and notices.concerns(each.type, each.identifier, own)
    ]
    return tuple(dict.fromkeys(found))


def announced(message: dict[str, Any], own: Collection[Identifier]) -> str:
    """The type of notice that the work itself is, the gravest if there are several; "" for no notice."""
    types = [each.type for each in _others(_updates(message, "update-to"), own) if each.type]
    grave = max(types, key=lambda type: LEVELS[type].weight, default=None)
    republished = message.get("abstract") and not notices.heading(first(message.get("title"), 200))
    if grave is None or (LEVELS[grave] is Level.CORRECTED and republished):
        # A corrected article that replaces the old one is an article.
        return ""
    return grave


def related(message: dict[str, Any], own: Collection[Identifier]) -> tuple[Related, ...]:
    """The works to which Crossref relates it."""
    found = [*_relations(message), *_versions_and_updates(message, own)]
    return tuple(dict.fromkeys(each for each in found if each.identifier not in own))[: 2 * MOST]


def _of_the_work(message: dict[str, Any], own: Collection[Identifier]) -> Iterator[_Update]:
    """Entries that tell of the work itself: `updated-by` without mirrors, and what was done in place."""
    updated = _updates(message, "update-to")
    mirrored = {each.identifier for each in _others(updated, own)}
    yield from (each for each in _updates(message, "updated-by") if each.identifier not in mirrored)
    yield from (each for each in updated if each.identifier in own)


def _others(updates: Collection[_Update], own: Collection[Identifier]) -> list[_Update]:
    return [each for each in updates if each.identifier and each.identifier not in own]


def _updates(message: dict[str, Any], key: str) -> list[_Update]:
    found = []
    for entry in objects(message.get(key), MOST):
        word = plain(entry.get("type"), 40) or plain(entry.get("label"), 40)
        origin = plain(entry.get("source"), 40).lower()
        found.append(
            _Update(
                notices.named(word),
                bool(_NEW.fullmatch(word)),
                origin if _ORIGIN.fullmatch(origin) else "crossref",
                date_parts(entry.get("updated")),
                identifier(Scheme.DOI, entry.get("DOI")),
            )
        )
    return found


def _born(message: dict[str, Any]) -> list[int]:
    """The work's own earliest date, the more exact one of two that agree; [] if it has none."""
    dates = [parts for key in _OWN_DATES if (parts := date_parts(message.get(key)))]
    return min(dates or [date_parts(message.get("created"))], key=lambda parts: [*parts, 99, 99][:3])


def _plausible(update: _Update, born: list[int]) -> date | None:
    """The day of the notice. Publishers deposit the work's own date in its place: that is no date."""
    exact = len(born) > 1 and update.origin != notices.CAREFUL
    own = exact and update.parts[: len(born)] <= born
    return None if own else day(update.parts)


def _relations(message: dict[str, Any]) -> Iterator[Related]:
    for name, kind in _RELATIONS.items():
        for entry in objects(inner(message, "relation", name), MOST):
            scheme = _SCHEMES.get(plain(entry.get("id-type"), 20).lower())
            if scheme and (found := identifier(scheme, entry.get("id"))):
                yield Related(kind, found)


def _versions_and_updates(message: dict[str, Any], own: Collection[Identifier]) -> Iterator[Related]:
    for each in _others(_updates(message, "update-to"), own):
        if each.identifier and (each.type or each.new):
            yield Related(Kind.VERSION_OF if each.new else Kind.UPDATE_OF, each.identifier)
    for each in _of_the_work(message, own):
        if each.identifier and (each.type or each.new):
            yield Related(Kind.HAS_VERSION if each.new else Kind.HAS_UPDATE, each.identifier)
