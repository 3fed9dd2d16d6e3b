"""One's own account: the page that leads to all of it, its sessions and its history."""

from starlette.responses import Response

from forum import policy
from forum.accounts import history, open_sessions, own_account
from forum.accounts.sessions import Presence
from forum.actions import changing
from forum.errors import SignInRequired
from forum.policy import Permit
from forum.web import forms
from forum.web.endpoint import Visit

PAGE = 30
#: How a session began, as its owner would say it.
METHODS = {
    "password": "with the password",
    "passkey": "with a passkey",
    "code": "with the password and a one-time code",
    "provider": "with the provider",
    "recovery": "with a mailed link",
    "setup": "when the forum was set up",
}


def read(visit: Visit) -> Response:
    """The overview: everything of one's own, each with a line."""
    presence = here(visit)
    facts = own_account.facts(visit.db, presence.actor.id)
    may_show = policy.allows(Permit.OWN_PROFILE, presence.actor)
    return visit.page("account/overview.html", facts=facts, may_show=may_show)


def sessions(visit: Visit) -> Response:
    presence = here(visit)
    found = open_sessions.listing(visit.db, presence.actor.id)
    return visit.page("account/sessions.html", sessions=found, mine=presence.session_id, methods=METHODS)


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
    return visit.page("account/history.html", page=page, after=after, words=history.KINDS)


def here(visit: Visit) -> Presence:
    """The session in which its owner looks at the account."""
    if visit.presence is None:
        raise SignInRequired
    return visit.presence
