"""One's own password, changed or chosen for the first time."""

from starlette.responses import Response

from forum.accounts import factors
from forum.actions import proving, securing
from forum.errors import Invalid
from forum.languages.words import _
from forum.web.endpoint import Visit
from forum.web.pages.account import here
from forum.web.pages.proving import NOT_RIGHT


def form(visit: Visit) -> Response:
    return _page(visit)


def change(visit: Visit) -> Response:
    presence, typed = here(visit), visit.form
    actor = presence.actor
    has_one = factors.of(visit.db, actor.id).has_password
    if has_one and not proving.is_right(visit.db, actor, typed.get("current", "")):
        visit.act(proving.fail, visit.device)
        return _page(visit, 422, errors={"current": _(NOT_RIGHT)})
    try:
        prepared = securing.prepare(visit.db, actor.id, typed.get("password", ""))
    except Invalid as error:
        return _page(visit, 422, errors=error.fields)
    visit.act(securing.change_password, prepared, presence.session_id, visit.device)
    return visit.redirect("/account/factors", "password-changed")


def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    actor = here(visit).actor
    return visit.page("factors/password.html", status, have=factors.of(visit.db, actor.id), **more)
