"""Whom to ask what an identifier names, and whom else if they do not answer."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from forum.references.identifiers import Scheme
from forum.references.inquiry import Inquiry
from forum.references.resolvers import (
    Found,
    Missing,
    Outcome,
    Unavailable,
    arxiv,
    crossref,
    datacite,
    doi,
    europepmc,
    googlebooks,
    openlibrary,
    pmc,
    pubmed,
)

#: Prefixes hardly ever change hands.
AGENCY_IS_GOOD_FOR = timedelta(days=365)
_CROSSREF, _DATACITE = "crossref", "datacite"
#: DOIs that Wiley made before 2011 end in .x, which people leave behind together with the full stop.
_HALF_WILEY = re.compile(r"10\.[0-9]{4}/j\.[0-9]{4}-[0-9]{3}[0-9x]\.[0-9]{4}\.[0-9a-z]+")


def work(inquiry: Inquiry) -> Outcome:
    """The records of what is asked for, which is no web page, come into the inquiry."""
    scheme, value = inquiry.asked
    # What cannot even be sent is nobody's identifier.
    return _WAYS[scheme](inquiry, value) if value.isprintable() else Missing()


def of_doi(inquiry: Inquiry, value: str) -> Outcome:
    """The record of the agency that keeps the DOI."""
    question = doi.agency_question(inquiry.settings, value)
    known = inquiry.recalled(question, doi.read_agency, value)
    if isinstance(known, str) and known.casefold() != _CROSSREF:
        return _of_agency(inquiry, known, value)
    # Most DOIs that people cite are Crossref's: doi.org is asked only about the others.
    outcome = inquiry.take(crossref.question(inquiry.settings, value), crossref.read, value)
    if isinstance(outcome, Found):
        return outcome
    agency: str | Missing | Unavailable = inquiry.ask(
        question, doi.read_agency, value, good_for=AGENCY_IS_GOOD_FOR
    )
    if isinstance(agency, Missing | Unavailable):
        return agency
    return outcome if agency.casefold() == _CROSSREF else _of_agency(inquiry, agency, value)


def _of_agency(inquiry: Inquiry, agency: str, value: str) -> Outcome:
    inquiry.is_elsewhere = True
    if agency.casefold() == _DATACITE:
        return inquiry.take(datacite.question(inquiry.settings, value), datacite.read, value)
    return inquiry.take_abroad(doi.csl_question(inquiry.settings, value), doi.read_csl, value)


def completed_doi(value: str) -> str:
    """The DOI that was probably meant by one that nobody knows; "" if there is no such guess."""
    return f"{value}.x" if _HALF_WILEY.fullmatch(value) else ""


def of_pmid(inquiry: Inquiry, value: str) -> Outcome:
    """PubMed's record, or Europe PMC's copy of it; with the DOI's record if it names one."""
    settings = inquiry.settings
    outcome = inquiry.take(pubmed.question(settings, value), pubmed.read, value)
    if isinstance(outcome, Unavailable):
        # Perhaps only the long form cannot be read.
        short = inquiry.take(pubmed.summary_question(settings, value), pubmed.read_summary, value)
        outcome = outcome if isinstance(short, Unavailable) else short
    if isinstance(outcome, Unavailable):
        copy = inquiry.take(europepmc.pmid_question(settings, value), europepmc.read, value)
        # A copy is never newer: that it lacks the number says nothing.
        outcome = copy if isinstance(copy, Found) else outcome
    if isinstance(outcome, Found) and (named := inquiry.known(Scheme.DOI)):
        of_doi(inquiry, named)
    return outcome


def of_pmcid(inquiry: Inquiry, value: str) -> Outcome:
    """The records of the PMID and the DOI that the article in PubMed Central has."""
    settings = inquiry.settings
    outcome = inquiry.take(pmc.question(settings, value), pmc.read, value)
    if isinstance(outcome, Missing):
        return outcome
    if pmid := inquiry.known(Scheme.PMID):
        of_pmid(inquiry, pmid)
    if not inquiry.is_described():
        inquiry.take(europepmc.pmcid_question(settings, value), europepmc.read, value)
    if (named := inquiry.known(Scheme.DOI)) and not inquiry.has("crossref"):
        of_doi(inquiry, named)
    return outcome


def of_arxiv(inquiry: Inquiry, value: str) -> Outcome:
    """arXiv's record, or what it told DataCite, where each of its papers has a DOI."""
    outcome = inquiry.take(arxiv.question(inquiry.settings, value), arxiv.read, value)
    if not isinstance(outcome, Unavailable):
        return outcome
    named = f"10.48550/arxiv.{value}"
    copy = inquiry.take(datacite.question(inquiry.settings, named), datacite.read, named)
    return copy if isinstance(copy, Found) else outcome


def of_isbn(inquiry: Inquiry, value: str) -> Outcome:
    """Open Library's record, or Google's."""
    settings = inquiry.settings
    outcome = inquiry.take(openlibrary.question(settings, value), openlibrary.read, value)
    question = googlebooks.question(settings, value)
    if isinstance(outcome, Found) or question is None:
        return outcome
    return _less_sure(inquiry.take(question, googlebooks.read, value), outcome)


def _less_sure(one: Outcome, other: Outcome) -> Outcome:
    """What two services together say: a record of either; no only if both say no."""
    return next((each for each in (one, other) if not isinstance(each, Missing)), one)


_WAYS: Mapping[Scheme, Callable[[Inquiry, str], Outcome]] = {
    Scheme.DOI: of_doi,
    Scheme.PMID: of_pmid,
    Scheme.PMCID: of_pmcid,
    Scheme.ARXIV: of_arxiv,
    Scheme.ISBN: of_isbn,
}
