"""DataCite: the registry of DOIs of data sets, software, theses and preprints (https://api.datacite.org)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from forum.config import Settings
from forum.fetch import Answer
from forum.references import evidence
from forum.references.identifiers import Identifier, Scheme
from forum.references.relations import Kind
from forum.references.resolvers import (
    Found,
    Missing,
    Outcome,
    Question,
    Record,
    Related,
    Unavailable,
    csl,
)
from forum.references.resolvers.abstracts import excerpt
from forum.references.resolvers.answers import identifier, inner, json_object, objects
from forum.references.resolvers.csl import SHORT
from forum.references.resolvers.datacite_csl import to_csl
from forum.references.resolvers.plain import plain

WHO = "DataCite"
MOST = 100
#: Versions are a group of works, each with its own DOI, never one work.
_RELATIONS = {
    "IsVersionOf": Kind.VERSION_OF,
    "IsNewVersionOf": Kind.VERSION_OF,
    "IsVariantFormOf": Kind.VERSION_OF,
    "IsTranslationOf": Kind.VERSION_OF,
    "IsIdenticalTo": Kind.VERSION_OF,
    "Obsoletes": Kind.VERSION_OF,
    "HasVersion": Kind.HAS_VERSION,
    "IsPreviousVersionOf": Kind.HAS_VERSION,
    "IsOriginalFormOf": Kind.HAS_VERSION,
    "HasTranslation": Kind.HAS_VERSION,
    "IsObsoletedBy": Kind.HAS_VERSION,
    "IsSupplementTo": Kind.SUPPLEMENT_OF,
    "IsSupplementedBy": Kind.SUPPLEMENTED_BY,
    "Reviews": Kind.REVIEW_OF,
    "IsReviewedBy": Kind.HAS_REVIEW,
}
_SCHEMES = {
    "doi": Scheme.DOI,
    "pmid": Scheme.PMID,
    "arxiv": Scheme.ARXIV,
    "isbn": Scheme.ISBN,
    "url": Scheme.URL,
}


def question(settings: Settings, doi: str) -> Question:
    """Asks for the record of one DOI."""
    polite = {"mailto": settings.contact} if settings.contact else {}
    address = f"{settings.datacite_base}/dois/{quote(doi, safe='')}"
    return Question("datacite", f"work:{doi}", address, polite)


def read(answer: Answer, doi: str) -> Outcome:
    """What DataCite says of the DOI. Missing also if the record is not for the public (any more)."""
    told = json_object(answer, WHO, missing=frozenset({404}))
    if not isinstance(told, dict):
        return told
    attributes = inner(told, "data", "attributes")
    own = csl.own_identifiers(doi, inner(attributes, "doi"))
    if not csl.doi(inner(attributes, "doi")) or not own:
        return Unavailable(f"{WHO}'s answer is not a record")
    public = (plain(attributes.get("state"), SHORT) or "findable") == "findable"
    return Found(_record(attributes, own)) if public else Missing()


def _record(told: dict[str, Any], own: tuple[Identifier, ...]) -> Record:
    item = to_csl(told)
    general = plain(inner(told, "types", "resourceTypeGeneral"), SHORT)
    about = {
        "abstract": next(_abstracts(told), ""),
        "cited_by": csl.count(told.get("citationCount")),
        "licence": next(_licences(told), ""),
        "issn": item.get("ISSN", ""),
    }
    return Record(
        csl=item,
        identifiers=own,
        relations=tuple(dict.fromkeys(each for each in _relations(told) if each.identifier not in own)),
        evidence=evidence.kind(general, item.get("title", "")),
        about=csl.filled(about),
    )


def _abstracts(told: dict[str, Any]) -> Iterator[str]:
    for each in objects(told.get("descriptions"), 20):
        if each.get("descriptionType") == "Abstract" and (text := excerpt(each.get("description"))):
            yield text


def _licences(told: dict[str, Any]) -> Iterator[str]:
    for each in objects(told.get("rightsList"), 20):
        if address := csl.licence(each.get("rightsUri")):
            yield address


def _relations(told: dict[str, Any]) -> Iterator[Related]:
    listed = [each for each in objects(told.get("relatedIdentifiers")) if _kind(each)]
    for each in listed[:MOST]:
        scheme = _SCHEMES.get(plain(each.get("relatedIdentifierType"), 20).lower())
        kind = _kind(each)
        if scheme and kind and (found := identifier(scheme, each.get("relatedIdentifier"))):
            yield Related(kind, found)


def _kind(related: dict[str, Any]) -> Kind | None:
    return _RELATIONS.get(plain(related.get("relationType"), 40))
