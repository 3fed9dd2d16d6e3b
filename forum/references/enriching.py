"""What more can be known of a work once it has a record: its other numbers, its notices, a free copy."""

from forum.references.identifiers import Scheme
from forum.references.inquiry import Inquiry
from forum.references.resolvers import europepmc, openalex, pubmed, unpaywall


def enrich(inquiry: Inquiry) -> None:
    """The records of the other services that know the work are added. Whoever does not answer is left out."""
    if inquiry.is_elsewhere:
        # Of what other agencies keep, the services below know next to nothing.
        return
    settings = inquiry.settings
    named = inquiry.known(Scheme.DOI)
    question = europepmc.doi_question(settings, named) if named else None
    if question and not inquiry.has("pubmed", "europepmc"):
        inquiry.take(question, europepmc.read, named)
    if (pmid := inquiry.known(Scheme.PMID)) and not inquiry.has("pubmed"):
        inquiry.take(pubmed.question(settings, pmid), pubmed.read, pmid)
    if named:
        _free_copy(inquiry, named)


def _free_copy(inquiry: Inquiry, named: str) -> None:
    if question := openalex.question(inquiry.settings, named):
        inquiry.take(question, openalex.read, named)
    elif question := unpaywall.question(inquiry.settings, named):
        inquiry.take(question, unpaywall.read, named)
