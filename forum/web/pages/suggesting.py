"""Suggestions while something is typed into a search box: for our script, and for browsers (OpenSearch)."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from forum.languages.words import _
from forum.search import suggest
from forum.web.endpoint import Visit

MOST = 8


class Option(NamedTuple):
    """One suggestion: its words, what it is, where it leads."""

    words: str
    kind: str
    path: str


class _Completions(JSONResponse):
    """OpenSearch Suggestions 1.1: what was typed, then completions, descriptions and addresses."""

    media_type = "application/x-suggestions+json"


def options(visit: Visit) -> Response:
    return visit.fragment("search/_suggestions.html", options=list(_options(visit)))


def completions(visit: Visit) -> Response:
    found = list(_options(visit))
    base = visit.settings.base_url.rstrip("/")
    words, kinds = [option.words for option in found], [option.kind for option in found]
    return _Completions([_typed(visit), words, kinds, [base + option.path for option in found]])


def _typed(visit: Visit) -> str:
    return visit.query.get("q", "")[: suggest.LONGEST]


def _options(visit: Visit) -> Iterator[Option]:
    found = suggest.suggestions(visit.db, _typed(visit), MOST)
    for thread in found.threads:
        yield Option(thread.title, _(thread.kind), f"/t/{thread.id}/{thread.slug}")
    for tag in found.tags:
        yield Option(tag.name, _("tag"), f"/tags/{quote(tag.name)}")
    for reference in found.references:
        words = reference.title or reference.label
        yield Option(words, _("reference"), f"/references/{reference.id}/{reference.slug}")
    for person in found.people:
        yield Option(person.name, _("person"), f"/people/{quote(person.name)}")
