"""Where an admin makes an account for somebody."""

from starlette.responses import Response

from forum.actions import making_accounts
from forum.errors import Invalid
from forum.web.endpoint import Visit


def form(visit: Visit) -> Response:
    return visit.page("admin/new_account.html")


def make(visit: Visit) -> Response:
    typed = visit.form
    try:
        visit.act(making_accounts.ask, typed.get("name", ""), typed.get("email", ""))
    except Invalid as error:
        return visit.page("admin/new_account.html", error.status, form=typed, errors=error.fields)
    return visit.redirect("/admin/accounts", "account-asked")
