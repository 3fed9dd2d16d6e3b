"""What admins did, and what moderators looked at that is otherwise hidden."""

from urllib.parse import urlencode

from starlette.responses import Response

from forum.accounts import admin_log, directory
from forum.web import forms
from forum.web.endpoint import Visit

PAGE = 50


def listing(visit: Visit) -> Response:
    act, account_id = visit.query.get("act", ""), forms.number(visit.query.get("account", ""))
    act, after = act if act in admin_log.ACTS else "", visit.query.get("after", "")
    chosen = directory.read(visit.db, account_id) if account_id else None
    page = admin_log.entries(visit.db, after, PAGE, act=act, account_id=account_id or None)
    asked = {"act": act, "account": account_id}
    return visit.page(
        "admin/log.html",
        page=page,
        after=after,
        act=act,
        acts=admin_log.ACTS,
        account_id=account_id,
        chosen=chosen,
        query=urlencode({name: value for name, value in asked.items() if value}),
    )
