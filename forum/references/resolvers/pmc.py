"""PubMed Central's converter: which PMID and DOI an article in PubMed Central has.

It knows only what is in PubMed Central. What it says of other works, also by repeating a DOI, means nothing.
"""

from collections.abc import Mapping
from typing import Any

from forum.config import Settings
from forum.fetch import Answer
from forum.references import schemes
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Found, Missing, Outcome, Question, Record, Unavailable
from forum.references.resolvers.answers import distinct, identifier, json_object, objects
from forum.references.resolvers.plain import plain
from forum.references.resolvers.pubmed import courtesy

WHO = "PubMed Central"


def question(settings: Settings, pmcid: str) -> Question:
    """Asks for the identifiers of one PMCID; NotAnIdentifier for anything else."""
    asked = schemes.pmcid(pmcid).value
    query = {"ids": asked, "format": "json", **courtesy(settings)}
    return Question("pmc", asked, f"{settings.pmc_base}/articles/", query)


def read(answer: Answer, value: str) -> Outcome:
    """The identifiers of the article `value`, with an empty record; Missing for a PMCID that is none."""
    told = json_object(answer, WHO)
    if not isinstance(told, dict):
        return told
    if told.get("status") != "ok":
        return Unavailable(f"PubMed Central says: {plain(told.get('message'), 200) or 'nothing'}")
    for one in objects(told.get("records")):
        known = _identifiers(one)
        if any(identifier.value == value for identifier in known):
            return Found(Record(csl={}, identifiers=known))
        if _asked(one) == value:
            return Missing() if value.startswith("PMC") else Unavailable(f"{value} is not in PubMed Central")
    return Unavailable(f"PubMed Central says nothing about {value}")


def _identifiers(told: Mapping[str, Any]) -> tuple[Identifier, ...]:
    """() for what is not in PubMed Central."""
    pmcid = identifier(Scheme.PMCID, told.get("pmcid"))
    if not pmcid or told.get("status") == "error":
        return ()
    others = (identifier(scheme, told.get(scheme.value)) for scheme in (Scheme.PMID, Scheme.DOI))
    return distinct(pmcid, *others)


def _asked(told: Mapping[str, Any]) -> str:
    """The identifier that this record answers, in normal form as far as it has one."""
    asked = told.get("requested-id") or told.get("pmcid") or told.get("doi")
    for scheme in (Scheme.PMCID, Scheme.DOI):
        if (
            isinstance(asked, str)
            and asked[:3].casefold() in ("pmc", "10.")
            and (found := identifier(scheme, asked))
        ):
            return found.value
    return plain(asked, 600)
