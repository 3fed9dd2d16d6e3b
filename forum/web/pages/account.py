"""One's own account: the page that leads to all of it, its sessions and its history."""

from starlette.responses import Response

from forum import policy
from forum.accounts import history, open_sessions, own_account
from forum.accounts.sessions import Presence
from forum.actions import changing
from forum.errors import SignInRequired
from forum.languages.words import N_
from forum.policy import Permit
from forum.web import devices, forms
from forum.web.endpoint import Visit

PAGE = 30
#: How a session began, as its owner would say it.
METHODS = {
    "password": N_("with the password"),
    "passkey": N_("with a passkey"),
    "code": N_("with the password and a one-time code"),
    "provider": N_("with the provider"),
    "recovery": N_("with a mailed link"),
    "setup": N_("when the forum was set up"),
}
#: What the history says beside some events, where it is words of ours.
DETAILS = (
    *(N_("password"), N_("passkey"), N_("code"), N_("provider"), N_("recovery"), N_("setup")),
    *(N_("everywhere else"), N_("invited by an admin"), N_("in a session that was signed in")),
)


def read(visit: Visit) -> Response:
    """The overview: everything of one's own, each with a line."""
    presence = here(visit)
    facts = own_account.facts(visit.db, presence.actor.id)
    may_show = policy.allows(Permit.OWN_PROFILE, presence.actor)
    return visit.page("account/overview.html", facts=facts, may_show=may_show)


def sessions(visit: Visit) -> Response:
    presence = here(visit)
    found = open_sessions.listing(visit.db, presence.actor.id)
    shown = [one._replace(device=devices.said(one.device)) for one in found]
    return visit.page("account/sessions.html", sessions=shown, mine=presence.session_id, methods=METHODS)


def end_sessions(visit: Visit) -> Response:
    """Signs out the session that the form names, or all others."""
    presence = here(visit)
    if "session" in visit.form:
        visit.act(changing.end_session, forms.number(visit.form["session"]), visit.device)
        return visit.redirect("/account/sessions", "session-ended")
    visit.act(changing.end_other_sessions, presence.session_id, visit.device)
    return visit.redirect("/account/sessions", "sessions-ended")


def past(visit: Visit) -> Response:
    """The security history, the newest first."""
    after = visit.query.get("after", "")
    page = history.listing(visit.db, here(visit).actor.id, after, PAGE)
    return visit.page(
        "account/history.html",
        page=page,
        after=after,
        words=history.KINDS,
        details=DETAILS,
        device=devices.said,
    )


def here(visit: Visit) -> Presence:
    """The session in which its owner looks at the account."""
    if visit.presence is None:
        raise SignInRequired
    return visit.presence
