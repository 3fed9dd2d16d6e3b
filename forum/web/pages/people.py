"""A person, the threads that they began, and what they wrote in others."""

from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from forum.accounts import names, people
from forum.accounts.people import Person
from forum.discussion import anonymity, listings, written
from forum.errors import NotFound
from forum.web.endpoint import Visit


def read(visit: Visit) -> Response:
    person, after = _open(visit), visit.query.get("after", "")
    if is_former(visit, person):
        return _moved(f"/people/{quote(person.name)}")
    if person.id == anonymity.ACCOUNT_ID:
        return visit.page("people/anonymous.html")
    page = listings.by_author(visit.db, person.id, after, visit.settings.page_size)
    return _page(visit, person, page, after, "threads")


def posts(visit: Visit) -> Response:
    person, after = _open(visit), visit.query.get("after", "")
    if is_former(visit, person):
        return _moved(f"/people/{quote(person.name)}/posts")
    if person.id == anonymity.ACCOUNT_ID:
        return _moved(f"/people/{quote(person.name)}")
    page = written.written(visit.db, person.id, after, visit.settings.page_size)
    return _page(visit, person, page, after, "posts")


def is_former(visit: Visit, person: Person) -> bool:
    """Whether the address has a name that the person had once."""
    return names.key(person.name) != names.key(visit.path["name"])


def _moved(path: str) -> Response:
    # Not for ever: its owner can go back to the old name.
    return RedirectResponse(path, 302)


def _open(visit: Visit) -> Person:
    person = people.named(visit.db, visit.path["name"])
    if person is None:
        raise NotFound
    return person


def _page(visit: Visit, person: Person, page: Any, after: str, view: str) -> Response:
    viewer = visit.actor
    mine = viewer is not None and viewer.id == person.id
    sees_all = viewer is not None and (mine or viewer.is_moderator)
    unseen = written.unseen(visit.db, person.id) if sees_all and not after else []
    unnamed = written.unnamed(visit.db, person.id) if mine and not after else []
    context = {"person": person, "page": page, "after": after, "view": view}
    return visit.page("people/read.html", **context, unseen=unseen, unnamed=unnamed)
