"""A fresh proof of identity, before anything of the account itself is changed."""

import re

from starlette.responses import Response

from forum.accounts import factors
from forum.actions import proving
from forum.languages.words import N_, _
from forum.web.endpoint import Visit
from forum.web.pages.account import here
from forum.web.pages.signing_in import CODE_NOT_RIGHT

NOT_RIGHT = N_("This is not your password. Please type it again.")
#: Acts without a page of their own, by the page on which they are offered.
_OFFERED_ON = (
    (re.compile(r"/account/codes/\w+"), "/account/codes"),
    (re.compile(r"/account/(passkeys|provider)\b.*"), "/account/factors"),
    (re.compile(r"/account/export\.zip"), "/account/export"),
    (re.compile(r"(/admin/accounts/\d+)/erase"), r"\1"),
)


def form(visit: Visit) -> Response:
    if here(visit).is_fresh():
        return visit.redirect(_next(visit))
    return _page(visit)


def prove(visit: Visit) -> Response:
    """Takes the password or, from who has none, a code."""
    presence, form = here(visit), visit.form
    if factors.of(visit.db, presence.actor.id).has_password:
        if not proving.is_right(visit.db, presence.actor, form.get("password", "")):
            visit.act(proving.fail, visit.device)
            return _page(visit, 422, errors={"password": _(NOT_RIGHT)})
        visit.act(proving.prove, presence.session_id)
        return visit.redirect(_next(visit))
    if not visit.act(proving.prove_by_code, presence.session_id, form.get("code", ""), visit.device):
        return _page(visit, 422, errors={"code": _(CODE_NOT_RIGHT)})
    return visit.redirect(_next(visit))


def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    have = factors.of(visit.db, here(visit).actor.id)
    return visit.page("proving/prove.html", status, next=_next(visit), have=have, **more)


def _next(visit: Visit) -> str:
    wanted = visit.next_path()
    path = wanted.partition("?")[0]
    found = ((act.fullmatch(path), page) for act, page in _OFFERED_ON)
    return next((act.expand(page) for act, page in found if act), wanted)
