"""Erasing an account whose owner has asked for it, from its page among the accounts."""

from starlette.responses import Response

from forum.actions import erasing
from forum.errors import Invalid
from forum.web.endpoint import Visit
from forum.web.pages.admin import accounts


def erase(visit: Visit) -> Response:
    account_id, typed = visit.path["account_id"], visit.form
    try:
        visit.act(erasing.erase, account_id, typed.get("name", ""), typed.get("why", ""))
    except Invalid as error:
        return accounts.page(visit, error.status, at="erase", form=typed, errors=error.fields)
    return visit.redirect(f"/admin/accounts/{account_id}", "erased")
