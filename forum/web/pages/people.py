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
    viewer = visit.actor
    sees_all = viewer is not None and (viewer.id == person.id or viewer.is_moderator)
    unseen = listings.unseen(visit.db, person.id) if sees_all and not after else []
    return visit.page("people/read.html", person=person, page=page, after=after, unseen=unseen)
