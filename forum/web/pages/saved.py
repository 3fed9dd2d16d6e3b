"""The searches that one keeps: saved from the results, renamed, deleted."""

from starlette.responses import Response

from forum.actions import saving
from forum.errors import Invalid, SignInRequired
from forum.inbox import searches
from forum.inbox.following import Kind, Level
from forum.web.endpoint import Visit
from forum.web.pages import following

HOME = "/account/searches"


def listing(visit: Visit) -> Response:
    return _page(visit)


def save(visit: Visit) -> Response:
    """The search is kept, and followed as the form says."""
    level = following.chosen(visit) or Level.FOLLOW
    try:
        visit.act(saving.save, visit.form.get("q", ""), visit.form.get("name", ""), level)
    except Invalid as error:
        return _page(visit, error.status, errors=error.fields)
    return visit.redirect(HOME, "search-kept")


def change(visit: Visit) -> Response:
    """The search has another name, or is gone."""
    search_id = visit.path["search_id"]
    if "delete" in visit.form:
        visit.act(saving.forget, search_id)
        return visit.redirect(HOME, "search-gone")
    try:
        visit.act(saving.rename, search_id, visit.form.get("name", ""))
    except Invalid as error:
        return _page(visit, error.status, wrong=search_id, problem=error.fields["name"])
    return visit.redirect(HOME, "search-named")


def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    if visit.actor is None:
        raise SignInRequired
    found = [
        (each, following.menu(visit, Kind.SEARCH, each.level)._replace(back=HOME))
        for each in searches.of_account(visit.db, visit.actor.id)
    ]
    context = {"form": visit.form, "wrong": 0, "problem": "", "limit": searches.MOST, **more}
    return visit.page("following/searches.html", status, searches=found, **context)
