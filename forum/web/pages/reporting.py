"""Reporting illegal content, signed in or not, and what became of a report."""

from typing import Any

from starlette.responses import Response

from forum.actions import reporting
from forum.actions.reporting import Notice
from forum.errors import Invalid, NotFound
from forum.moderation import reports
from forum.web.endpoint import Visit

MOST = {"address": reports.ADDRESS_LENGTH, "words": reports.WORDS_LENGTH, "name": reports.NAME_LENGTH}


def form(visit: Visit) -> Response:
    address = visit.query.get("address", "")[: reports.ADDRESS_LENGTH]
    return _page(visit, form={"address": address, "key": reports.new_token()})


def report(visit: Visit) -> Response:
    typed = visit.form
    notice = Notice(
        address=typed.get("address", ""),
        words=typed.get("words", ""),
        name=typed.get("name", ""),
        email=typed.get("email", ""),
        in_good_faith="good_faith" in typed,
        is_exempt="exempt" in typed,
    )
    try:
        token = visit.act(reporting.report, typed.get("key", ""), notice, visit.settings.base_url)
    except Invalid as error:
        return _page(visit, error.status, form=typed, errors=error.fields)
    return visit.redirect(f"/report/{token}")


def read(visit: Visit) -> Response:
    """The state of a report, for whoever has the address that they were given."""
    found = reports.by_token(visit.db, visit.path["token"])
    if found is None:
        raise NotFound
    return visit.page("reporting/read.html", report=found, contact=visit.settings.contact)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    return visit.page("reporting/form.html", status, longest=MOST, **more)
