"""Passkeys: signing in and proving one's identity with one, and the own ones.

The options of each ceremony are for static/passkeys.js; what the browser answers comes back in a form.
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from forum.accounts import passkeys
from forum.actions import keying
from forum.actions.keying import Begun, Purpose
from forum.errors import Invalid
from forum.web import json_forms
from forum.web.endpoint import Visit
from forum.web.pages.account import here

SHOWN = ("clientDataJSON", "authenticatorData", "signature")
MADE = ("clientDataJSON", "attestationObject")


def options(visit: Visit) -> Response:
    """What the browser needs to show a passkey."""
    return asks(visit, visit.act(keying.begin, visit.settings, visit.step))


def asks(visit: Visit, begun: Begun) -> Response:
    """The options as JSON, with the cookie by which the browser is known again."""
    response = JSONResponse(begun.options)
    return visit.remember_step(response, begun.token) if begun.token else response


def sign_in(visit: Visit) -> Response:
    """Signs in; who is signed in already proves so who they are."""
    # Spent first, in a transaction of its own: whatever is wrong with the answer, it cannot be tried again.
    asked = visit.act(keying.take, visit.step)
    try:
        credential = json_forms.credential(visit.form.get("credential", ""), *SHOWN)
        if visit.presence is not None:
            visit.act(keying.prove, visit.settings, asked, credential, visit.presence.session_id)
            return visit.forget_step(visit.redirect(visit.next_path()))
        token = visit.act(
            keying.sign_in, visit.settings, asked, credential, visit.step or "", visit.token, visit.device
        )
    except Invalid as error:
        if asked is not None and asked.purpose is Purpose.FACTOR and asked.account_id is not None:
            visit.act(keying.note_failure, asked.account_id, visit.device)
        is_second = asked is not None and asked.purpose is Purpose.FACTOR
        return visit.page(
            "passkeys/failed.html", 422, errors=error.fields, next=visit.next_path(), is_second=is_second
        )
    return visit.remember(visit.forget_step(visit.redirect(visit.next_path())), token)


def own(visit: Visit) -> dict[str, Any]:
    """What templates/factors/_passkeys.html shows: the own passkeys."""
    return {"passkeys": passkeys.listing(visit.db, here(visit).actor.id)}


def adding_options(visit: Visit) -> Response:
    """What the browser needs to make a passkey."""
    return asks(visit, visit.act(keying.begin_adding, visit.settings))


def add(visit: Visit) -> Response:
    asked = visit.act(keying.take, visit.step)
    try:
        credential = json_forms.credential(visit.form.get("credential", ""), *MADE)
        name = visit.form.get("passkey_name", "")
        visit.act(keying.add, visit.settings, asked, credential, name, visit.device)
    except Invalid as error:
        return _own_page(visit, error)
    return visit.forget_step(visit.redirect("/account/factors", told="passkey-added"))


def rename(visit: Visit) -> Response:
    try:
        visit.act(keying.rename, visit.path["passkey_id"], visit.form.get("passkey_name", ""))
    except Invalid as error:
        return _own_page(visit, error)
    return visit.redirect("/account/factors", told="passkey-named")


def remove(visit: Visit) -> Response:
    issuer = visit.settings.oidc_issuer
    try:
        visit.act(keying.remove, visit.path["passkey_id"], issuer, here(visit).session_id, visit.device)
    except Invalid as error:
        return _own_page(visit, error)
    return visit.redirect("/account/factors", told="passkey-removed")


def _own_page(visit: Visit, error: Invalid) -> Response:
    return visit.page("passkeys/own.html", 422, form=visit.form, errors=error.fields, **own(visit))
