"""One whole record of PubMed's, in the XML of https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Record, medline, people
from forum.references.resolvers.abstracts import LIMIT
from forum.references.resolvers.answers import distinct, identifier, said
from forum.references.resolvers.dates import checked, issued, parts
from forum.references.resolvers.plain import cut


def number(item: Element) -> str:
    """The PMID of one record of the set, of an article or of a book or chapter."""
    return said(item, "MedlineCitation/PMID", 20) or said(item, "BookDocument/PMID", 20)


def record(item: Element, pmid: str) -> Record | None:
    """The record of the work with this PMID; None if it has no title."""
    book = item.find("BookDocument")
    article = book if book is not None else item.find("MedlineCitation/Article")
    of = identifier(Scheme.PMID, pmid)
    if article is None or of is None:
        return None
    types = [said(one, ".", 100) for one in article.findall(".//PublicationType")[: medline.MOST]]
    csl = _csl(item, article, types) if book is None else _csl_of_book(article, types)
    identifiers = distinct(of, *_identifiers(item, article))
    links = [_link(one) for one in item.findall("MedlineCitation/CommentsCorrectionsList/*")[:1000]]
    if not csl["title"]:
        return None
    return medline.completed(csl, identifiers, links, "pubmed", types, abstract=_abstract(article))


def _csl(item: Element, article: Element, types: list[str]) -> dict[str, Any]:
    journal = article.find("Journal")
    short = said(item, "MedlineCitation/MedlineJournalInfo/MedlineTA", 200)
    title = said(article, "ArticleTitle", 600) or said(article, "VernacularTitle", 600)
    return {
        "type": medline.csl_type(types),
        "title": medline.title(title),
        "author": list(_people(article.find("AuthorList"))),
        "issued": issued(*_dates(article)),
        "container-title": medline.journal(said(journal, "Title", 300)),
        "container-title-short": short or said(journal, "ISOAbbreviation", 200),
        "volume": said(journal, "JournalIssue/Volume", 60),
        "issue": said(journal, "JournalIssue/Issue", 60),
        "page": _pages(article),
        "ISSN": said(journal, "ISSN", 60),
    }


def _csl_of_book(document: Element, types: list[str]) -> dict[str, Any]:
    book = document.find("Book")
    title = medline.title(said(document, "ArticleTitle", 600))
    whole = medline.title(said(book, "BookTitle", 600))
    of_part = document.findall("AuthorList")
    of_book = book.findall("AuthorList") if book is not None else []
    editors = [one for one in of_book if one.get("Type") == "editors"]
    authors = of_part or [one for one in of_book if one not in editors]
    return {
        "type": medline.csl_type(types, chapter=bool(title), book=True),
        "title": title or whole,
        "author": [name for one in authors[:3] for name in _people(one)],
        "editor": [name for one in editors[:3] for name in _people(one)],
        "issued": issued(_date(document.find("ContributionDate")), _date(document.find("Book/PubDate"))),
        "container-title": whole if title else "",
        "publisher": said(book, "Publisher/PublisherName", 200),
        "publisher-place": said(book, "Publisher/PublisherLocation", 200),
        "page": _pages(document),
    }


def _people(authors: Element | None) -> Iterator[people.Name]:
    for author in authors.findall("Author")[: people.AUTHORS] if authors is not None else ():
        if author.get("ValidYN") == "N":
            continue
        given = said(author, "ForeName", people.NAME) or said(author, "Initials", people.NAME)
        family, suffix = said(author, "LastName", people.NAME), said(author, "Suffix", 60)
        if name := people.named(family, given, suffix, said(author, "CollectiveName", 2 * people.NAME)):
            yield name


def _dates(article: Element) -> tuple[list[int], list[int]]:
    printed = _date(article.find("Journal/JournalIssue/PubDate"))
    electronic = _date(article.find("ArticleDate"))
    # What never appears on paper has a date of its own; that of its issue is only the month.
    first = (article.get("PubModel") or "").startswith("Electronic")
    return (electronic, printed) if first else (printed, electronic)


def _date(element: Element | None) -> list[int]:
    year, month, day = (said(element, name, 20) for name in ("Year", "Month", "Day"))
    return checked(year, month, day) or parts(said(element, "MedlineDate", 60))


def _pages(work: Element) -> str:
    first, last = said(work, "Pagination/StartPage", 60), said(work, "Pagination/EndPage", 60)
    return said(work, "Pagination/MedlinePgn", 60) or "-".join(filter(None, (first, last)))


def _identifiers(item: Element, article: Element) -> Iterator[Identifier | None]:
    # Not all ArticleIds of the record: the works that it cites have theirs in it too.
    schemes = {"doi": Scheme.DOI, "pmc": Scheme.PMCID}
    for path in ("PubmedData/ArticleIdList/ArticleId", "PubmedBookData/ArticleIdList/ArticleId"):
        for one in item.findall(path):
            if scheme := schemes.get(one.get("IdType", "")):
                yield identifier(scheme, (one.text or "").strip())
    for one in article.findall("ELocationID"):
        if one.get("EIdType") == "doi" and one.get("ValidYN") != "N":
            yield identifier(Scheme.DOI, (one.text or "").strip())


def _link(element: Element) -> medline.Link:
    pmid = identifier(Scheme.PMID, said(element, "PMID", 20))
    return medline.Link(element.get("RefType", ""), said(element, "RefSource", 500), pmid)


def _abstract(article: Element) -> str:
    """The beginning: the whole is the publisher's."""
    pieces = []
    for part in article.findall("Abstract/AbstractText"):
        label, text = part.get("Label", ""), said(part, ".", LIMIT)
        pieces.append(f"{label}: {text}" if label and text else text)
    return cut(" ".join(filter(None, pieces)), LIMIT)
