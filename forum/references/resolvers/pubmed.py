"""PubMed: the index of medicine. Its summaries are quick, its records complete.

Both are asked through NCBI's E-utilities, which tell most failures inside an answer with status 200.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from forum.config import Settings
from forum.fetch import Answer
from forum.references import schemes
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Found, Missing, Outcome, Question, Record, Unavailable, medline, people
from forum.references.resolvers.answers import (
    distinct,
    identifier,
    inner,
    json_object,
    objects,
    texts,
    xml_root,
)
from forum.references.resolvers.dates import issued, parts
from forum.references.resolvers.plain import plain
from forum.references.resolvers.pubmed_record import number, record

WHO = "PubMed"
_UNKNOWN = "cannot get document summary"


def summary_question(settings: Settings, pmid: str) -> Question:
    """Asks for the summary of one PMID. NotAnIdentifier for anything else, because commas ask for several."""
    asked = {"retmode": "json", "version": "2.0"}
    return _question(settings, "esummary", schemes.pmid(pmid).value, asked)


def question(settings: Settings, pmid: str) -> Question:
    """Asks for the whole record of one PMID, with full names, abstract and notices."""
    return _question(settings, "efetch", schemes.pmid(pmid).value, {"retmode": "xml"})


def courtesy(settings: Settings) -> dict[str, str]:
    """Who asks, as NCBI wants to be told."""
    return {"tool": "footnote", **({"email": settings.contact} if settings.contact else {})}


def _question(settings: Settings, tool: str, pmid: str, asked: Mapping[str, str]) -> Question:
    key = {"api_key": settings.pubmed_key} if settings.pubmed_key else {}
    query = {"db": "pubmed", "id": pmid, **asked, **courtesy(settings), **key}
    return Question("pubmed", f"{tool}:{pmid}", f"{settings.pubmed_base}/{tool}.fcgi", query)


def read_summary(answer: Answer, value: str) -> Outcome:
    """What the summary says of the PMID `value`."""
    told = json_object(answer, WHO)
    if not isinstance(told, dict):
        return told
    item = inner(told, "result", value)
    if isinstance(item, dict) and "error" not in item:
        of = identifier(Scheme.PMID, item.get("uid"))
        found = _summary(item, of) if of and of.value == value else None
        return Found(found) if found else Unavailable(f"PubMed's summary of {value} cannot be read")
    return _refusal(plain(inner(item, "error"), 200), plain(told.get("error"), 200))


def read(answer: Answer, value: str) -> Outcome:
    """What the whole record says of the PMID `value`."""
    if answer.status != 200:
        return Unavailable(f"{WHO} answered {answer.status}")
    told = xml_root(answer, WHO)
    if isinstance(told, Unavailable):
        return told
    if told.tag != "PubmedArticleSet":
        return Unavailable("PubMed's answer is not a set of records")
    if not len(told) and not (told.text or "").strip():
        return Missing()
    item = next((item for item in told[:200] if number(item) == value), None)
    found = record(item, value) if item is not None else None
    return Found(found) if found else Unavailable(f"PubMed's record of {value} cannot be read")


def _refusal(of_item: str, of_all: str) -> Outcome:
    if of_item.casefold() == _UNKNOWN or of_all.casefold().startswith("invalid uid "):
        return Missing()
    return Unavailable(f"PubMed says: {of_item or of_all or 'nothing about this number'}")


def _summary(item: Mapping[str, Any], of: Identifier) -> Record | None:
    types = texts(item.get("pubtype"), 100, medline.MOST)
    links = [_link(one) for one in objects(item.get("references"))]
    identifiers = distinct(of, *_identifiers(item))
    csl = _csl(item, types)
    return medline.completed(csl, identifiers, links, "pubmed", types) if csl["title"] else None


def _csl(item: Mapping[str, Any], types: list[str]) -> dict[str, Any]:
    def text(key: str, limit: int = 60) -> str:
        return plain(item.get(key), limit)

    book = text("booktitle", 300)
    title = medline.title(text("title", 600))
    container = medline.journal(text("fulljournalname", 300))
    return {
        "type": medline.csl_type(types, chapter=bool(book and title), book=bool(book)),
        "title": title or book,
        "author": list(_authors(item.get("authors"))),
        "issued": issued(*(parts(text(key)) for key in ("pubdate", "epubdate", "sortpubdate"))),
        "container-title": (book if title else "") or container,
        "container-title-short": "" if book else text("source", 200),
        "publisher": text("publishername", 200),
        "volume": text("volume"),
        "issue": text("issue"),
        "page": text("pages"),
        "ISSN": ", ".join(filter(None, (text("issn"), text("essn")))),
    }


def _authors(authors: Any) -> Iterator[people.Name]:
    for author in objects(authors, people.AUTHORS):
        group = author.get("authtype") == "CollectiveName"
        name = plain(author.get("name"), 2 * people.NAME)
        if found := people.named("", group=name) if group else people.indexed(name, person=True):
            yield found


def _identifiers(item: Mapping[str, Any]) -> Iterator[Identifier | None]:
    # `pmcid` is an odd sentence there; the plain number is in `pmc`.
    kinds = {"doi": Scheme.DOI, "pmc": Scheme.PMCID}
    for one in objects(item.get("articleids")):
        kind = one.get("idtype")
        if isinstance(kind, str) and kind in kinds:
            yield identifier(kinds[kind], one.get("value"))


def _link(told: Mapping[str, Any]) -> medline.Link:
    cited = plain(told.get("refsource"), 500)
    return medline.Link(plain(told.get("reftype"), 60), cited, identifier(Scheme.PMID, told.get("pmid")))
