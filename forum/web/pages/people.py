"""A person, and the threads that they began."""

from starlette.responses import Response

from forum.accounts import people
from forum.discussion import listings
from forum.errors import NotFound
from forum.web.endpoint import Visit


def read(visit: Visit) -> Response:
    person = people.named(visit.db, visit.path["name"])
    if person is None:
        raise NotFound
    after = visit.query.get("after", "")
    page = listings.by_author(visit.db, person.id, after, visit.settings.page_size)
    return visit.page("people/read.html", person=person, page=page, after=after)
