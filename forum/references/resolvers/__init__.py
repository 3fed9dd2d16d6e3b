"""One module for each registry. All of them answer in one of three ways, never two."""

from typing import Any, NamedTuple


class Found(NamedTuple):
    """The registry's record: as CSL-JSON in plain, bounded text."""

    csl: dict[str, Any]


class Missing(NamedTuple):
    """The registry is sure that it has no such record."""


class Unavailable(NamedTuple):
    """Nobody knows yet: the registry could not be asked, or what it said cannot be read."""

    why: str


Outcome = Found | Missing | Unavailable
