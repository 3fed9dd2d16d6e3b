"""One module for each registry. Each says what to ask (`question`) and what an answer means (`read`).

Asking itself, with its pauses and its memory, is `references/asking.py`. All registries answer in one of
three ways, never two: a record, a certain no, or nothing that could be relied on.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from forum.references.identifiers import Identifier


class Question(NamedTuple):
    """One request: `service` names who is asked (for pacing and the memory), `key` what about."""

    service: str
    key: str
    url: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}


class Noticed(NamedTuple):
    """One notice that a registry tells of a work; `identifier` is that of the notice, where it has one.

    `type` is as in `notices.Type`; `origin` says who states it: publisher, retraction-watch, pubmed …
    """

    type: str
    origin: str
    on: date | None = None
    identifier: Identifier | None = None


class Related(NamedTuple):
    """The work stands in relation `kind` (`relations.Kind`) to the work with this identifier."""

    kind: str
    identifier: Identifier


class Record(NamedTuple):
    """What a registry knows of one work.

    `csl` is CSL-JSON in plain, bounded text. `identifiers` are those that the registry itself asserts for
    this very work. `evidence` is a value of `evidence.Kind`, "" if the registry does not say. `free_copy` is
    the address of a copy that everybody may read. `about` holds more that a page can use: `abstract`, …
    """

    csl: Mapping[str, Any]
    identifiers: tuple[Identifier, ...] = ()
    notices: tuple[Noticed, ...] = ()
    relations: tuple[Related, ...] = ()
    evidence: str = ""
    free_copy: str = ""
    about: Mapping[str, str] = {}


class Found(NamedTuple):
    record: Record


class Missing(NamedTuple):
    """The registry is sure that it has no such record."""


class Unavailable(NamedTuple):
    """Nobody knows yet: the registry could not be asked, or what it said cannot be read."""

    why: str


Outcome = Found | Missing | Unavailable
