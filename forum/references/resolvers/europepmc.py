"""Europe PMC: medicine and preprints, with the numbers, notices and versions of each work."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from forum.config import Settings
from forum.fetch import Answer
from forum.references import schemes
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Found, Missing, Outcome, Question, Unavailable, medline, people
from forum.references.resolvers.abstracts import excerpt
from forum.references.resolvers.answers import distinct, identifier, inner, json_object, objects, texts
from forum.references.resolvers.dates import issued, parts
from forum.references.resolvers.plain import plain

WHO = "Europe PMC"
_SCHEMES = {"pmid": Scheme.PMID, "pmcid": Scheme.PMCID, "doi": Scheme.DOI}
#: What the `id` of a link is, by its `source`. Preprints (PPR) have a number of Europe PMC's own.
_SOURCES = {"MED": Scheme.PMID, "PMC": Scheme.PMCID}
#: How headings of an abstract's parts are written here; elsewhere they are titles.
_HEADING = re.compile(r"(</?)h[1-6]>")


def doi_question(settings: Settings, doi: str) -> Question | None:
    """Asks for the work with this DOI. None for a DOI that would break out of the quotation marks."""
    asked = schemes.doi(doi).value
    return None if '"' in asked else _question(settings, asked, f'DOI:"{asked}"')


def pmid_question(settings: Settings, pmid: str) -> Question:
    """Asks for the work with this PMID."""
    # In quotation marks, numbers are never found.
    asked = schemes.pmid(pmid).value
    return _question(settings, asked, f"EXT_ID:{asked} AND SRC:MED")


def pmcid_question(settings: Settings, pmcid: str) -> Question:
    """Asks for the work with this PMCID."""
    asked = schemes.pmcid(pmcid).value
    return _question(settings, asked, f"PMCID:{asked}")


def _question(settings: Settings, asked: str, query: str) -> Question:
    form = {"query": query, "format": "json", "resultType": "core", "pageSize": "1"}
    return Question("europepmc", asked, f"{settings.europepmc_base}/search", form)


def read(answer: Answer, value: str) -> Outcome:
    """What Europe PMC says of the work with the DOI, PMID or PMCID `value` (in normal form)."""
    told = json_object(answer, WHO)
    if not isinstance(told, dict):
        return told
    results = objects(inner(told, "resultList", "result"))
    for result in results:
        identifiers = _identifiers(result)
        if any(identifier.value == value for identifier in identifiers):
            return _found(result, identifiers)
    if told.get("hitCount") == 0 and not results:
        return Missing()
    return Unavailable(f"Europe PMC's answer says nothing about {value}")


def _found(result: Mapping[str, Any], identifiers: tuple[Identifier, ...]) -> Outcome:
    types = texts(inner(result, "pubTypeList", "pubType"), 100, medline.MOST)
    if result.get("source") == "PPR" and medline.PREPRINT not in types:
        types.append(medline.PREPRINT)
    csl = _csl(result, types)
    if not csl["title"]:
        return Unavailable("Europe PMC's record has no title")
    abstract, links = excerpt(_with_titles(result.get("abstractText"))), list(_links(result))
    record = medline.completed(
        csl, identifiers, links, "europepmc", types, abstract=abstract, free_copy=_free_copy(result)
    )
    return Found(record)


def _with_titles(abstract: Any) -> str:
    return _HEADING.sub(r"\1title>", abstract) if isinstance(abstract, str) else ""


def _identifiers(result: Mapping[str, Any]) -> tuple[Identifier, ...]:
    return distinct(*(identifier(scheme, result.get(key)) for key, scheme in _SCHEMES.items()))


def _csl(result: Mapping[str, Any], types: list[str]) -> dict[str, Any]:
    def text(limit: int, *path: str) -> str:
        return plain(inner(result, *path), limit)

    server = text(300, "bookOrReportDetails", "publisher") if medline.PREPRINT in types else ""
    journal = text(300, "journalInfo", "journal", "title") or text(300, "journalTitle")
    numbers = (text(60, "journalInfo", "journal", key) for key in ("issn", "essn"))
    dates = (("journalInfo", "dateOfPublication"), ("firstPublicationDate",), ("pubYear",))
    return {
        "type": medline.csl_type(types),
        "title": medline.title(text(600, "title")),
        "author": list(_authors(result)),
        "issued": issued(*(parts(text(60, *path)) for path in dates)),
        "container-title": server or medline.journal(journal),
        "container-title-short": text(200, "journalInfo", "journal", "medlineAbbreviation"),
        "volume": text(60, "journalInfo", "volume"),
        "issue": text(60, "journalInfo", "issue"),
        "page": text(60, "pageInfo"),
        "ISSN": ", ".join(filter(None, numbers)),
    }


def _authors(result: Mapping[str, Any]) -> Iterator[people.Name]:
    listed = objects(inner(result, "authorList", "author"), people.AUTHORS)
    for author in listed:
        family, given, initials, group = (
            plain(author.get(key), people.NAME)
            for key in ("lastName", "firstName", "initials", "collectiveName")
        )
        if name := people.named(family, given or initials, group=group):
            yield name
    if not listed:
        names = plain(result.get("authorString"), 20_000).removesuffix(".").split(", ")
        yield from (people.indexed(name) for name in names[: people.AUTHORS] if name)


def _links(result: Mapping[str, Any]) -> Iterator[medline.Link]:
    for told in objects(inner(result, "commentCorrectionList", "commentCorrection")):
        kind = plain(told.get("type"), 60)
        # Some are guesses (“… based on a title-first author match”), and a guess is not a registry's word.
        if kind.startswith("Preprint") and "match" in plain(told.get("note"), 200).casefold():
            continue
        scheme = _SOURCES.get(plain(told.get("source"), 10))
        target = identifier(scheme, told.get("id")) if scheme else None
        yield medline.Link(kind, plain(told.get("reference"), 500), target)


def _free_copy(result: Mapping[str, Any]) -> str:
    pmcid = identifier(Scheme.PMCID, result.get("pmcid"))
    # "N" is a text too.
    return f"https://europepmc.org/articles/{pmcid.value}" if pmcid and result.get("inEPMC") == "Y" else ""
