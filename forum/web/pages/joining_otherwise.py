"""Joining without a password: with a passkey alone, or with the identity provider."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from forum.accounts import invitations
from forum.actions import joining, joining_otherwise, keying, providing
from forum.errors import Invalid
from forum.web import json_forms
from forum.web.endpoint import Visit
from forum.web.pages.passkeys import MADE, asks


def passkey_form(visit: Visit) -> Response:
    return visit.redirect("/") if visit.actor is not None else _page(visit, "passkeys/join.html")


def passkey_options(visit: Visit) -> Response:
    """What the browser needs to make a passkey for the name in the form."""
    name = visit.form.get("name", "")
    return asks(visit, visit.act(joining_otherwise.begin_with_passkey, visit.settings, name))


def with_passkey(visit: Visit) -> Response:
    form = visit.form
    asked = visit.act(keying.take, visit.step)
    try:
        typed = form.get("credential", "")
        token = visit.act(
            joining_otherwise.with_passkey,
            visit.settings,
            asked,
            json_forms.credential(typed, *MADE) if typed else None,
            form.get("name", ""),
            form.get("email", ""),
            **_terms(visit),
        )
    except Invalid as error:
        return _page(visit, "passkeys/join.html", 422, form=form, errors=error.fields)
    return _welcomed(visit, token)


def provider_form(visit: Visit) -> Response:
    identity = providing.newcomer(visit.db, visit.step)
    if identity is None:
        return visit.redirect("/sign-in")
    return _page(visit, "provider/join.html", form={"name": identity.name[:30]}, email=identity.email)


def with_provider(visit: Visit) -> Response:
    identity = providing.newcomer(visit.db, visit.step)
    try:
        token = visit.act(
            joining_otherwise.with_provider, visit.step, visit.form.get("name", ""), **_terms(visit)
        )
    except Invalid as error:
        email = identity.email if identity else None
        return _page(visit, "provider/join.html", 422, form=visit.form, errors=error.fields, email=email)
    return _welcomed(visit, token)


def _page(visit: Visit, template: str, status: int = 200, **more: Any) -> Response:
    terms = joining.terms(visit.db)
    token = _token(visit)
    if status == 200 and (terms.mode == "closed" or (terms.mode == "invitation" and not _invitation(visit))):
        # That page says who can join, and how.
        return visit.redirect("/sign-up")
    asks = terms.question if terms.mode == "approval" and not token else ""
    context = {"next": visit.next_path(), "token": token, "question": asks, **more}
    return visit.page(template, status, longest_answer=joining.LONGEST_ANSWER, **context)


def _terms(visit: Visit) -> dict[str, Any]:
    return {
        "invitation": _invitation(visit), "answer": visit.form.get("answer", ""), "device": visit.device,
    }  # fmt: skip


def _token(visit: Visit) -> str:
    """Of the invitation with which somebody comes; "" without one."""
    return visit.form.get("invitation") or visit.query.get("invitation") or ""


def _invitation(visit: Visit) -> int | None:
    token = _token(visit)
    found = invitations.find(visit.db, token) if token else None
    # There is no invitation 0: who comes with a dead one is told.
    return found.id if found else 0 if token else None


def _welcomed(visit: Visit, token: str) -> Response:
    next_path = visit.next_path()
    path = "/welcome" if next_path == "/" else f"/welcome?{urlencode({'next': next_path})}"
    return visit.remember(visit.forget_step(visit.redirect(path)), token)
