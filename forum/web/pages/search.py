"""Finding threads by words."""

from starlette.responses import Response

from forum.references import catalogue
from forum.search import find
from forum.web.endpoint import Visit

PAGE = 20
SOURCES = 3
LONGEST_QUERY = 300


def search(visit: Visit) -> Response:
    after, q = visit.query.get("after", ""), visit.query.get("q", "").strip()[:LONGEST_QUERY]
    results = find.find(visit.db, q, after, PAGE)
    sources = catalogue.matching(visit.db, q, SOURCES) if q and not after else []
    return visit.page("search/find.html", results=results, after=after, q=q, sources=sources)
