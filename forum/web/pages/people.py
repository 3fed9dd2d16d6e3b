"""A person, the threads that they began, and what they wrote in others."""

from typing import Any

from starlette.responses import Response

from forum.accounts import people
from forum.accounts.people import Person
from forum.discussion import listings, written
from forum.errors import NotFound
from forum.web.endpoint import Visit


def read(visit: Visit) -> Response:
    person, after = _open(visit), visit.query.get("after", "")
    page = listings.by_author(visit.db, person.id, after, visit.settings.page_size)
    return _page(visit, person, page, after, "threads")


def posts(visit: Visit) -> Response:
    person, after = _open(visit), visit.query.get("after", "")
    page = written.written(visit.db, person.id, after, visit.settings.page_size)
    return _page(visit, person, page, after, "posts")


def _open(visit: Visit) -> Person:
    person = people.named(visit.db, visit.path["name"])
    if person is None:
        raise NotFound
    return person


def _page(visit: Visit, person: Person, page: Any, after: str, view: str) -> Response:
    viewer = visit.actor
    sees_all = viewer is not None and (viewer.id == person.id or viewer.is_moderator)
    unseen = written.unseen(visit.db, person.id) if sees_all and not after else []
    return visit.page("people/read.html", person=person, page=page, after=after, view=view, unseen=unseen)
