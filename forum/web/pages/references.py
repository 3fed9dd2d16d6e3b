"""The table of sources, and one source with the posts that cite it."""

from starlette.responses import RedirectResponse, Response

from forum.discussion import citations
from forum.errors import NotFound
from forum.references import catalogue
from forum.web.endpoint import Visit

PAGE = 30
LONGEST_QUERY = 300

#: CSL's types in words; any other is shown as it is, without hyphens.
KINDS = {
    "article": "preprint or article",
    "article-journal": "journal article",
    "article-magazine": "magazine article",
    "article-newspaper": "newspaper article",
    "chapter": "chapter of a book",
    "dataset": "data set",
    "document": "not known yet",
    "paper-conference": "conference paper",
    "post": "preprint",
    "post-weblog": "blog post",
    "webpage": "web page",
}
SOURCES = {"crossref": "Crossref", "sample": "the sample community"}
SCHEMES = {"doi": "DOI", "pmid": "PMID", "pmcid": "PMCID", "arxiv": "arXiv", "isbn": "ISBN", "url": "Address"}


def listing(visit: Visit) -> Response:
    after, q = visit.query.get("after", ""), visit.query.get("q", "").strip()[:LONGEST_QUERY]
    page = catalogue.listing(visit.db, q, after, PAGE)
    return visit.page("references/listing.html", page=page, after=after, q=q)


def read(visit: Visit) -> Response:
    reference = catalogue.read(visit.db, visit.path["reference_id"])
    if reference is None or not _is_shown(visit, reference):
        raise NotFound
    address = f"/references/{reference.id}/{reference.slug}"
    if visit.here != address:
        return RedirectResponse(address, 301)
    after = visit.query.get("after", "")
    return visit.page(
        "references/read.html",
        reference=reference,
        kind=KINDS.get(reference.type, reference.type.replace("-", " ")),
        source=SOURCES.get(reference.source, reference.source),
        schemes=SCHEMES,
        page=citations.posts_citing(visit.db, reference.id, after, PAGE),
        after=after,
    )


def _is_shown(visit: Visit, reference: catalogue.ReferenceView) -> bool:
    """A source that only hidden posts cite may be what was hidden: it is for their authors and moderators."""
    if reference.citation_count:
        return True
    viewer = visit.actor
    return viewer is not None and (
        viewer.is_moderator or citations.is_cited_by(visit.db, reference.id, viewer.id)
    )
