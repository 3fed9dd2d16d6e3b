"""A new password for who has forgotten it: asked for, and chosen with the mailed link."""

from starlette.responses import Response

from forum.actions import recovering, securing
from forum.errors import Invalid, NotFound
from forum.web.endpoint import Visit


def form(visit: Visit) -> Response:
    return visit.page("recovering/ask.html", contact=visit.settings.contact)


def ask(visit: Visit) -> Response:
    """Answers the same whether an account has the address or not."""
    try:
        visit.act(recovering.ask, visit.form.get("email", ""), visit.device)
    except Invalid as error:
        return visit.page(
            "recovering/ask.html", 422, form=visit.form, errors=error.fields, contact=visit.settings.contact
        )
    return visit.redirect("/recover", "recovery-asked")


def choose_form(visit: Visit) -> Response:
    """What the link opens. Programs that look at mailed links open it too: nothing changes here."""
    return _page(visit)


def choose(visit: Visit) -> Response:
    token = visit.path["token"]
    try:
        found = recovering.find(visit.db, token)
        prepared = securing.prepare(visit.db, found.account_id, visit.form.get("password", ""))
        visit.act(recovering.recover, token, prepared, visit.device)
    except Invalid as error:
        return _page(visit, 422, errors=error.fields)
    except NotFound:
        return _page(visit)
    return visit.redirect(visit.to_sign_in(found.name), "recovered")


def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    try:
        found = recovering.find(visit.db, visit.path["token"])
    except NotFound as dead:
        return visit.page("recovering/dead.html", dead.status, words=dead.said())
    return visit.page("recovering/choose.html", status, found=found, **more)
