"""arXiv: preprints of physics, mathematics and computing.

It answers in Atom (https://info.arxiv.org/help/api/user-manual.html); an empty feed is a no.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element

from forum.config import Settings
from forum.fetch import Answer
from forum.references import schemes
from forum.references.evidence import Kind
from forum.references.identifiers import Identifier, Scheme, link
from forum.references.resolvers import (
    Found,
    Missing,
    Noticed,
    Outcome,
    Question,
    Record,
    Related,
    Unavailable,
    people,
)
from forum.references.resolvers.abstracts import LIMIT
from forum.references.resolvers.answers import identifier, said, xml_root
from forum.references.resolvers.csl import filled
from forum.references.resolvers.dates import issued, parts

WHO = "arXiv"
_ATOM = "{http://www.w3.org/2005/Atom}"
_OWN = "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_ABSTRACT_PAGE = re.compile(r"https?://arxiv\.org/abs/(\S+?)(?:v([0-9]+))?")
#: The sentence until “withdrawn”; it may be about another paper or an earlier version.
_WITHDRAWN = re.compile(r"(?:^|(?<=[.;!] ))((?:(?![.;!] ).)*?)\bwithdrawn\b", re.IGNORECASE)
_ANOTHER = re.compile(
    r"\b(?:not|never|replac(?:es|ing)|supersed(?:es|ing)|previous(?:ly)?|earlier)\b", re.IGNORECASE
)


def question(settings: Settings, value: str) -> Question:
    """Asks for the newest version of one paper; NotAnIdentifier for anything else."""
    asked = schemes.arxiv(value).value
    return Question(
        "arxiv", asked, f"{settings.arxiv_base}/api/query", {"id_list": asked, "max_results": "1"}
    )


def read(answer: Answer, value: str) -> Outcome:
    """What arXiv says of the paper `value` (without version)."""
    # 400 comes with a feed too, whose one entry is the error.
    if answer.status not in (200, 400):
        return Unavailable(f"{WHO} answered {answer.status}")
    feed = xml_root(answer, WHO)
    if isinstance(feed, Unavailable):
        return feed
    if feed.tag != f"{_ATOM}feed":
        return Unavailable("arXiv's answer is not a feed")
    entries = feed.findall(f"{_ATOM}entry")[:200]
    paper = next((entry for entry in entries if _of(entry) == value), None)
    if paper is not None and answer.status == 200:
        found = _record(paper, Identifier(Scheme.ARXIV, value))
        return Found(found) if found else Unavailable(f"arXiv's record of {value} has no title")
    # An empty feed that counts results is arXiv's way of being overtaxed.
    nothing = not entries and answer.status == 200 and said(feed, _TOTAL, 20) in ("", "0")
    if nothing or any(_is_error(entry) for entry in entries):
        return Missing()
    return Unavailable(f"arXiv's answer says nothing about {value}")


def _of(entry: Element) -> str:
    page = _ABSTRACT_PAGE.fullmatch(said(entry, f"{_ATOM}id", 200))
    found = identifier(Scheme.ARXIV, page[1]) if page else None
    return found.value if found else ""


def _is_error(entry: Element) -> bool:
    told = said(entry, f"{_ATOM}title", 60), said(entry, f"{_ATOM}id", 200)
    return not _of(entry) and (told[0] == "Error" or "/api/errors" in told[1])


def _record(entry: Element, of: Identifier) -> Record | None:
    comment = said(entry, f"{_OWN}comment", 1000)
    withdrawn = _withdrawn(comment)
    csl = _csl(entry, of)
    if not csl["title"]:
        return None
    page = _ABSTRACT_PAGE.fullmatch(said(entry, f"{_ATOM}id", 200))
    about = {
        "abstract": said(entry, f"{_ATOM}summary", LIMIT),
        "comment": comment,
        "journal_ref": said(entry, f"{_OWN}journal_ref", 300),
        "version": (page[2] or "") if page else "",
    }
    return Record(
        csl=filled(csl),
        identifiers=(of,),
        notices=(Noticed("withdrawal", "arxiv"),) if withdrawn else (),
        relations=tuple(Related("preprint-of", doi) for doi in _published(entry)),
        evidence=Kind.PREPRINT,
        free_copy="" if withdrawn else f"https://arxiv.org/pdf/{of.value}",
        about=filled(about),
    )


def _csl(entry: Element, of: Identifier) -> dict[str, Any]:
    names = (said(author, f"{_ATOM}name", 2 * people.NAME) for author in entry.findall(f"{_ATOM}author"))
    return {
        "type": "article",
        "title": said(entry, f"{_ATOM}title", 600),
        "author": [name for name in (people.spoken(name) for name in names) if name][: people.AUTHORS],
        "issued": issued(parts(said(entry, f"{_ATOM}published", 60))),
        "container-title": "arXiv",
        "URL": link(of),
    }


def _published(entry: Element) -> list[Identifier]:
    """The DOIs of the published version, as its authors wrote them."""
    told = (identifier(Scheme.DOI, word) for word in said(entry, f"{_OWN}doi", 600).split()[:3])
    return [doi for doi in told if doi and doi.scheme is Scheme.DOI]


def _withdrawn(comment: str) -> bool:
    return any(not _ANOTHER.search(found[1]) for found in _WITHDRAWN.finditer(comment))
