"""Taking one's data along, and closing the account."""

from typing import Any

from starlette.responses import Response

from forum.accounts import exports, leaving
from forum.actions import closing, exporting
from forum.errors import Invalid, TooMany
from forum.web.endpoint import Visit


def export_form(visit: Visit) -> Response:
    return _export_page(visit)


def export(visit: Visit) -> Response:
    try:
        visit.act(exporting.ask, visit.device)
    except TooMany as error:
        return _export_page(visit, error.status, errors={"": error.said()})
    return visit.redirect("/account/export", "export-asked")


def download(visit: Visit) -> Response:
    content = visit.act(exporting.take, visit.device)
    headers = {"content-disposition": 'attachment; filename="my-data.zip"'}
    return Response(content, headers=headers, media_type="application/zip")


def _export_page(visit: Visit, status: int = 200, **more: Any) -> Response:
    actor = visit.actor
    export = actor and exports.latest(visit.db, actor.id)
    return visit.page("leaving/export.html", status, export=export, days=exports.KEPT.days, **more)


def close_form(visit: Visit) -> Response:
    return _close_page(visit)


def close(visit: Visit) -> Response:
    form = visit.form
    withdraw = form.get("posts") == "withdraw"
    try:
        visit.act(closing.close, form.get("name", ""), withdraw=withdraw, device=visit.device)
    except Invalid as error:
        return _close_page(visit, error.status, form=form, errors=error.fields)
    return visit.forget(visit.redirect("/", "closed"))


def _close_page(visit: Visit, status: int = 200, **more: Any) -> Response:
    actor = visit.actor
    called = leaving.called(actor.id) if actor else ""
    return visit.page("leaving/close.html", status, called=called, **{"form": {"posts": "keep"}, **more})
