"""One's own invitations: made, listed, taken back."""

from starlette.responses import Response

from forum.accounts import invitations
from forum.actions import inviting
from forum.errors import Invalid, SignInRequired
from forum.web import forms
from forum.web.endpoint import Visit

#: More than the open ones; older ones are of no use any more.
MOST = 50


def listing(visit: Visit) -> Response:
    return _page(visit)


def keep(visit: Visit) -> Response:
    """One is made, and its link shown this once; or one is taken back."""
    form = visit.form
    if revoked := forms.number(form.get("revoke", "")):
        visit.act(inviting.revoke, revoked)
        return visit.redirect("/account/invitations", "invitation-revoked")
    try:
        token = visit.act(inviting.invite, form.get("note", ""))
    except Invalid as error:
        return _page(visit, 422, form=form, errors=error.fields)
    return _page(visit, link=f"{visit.settings.base_url}/invite/{token}")


def _page(visit: Visit, status: int = 200, link: str = "", **more: object) -> Response:
    if visit.actor is None:
        raise SignInRequired
    return visit.page(
        "joining/invitations.html", status, link=link, days=invitations.LIFETIME.days,
        why_not=inviting.why_not(visit.db, visit.actor),
        found=invitations.latest(visit.db, visit.actor.id, MOST), most_open=invitations.MOST_OPEN, **more,
    )  # fmt: skip
