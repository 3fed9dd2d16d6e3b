"""The public log of what moderators decided."""

from starlette.responses import Response

from forum.moderation import log
from forum.web.endpoint import Visit

PAGE = 50


def listing(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    return visit.page("log/log.html", page=log.entries(visit.db, after, PAGE), after=after)
