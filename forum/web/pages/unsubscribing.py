"""No more mails like this: what the link in a mail opens, and what mail programs send (RFC 8058)."""

from starlette.responses import Response

from forum.actions import unsubscribing
from forum.errors import Invalid, NotFound
from forum.web.endpoint import Visit

#: The field, and its only value, by which a mail program says what it wants; our own button sends it too.
FIELD, VALUE = "List-Unsubscribe", "One-Click"


def form(visit: Visit) -> Response:
    """What the link opens. Programs that look at mailed links open it too: nothing changes here."""
    return _page(visit, 200)


def leave(visit: Visit) -> Response:
    """Comes from our own page, or from a mail program anywhere; there it answers that it is done."""
    if visit.form.get(FIELD) != VALUE:
        return _page(visit, 422)
    try:
        left = visit.act(unsubscribing.leave, visit.path["token"])
    except NotFound as dead:
        return _dead(visit, dead)
    return _shown(visit, 200, "left", left.what, left.was)


def undo(visit: Visit) -> Response:
    try:
        found = visit.act(unsubscribing.put_back, visit.path["token"], visit.form.get("was", ""))
    except NotFound as dead:
        return _dead(visit, dead)
    except Invalid as error:
        return _page(visit, error.status)
    return _shown(visit, 200, "back", found.what)


def _page(visit: Visit, status: int) -> Response:
    try:
        found = unsubscribing.find(visit.db, visit.path["token"])
    except NotFound as dead:
        return _dead(visit, dead)
    return _shown(visit, status, "asked", found.what)


def _shown(visit: Visit, status: int, state: str, what: str, was: str = "") -> Response:
    facts = {"state": state, "what": what, "was": was, "token": visit.path["token"]}
    return visit.page("mail/unsubscribe.html", status, **facts, field=FIELD, value=VALUE)


def _dead(visit: Visit, dead: NotFound) -> Response:
    return visit.page("_dead_link.html", dead.status, words=str(dead))
