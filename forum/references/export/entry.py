"""What an export is given for one reference."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from forum.references.identifiers import Identifier


class Entry(NamedTuple):
    """A reference that leaves the forum. `csl` is {} while nobody knows more than its identifiers.

    `url` is the reference's own page on this forum, "" to leave it out.
    """

    id: int
    csl: Mapping[str, Any]
    identifiers: Sequence[Identifier]
    url: str = ""
