"""In which browsers one is told of new messages by web push."""

from typing import Any

from starlette.responses import Response

from forum.actions import pushing
from forum.errors import Invalid, NotFound
from forum.inbox import browsers, vapid
from forum.web.endpoint import Visit
from forum.web.pages.account import here


def listing(visit: Visit) -> Response:
    return _page(visit)


def add(visit: Visit) -> Response:
    """The browser in which the form was sent tells its owner from now on."""
    _offered()
    endpoint, p256dh, auth = (visit.form.get(name, "") for name in ("endpoint", "p256dh", "auth"))
    try:
        visit.act(pushing.subscribe, here(visit).session_id, endpoint, p256dh, auth, visit.device)
    except Invalid as error:
        return _page(visit, error.status, errors=error.fields)
    return visit.redirect("/account/pushes", "push-on")


def remove(visit: Visit) -> Response:
    visit.act(pushing.unsubscribe, visit.path["subscription_id"])
    return visit.redirect("/account/pushes", "push-off")


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    _offered()
    found = browsers.listing(visit.db, here(visit).actor.id)
    return visit.page("pushes/pushes.html", status, browsers=found, key=vapid.public_key(), **more)


def _offered() -> None:
    if not browsers.is_offered():
        raise NotFound
