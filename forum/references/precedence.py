"""Many records of one work made into one: each field from the source that is trusted most with it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from forum.languages.words import N_
from forum.references.evidence import Kind
from forum.references.known import MEMBER

#: Who tells, by the names that they have in records, whom we believe first; others come last.
NAMES = {
    MEMBER: N_("members of this forum"),
    "crossref": "Crossref",
    "datacite": "DataCite",
    "arxiv": "arXiv",
    "doi.org": "doi.org",
    "pubmed": "PubMed",
    "europepmc": "Europe PMC",
    "pmc": "PubMed Central",
    "openalex": "OpenAlex",
    "unpaywall": "Unpaywall",
    "openlibrary": "Open Library",
    "googlebooks": "Google Books",
    "page": N_("the page itself"),
}
#: They say themselves that two identifiers are one work's. OpenAlex does not: it puts versions together.
REGISTRIES = frozenset(
    {"crossref", "datacite", "arxiv", "doi.org", "pubmed", "europepmc", "pmc", "openlibrary", "googlebooks"}
)
#: Medical indexers have read what kind of study it is; others go by its title.
_READERS = ("pubmed", "europepmc")
#: What these two look for is the best copy.
_COPIES = ("openalex", "unpaywall")
#: A type that says nothing.
_VAGUE = "document"


class Kept(NamedTuple):
    """What one source says. A member's record has the corrected fields only; "" takes a field away."""

    source: str
    csl: Mapping[str, Any]
    evidence: str
    about: Mapping[str, Any]
    at: datetime

    def says(self, field: str) -> bool:
        """Whether the source has a word on the field of its CSL-JSON."""
        value = self.csl.get(field)
        if self.source == MEMBER:
            return field in self.csl
        return bool(value) and (field, value) != ("type", _VAGUE)


def in_order(records: Iterable[Kept]) -> list[Kept]:
    """The records, the most trusted first."""
    return sorted(records, key=lambda record: (_rank(tuple(NAMES), record.source), record.source))


def merged(records: Iterable[Kept]) -> dict[str, Any]:
    """The one record in CSL-JSON; {} if nobody says anything."""
    csl: dict[str, Any] = {}
    for record in in_order(records):
        csl |= {key: value for key, value in record.csl.items() if key not in csl and record.says(key)}
    return {key: value for key, value in csl.items() if value}


def by_evidence(records: Iterable[Kept]) -> list[Kept]:
    """Who says what kind of evidence it is: first the one that counts, a member or the clearest."""

    def rank(record: Kept) -> tuple[bool, bool, int]:
        vague = record.evidence == Kind.OTHER
        return (record.source != MEMBER, vague, _rank(_READERS, record.source))

    return sorted((each for each in in_order(records) if each.evidence), key=rank)


def free_copy_of(records: Iterable[Kept]) -> str:
    """The address of a copy that everybody may read; "" if none is known."""
    told = sorted(in_order(records), key=lambda each: _rank(_COPIES, each.source))
    return next((each.about["free_copy"] for each in told if each.about.get("free_copy")), "")


def main_source(records: Iterable[Kept]) -> str:
    """Who the record is from in the main: the most trusted source that has a title; "" without one."""
    told = [each.source for each in in_order(records) if each.csl]
    titled = (each.source for each in in_order(records) if each.source != MEMBER and each.says("title"))
    return next(titled, told[0] if told else "")


def _rank(order: Sequence[str], source: str) -> int:
    return order.index(source) if source in order else len(order)
