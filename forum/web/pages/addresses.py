"""The mail address of one's own account: changed, and kept, with links that are mailed."""

from starlette.responses import Response

from forum.accounts import mail_tokens, own_account, people
from forum.accounts.door_tables import MailToken
from forum.accounts.mail_tokens import Kind
from forum.actions import readdressing
from forum.errors import Invalid, NotFound
from forum.languages.words import _
from forum.web.endpoint import Visit
from forum.web.pages.account import here


def form(visit: Visit) -> Response:
    return _page(visit)


def ask(visit: Visit) -> Response:
    """Two mails are on their way; the answer is the same whoever has the address."""
    try:
        visit.act(readdressing.ask_for_address, visit.form.get("email", ""), visit.device)
    except Invalid as error:
        return _page(visit, 422, form=visit.form, errors=error.fields)
    return visit.redirect("/account/email", "address-asked")


def confirm_form(visit: Visit) -> Response:
    """Changes nothing: whatever follows links in mails may open it."""
    found = _open(visit, Kind.CHANGE_EMAIL)
    return visit.page("account/confirm_address.html", email=found.email, known_as=_name(visit, found))


def confirm(visit: Visit) -> Response:
    presence = visit.presence
    found = _open(visit, Kind.CHANGE_EMAIL)
    own = presence.session_id if presence and presence.actor.id == found.account_id else None
    visit.act(readdressing.confirm_address, visit.path["token"], own, visit.device)
    if own is not None:
        return visit.redirect("/account", "address-changed")
    return visit.redirect("/sign-in", "address-confirmed")


def keep_form(visit: Visit) -> Response:
    """Changes nothing: whatever follows links in mails may open it."""
    found = _open(visit, Kind.KEEP_EMAIL)
    return visit.page(
        "account/keep_address.html",
        email=found.email,
        new_email=found.wanted["new_email"],
        known_as=_name(visit, found),
    )


def keep(visit: Visit) -> Response:
    visit.act(readdressing.keep_address, visit.path["token"], visit.device)
    return visit.redirect("/sign-in", "address-kept")


def _open(visit: Visit, kind: Kind) -> MailToken:
    found = mail_tokens.find(visit.db, kind, visit.path["token"])
    if found is None:
        raise NotFound(_(readdressing.DEAD))
    return found


def _name(visit: Visit, found: MailToken) -> str:
    """Whose account it is about: a mailbox can be that of somebody who knows nothing of it."""
    if found.account_id is None:
        raise NotFound(_(readdressing.DEAD))
    return people.name_of(visit.db, found.account_id)


def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    facts = own_account.facts(visit.db, here(visit).actor.id)
    return visit.page("account/email.html", status, now_is=facts.email, **more)
