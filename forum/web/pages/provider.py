"""The way to the identity provider and back, and the own account there."""

from typing import Any
from urllib.parse import urlencode

import structlog
from starlette.responses import Response

from forum.accounts import oidc, provider_accounts, provider_answers
from forum.accounts.oidc import NotTrusted
from forum.actions import keying, providing
from forum.actions.providing import Arrival, Journey, Purpose
from forum.errors import Invalid, NotFound
from forum.fetch import Unreachable
from forum.languages.words import N_, _
from forum.web import forms
from forum.web.endpoint import Visit
from forum.web.pages.account import here

log = structlog.get_logger()

#: Longer codes and states than any provider's.
LONGEST = 4096
AWAY = N_("{provider} does not answer just now. Please try again in a while, or come in another way.")
NOT_BELIEVED = N_("What {provider} answered could not be checked. Please try again, or come in another way.")
NOT_LET = N_("{provider} did not let you in, or you went back. You can try again, or come in another way.")


def leave(visit: Visit) -> Response:
    """Off to the provider: to sign in, or, for who is signed in, to prove who they are."""
    purpose = Purpose.SIGN_IN if visit.actor is None else Purpose.PROVE
    return _leave(visit, purpose, visit.next_path())


def leave_to_add(visit: Visit) -> Response:
    """Off to the provider, to sign in with it from now on."""
    return _leave(visit, Purpose.ADD, "/account/factors")


def _leave(visit: Visit, purpose: Purpose, next_path: str) -> Response:
    _is_there(visit)
    departure = visit.act(providing.depart, purpose, next_path)
    try:
        provider = provider_answers.provider(visit.settings)
    except (Unreachable, NotTrusted) as error:
        return _failed(visit, AWAY, error)
    anew = purpose is Purpose.PROVE
    there = oidc.address(visit.settings, provider, departure.request, anew=anew)
    # A page that goes on by itself, no redirect: where a form leads is for our own pages only (form-action),
    # and a provider may send the browser on to any other place.
    return visit.remember_step(visit.page("provider/leave.html", there=there), departure.token)


def back_form(visit: Visit) -> Response:
    """Back from the provider. A GET changes nothing: the page's form says what came, and presses itself."""
    _is_there(visit)
    fields = {name: visit.query.get(name, "")[:LONGEST] for name in ("code", "state", "iss", "error")}
    return visit.page("provider/back.html", fields=fields)


def back(visit: Visit) -> Response:
    """Signs in, proves or adds, as it was asked for; who is new here chooses a name."""
    _is_there(visit)
    form = visit.form
    journey = visit.act(providing.take, visit.step, form.get("state", "")[:LONGEST])
    if journey is None:
        return _failed_with(visit, _(keying.TOO_LATE))
    try:
        arrival = _arrive(visit, journey)
    except Invalid as error:
        return _failed_with(visit, error.fields.get("", ""))
    except (Unreachable, NotTrusted) as error:
        return _failed(visit, AWAY if isinstance(error, Unreachable) else NOT_BELIEVED, error)
    return _goes_on(visit, arrival, forms.local(journey.next_path))


def _arrive(visit: Visit, journey: Journey) -> Arrival:
    code = visit.form.get("code", "")[:LONGEST]
    # RFC 9207: who names another provider has mixed two of them up.
    if visit.form.get("iss") not in (None, "", visit.settings.oidc_issuer):
        raise NotTrusted("back from another provider")
    if visit.form.get("error") or not code:
        raise Invalid({"": _(NOT_LET).format(provider=oidc.name(visit.settings))})
    anew = journey.purpose is Purpose.PROVE
    # The transaction that took the journey is over: nothing waits for the provider but this visit.
    identity = provider_answers.identity(visit.settings, journey.request, code, anew=anew)
    session_id = visit.presence.session_id if visit.presence else None
    return visit.act(providing.arrive, journey, identity, session_id, visit.token, visit.device)


def _goes_on(visit: Visit, arrival: Arrival, next_path: str) -> Response:
    if arrival.session:
        return visit.remember(visit.forget_step(visit.redirect(next_path)), arrival.session)
    if arrival.step:
        page = "/sign-up/provider" if arrival.is_new else "/sign-in/code"
        query = "" if next_path == "/" else f"?{urlencode({'next': next_path})}"
        return visit.remember_step(visit.redirect(f"{page}{query}"), arrival.step)
    told = "provider-added" if arrival.purpose is Purpose.ADD else ""
    return visit.forget_step(visit.redirect(next_path, told=told))


def own(visit: Visit) -> dict[str, Any]:
    """What templates/factors/_provider.html shows: whether the account has one of the provider's."""
    mine = here(visit).actor.id, visit.settings.oidc_issuer
    return {"has_provider": provider_accounts.is_of(visit.db, *mine)}


def remove(visit: Visit) -> Response:
    try:
        visit.act(providing.remove, visit.settings.oidc_issuer, here(visit).session_id, visit.device)
    except Invalid as error:
        return _failed_with(visit, error.fields.get("", ""))
    return visit.redirect("/account/factors", told="provider-removed")


def _is_there(visit: Visit) -> None:
    if not visit.settings.oidc_issuer:
        raise NotFound


def _failed(visit: Visit, words: str, error: Exception) -> Response:
    log.warning("provider", what=type(error).__name__, why=str(error)[:200])
    return _failed_with(visit, _(words).format(provider=oidc.name(visit.settings)))


def _failed_with(visit: Visit, words: str) -> Response:
    page = visit.page("provider/failed.html", 422, errors={"": words})
    return visit.forget_step(page)
