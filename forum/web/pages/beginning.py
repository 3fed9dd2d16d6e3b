"""What the mailed link of an account opens that an admin has made: its owner chooses the password."""

from starlette.responses import Response

from forum.actions import making_accounts
from forum.errors import Invalid, NotFound
from forum.web.endpoint import Visit


def form(visit: Visit) -> Response:
    """Changes nothing: whatever follows links in mails may open it."""
    return _page(visit)


def begin(visit: Visit) -> Response:
    token = visit.path["token"]
    try:
        prepared = making_accounts.prepare(visit.db, token, visit.form.get("password", ""))
        session = visit.act(making_accounts.begin, token, prepared, visit.device)
    except Invalid as error:
        return _page(visit, error.status, errors=error.fields)
    except NotFound:
        return _page(visit)
    return visit.remember(visit.redirect("/welcome"), session)


def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    try:
        found = making_accounts.waiting(visit.db, visit.path["token"])
    except NotFound as dead:
        return visit.page("beginning/dead.html", dead.status, words=dead.said())
    wanted = found.wanted
    return visit.page(
        "beginning/choose.html",
        status,
        known_as=wanted["known_as"],
        by=wanted["by"],
        email=found.email,
        **more,
    )
