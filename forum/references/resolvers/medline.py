"""What PubMed and Europe PMC have in common: one vocabulary for notices and relations, one way of citing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from forum.references import evidence
from forum.references.identifiers import Identifier, Scheme
from forum.references.identifiers import link as address_of
from forum.references.resolvers import Noticed, Record, Related
from forum.references.resolvers.answers import identifier
from forum.references.resolvers.csl import filled
from forum.references.resolvers.dates import parts, whole

#: Most notices, relations and publication types that are taken from one record.
MOST = 50
PREPRINT = "Preprint"
_RETRACTED = "retracted publication"
#: Publication types of works that only tell of another one.
_NOTICE_TYPES = {
    "retraction of publication": "retraction",
    "retraction": "retraction",
    "expression of concern": "expression-of-concern",
    "published erratum": "erratum",
    "correction": "correction",
}
#: By the whole name of the link: “retract” alone would confuse the paper with its notice.
_NOTICES = {
    "retractionin": "retraction",
    "retractedandrepublishedin": "retraction",
    "partialretractionin": "partial-retraction",
    "expressionofconcernin": "expression-of-concern",
    "erratumin": "erratum",
    "correctedandrepublishedin": "correction",
}
_RELATIONS = {
    "preprintof": "preprint-of",
    "preprintin": "has-preprint",
    "updatein": "has-update",
    "updateof": "update-of",
    "retractionof": "update-of",
    "partialretractionof": "update-of",
    "retractedandrepublishedfrom": "update-of",
    "expressionofconcernfor": "update-of",
    "erratumfor": "update-of",
    "correctedandrepublishedfrom": "update-of",
}
_NUMBERS = {"DOI": Scheme.DOI, "PMID": Scheme.PMID, "PMCID": Scheme.PMCID}
_DOI = re.compile(r"\bdoi:\s*(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
#: The National Library of Medicine tells journals of one name apart by their place: Lancet (London, England).
_PLACE = re.compile(r" \([^()]*, [^()]*\)$")


class Link(NamedTuple):
    """A link to another record: “Retraction in” or “RetractionIn”, how that is cited, what it is known by."""

    kind: str
    cited: str
    identifier: Identifier | None

    @property
    def target(self) -> Identifier | None:
        """The identifier of the other record, from its citation if need be."""
        found = _DOI.search(self.cited)
        return self.identifier or (identifier(Scheme.DOI, found[1]) if found else None)


def notices(links: Iterable[Link], origin: str, publication_types: Sequence[str]) -> tuple[Noticed, ...]:
    """What the links and types say of the work itself; nothing of what it says of others."""
    found = [
        Noticed(_NOTICES[_folded(link.kind)], origin, whole(parts(link.cited)), link.target)
        for link in links
        if _folded(link.kind) in _NOTICES
    ]
    if _RETRACTED in _folded_types(publication_types) and not any(
        notice.type == "retraction" for notice in found
    ):
        found.append(Noticed("retraction", origin))
    return tuple(dict.fromkeys(found))[:MOST]


def relations(links: Iterable[Link], publication_types: Sequence[str]) -> tuple[Related, ...]:
    """The works that the links lead to, as far as they have an identifier."""
    preprint = PREPRINT in publication_types
    found: dict[Related, None] = {}
    for link in links:
        kind = _RELATIONS.get(_folded(link.kind), "")
        if preprint and kind == "has-update":
            # So PubMed says that a preprint has come out in a journal.
            kind = "preprint-of"
        if kind and link.target:
            found[Related(kind, link.target)] = None
    return tuple(found)[:MOST]


def title(text: str) -> str:
    """The title without the full stop that indexes put behind it."""
    return text if text.endswith("..") else text.removesuffix(".")


def journal(text: str) -> str:
    """The journal's name without its place."""
    return _PLACE.sub("", text)


def csl_type(publication_types: Sequence[str], *, chapter: bool = False, book: bool = False) -> str:
    """CSL's type for a work of these publication types."""
    if PREPRINT in publication_types:
        return "article"
    return "chapter" if chapter else "book" if book else "article-journal"


def completed(
    csl: Mapping[str, Any],
    identifiers: Sequence[Identifier],
    links: Sequence[Link],
    origin: str,
    publication_types: Sequence[str],
    *,
    abstract: str = "",
    free_copy: str = "",
) -> Record:
    """The record with everything that follows from its links, types and identifiers."""
    numbers = {identifier.scheme: identifier.value for identifier in identifiers}
    known = {name: numbers[scheme] for name, scheme in _NUMBERS.items() if scheme in numbers}
    best = min(identifiers, key=lambda identifier: list(Scheme).index(identifier.scheme))
    about = {
        "abstract": abstract,
        "publication_types": "; ".join(publication_types),
        "notice": _announced(publication_types),
    }
    return Record(
        csl=filled({**csl, **known, "URL": address_of(best)}),
        identifiers=tuple(identifiers),
        notices=notices(links, origin, publication_types),
        relations=relations(links, publication_types),
        evidence=evidence.kind(str(csl["type"]), str(csl["title"]), publication_types),
        free_copy=free_copy,
        about=filled(about),
    )


def _announced(publication_types: Sequence[str]) -> str:
    """The kind of notice that the work itself is, "" for any other work."""
    folded = _folded_types(publication_types)
    found = (_NOTICE_TYPES[type] for type in folded if type in _NOTICE_TYPES)
    return "" if _RETRACTED in folded else next(found, "")


def _folded_types(publication_types: Sequence[str]) -> list[str]:
    return [type.casefold() for type in publication_types]


def _folded(kind: str) -> str:
    return kind.replace(" ", "").casefold()
