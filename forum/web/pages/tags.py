"""Tags, and the threads that carry one."""

from starlette.responses import Response

from forum.discussion import listings, tags
from forum.errors import NotFound
from forum.web.endpoint import Visit

PAGE = 60


def listing(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    return visit.page("tags/listing.html", page=tags.listing(visit.db, after, PAGE), after=after)


def named(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    tag = tags.named(visit.db, visit.path["name"])
    if tag is None:
        raise NotFound
    page = listings.tagged(visit.db, tag.name, after, visit.settings.page_size)
    return visit.page("tags/named.html", tag=tag, page=page, after=after)
