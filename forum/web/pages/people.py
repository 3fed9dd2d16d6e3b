"""A person: the threads that they began, what they wrote in others, and the sources that they cite."""

from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from forum.accounts import names, people
from forum.accounts.people import Person
from forum.actions import following
from forum.discussion import anonymity, cited_by, listings, written
from forum.errors import NotFound
from forum.inbox import following as followed
from forum.inbox.following import Kind
from forum.web.endpoint import Visit
from forum.web.pages import following as levels


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
    if away := _elsewhere(visit, person, "/posts"):
        return away
    page = written.written(visit.db, person.id, after, visit.settings.page_size)
    return _page(visit, person, page, after, "posts")


def references(visit: Visit) -> Response:
    """Costs as much as the person has cited: it is for the slow pool."""
    person, after = _open(visit), visit.query.get("after", "")
    if away := _elsewhere(visit, person, "/references"):
        return away
    page = cited_by.cited_by(visit.db, person.id, after, visit.settings.page_size)
    sums = cited_by.sums(visit.db, person.id) if not after else None
    return _page(visit, person, page, after, "references", sums=sums)


def is_former(visit: Visit, person: Person) -> bool:
    """Whether the address has a name that the person had once."""
    return names.key(person.name) != names.key(visit.path["name"])


def _elsewhere(visit: Visit, person: Person, view: str) -> Response | None:
    """The way to the page if it is not at this address: under the present name, or none for many people."""
    if is_former(visit, person):
        return _moved(f"/people/{quote(person.name)}{view}")
    return _moved(f"/people/{quote(person.name)}") if person.id == anonymity.ACCOUNT_ID else None


def _moved(path: str) -> Response:
    # Not for ever: its owner can go back to the old name.
    return RedirectResponse(path, 302)


def _open(visit: Visit) -> Person:
    person = people.named(visit.db, visit.path["name"])
    if person is None:
        raise NotFound
    return person


def follow(visit: Visit) -> Response:
    """The member hears so much of what the person writes from now on."""
    level = levels.chosen(visit)
    person = visit.act(following.follow_person, visit.path["name"], level)
    return levels.back(visit, f"/people/{quote(person.name)}", Kind.PERSON, level)


def _menu(visit: Visit, account_id: int, person_id: int) -> levels.Menu:
    level = followed.level_of(visit.db, account_id, Kind.PERSON, person_id)
    return levels.menu(visit, Kind.PERSON, level)


def _page(visit: Visit, person: Person, page: Any, after: str, view: str, **more: Any) -> Response:
    viewer = visit.actor
    mine = viewer is not None and viewer.id == person.id
    sees_all = viewer is not None and (mine or viewer.is_moderator)
    unseen = written.unseen(visit.db, person.id) if sees_all and not after else []
    unnamed = written.unnamed(visit.db, person.id) if mine and not after else []
    context = {
        "person": person,
        "menu": None if viewer is None or mine else _menu(visit, viewer.id, person.id),
        "page": page,
        "after": after,
        "view": view,
        "mine": mine,
        "sums": None,
        **more,
    }
    return visit.page("people/read.html", **context, unseen=unseen, unnamed=unnamed)
