"""Sign up, confirm the address, be welcomed; and the first steps of a new forum."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from forum.accounts import directory, invitations, ownership
from forum.accounts.invitations import Invited
from forum.actions import joining
from forum.errors import Invalid, NotFound
from forum.languages.words import N_, _
from forum.web.endpoint import Visit

NOT_THEIRS = N_(
    "This is not the password that was chosen when the account was asked for. Please type it again."
)
HAS_ADMIN = N_("This forum has its admin already. If that is you, sign in.")
#: Who asks for the forum by one of these sits before the machine that it runs on.
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


def sign_up_form(visit: Visit) -> Response:
    if visit.actor is not None:
        return visit.redirect("/")
    return _sign_up_page(visit)


def invited(visit: Visit) -> Response:
    """The form for whom somebody has invited."""
    if visit.actor is not None:
        return visit.redirect("/")
    token = visit.path["token"]
    found = invitations.find(visit.db, token)
    if found is None:
        return visit.page("joining/dead_invitation.html", 404, closed=_is_closed(visit))
    return _sign_up_page(visit, token=token, invited=found)


def sign_up(visit: Visit) -> Response:
    form = visit.form
    token = form.get("invitation", "")
    found = invitations.find(visit.db, token) if token else None
    try:
        visit.act(
            joining.sign_up,
            form.get("name", ""),
            form.get("email", ""),
            form.get("password", ""),
            # There is no invitation 0: who comes with a dead one is told.
            invitation=found.id if found else 0 if token else None,
            answer=form.get("answer", ""),
            next_path=visit.next_path(),
        )
    except Invalid as error:
        return _sign_up_page(visit, 422, token=token, invited=found, form=form, errors=error.fields)
    return visit.redirect("/sign-up/sent")


def sent(visit: Visit) -> Response:
    """The same for every address, known or not."""
    settings = visit.settings
    folder = "" if settings.mail_url else str(settings.data_dir / "mail")
    is_here = urlsplit(settings.base_url).hostname in _HERE
    return visit.page(
        "joining/sent.html", folder=folder if is_here else "", files=bool(folder), contact=settings.contact
    )


def confirm_form(visit: Visit) -> Response:
    """Changes nothing: whatever follows links in mails may open it."""
    return _confirm_page(visit)


def confirm(visit: Visit) -> Response:
    form = visit.form
    try:
        if not joining.is_who_signed_up(visit.db, visit.path["token"], form.get("password", "")):
            return _confirm_page(visit, 422, form, {"password": _(NOT_THEIRS)})
        entered = visit.act(
            joining.confirm,
            visit.path["token"],
            name=form.get("name", ""),
            answer=form.get("answer", ""),
            device=visit.device,
        )
    except Invalid as error:
        return _confirm_page(visit, 422, form, error.fields)
    except NotFound:
        return _dead(visit)
    path = "/welcome" if entered.next_path == "/" else f"/welcome?{urlencode({'next': entered.next_path})}"
    return visit.remember(visit.redirect(path), entered.token)


def welcome(visit: Visit) -> Response:
    held_posts, contact = visit.settings.held_posts, visit.settings.contact
    return visit.page("joining/welcome.html", held_posts=held_posts, contact=contact, next=visit.next_path())


def setup_form(visit: Visit) -> Response:
    code = visit.query.get("code", "")
    if not ownership.is_valid(visit.db, code):
        # The same for a code that was used and for one that never was.
        raise NotFound(_(HAS_ADMIN) if directory.has_admin(visit.db) else None)
    return visit.page("joining/setup.html", code=code)


def setup(visit: Visit) -> Response:
    form = visit.form
    code = form.get("code", "")
    try:
        token = visit.act(
            joining.create_first_admin,
            code,
            form.get("name", ""),
            form.get("email", ""),
            form.get("password", ""),
        )
    except Invalid as error:
        return visit.page("joining/setup.html", 422, form=form, errors=error.fields, code=code)
    return visit.remember(visit.redirect("/", told="set-up"), token)


def _sign_up_page(
    visit: Visit,
    status: int = 200,
    *,
    token: str = "",
    invited: Invited | None = None,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    terms = joining.terms(visit.db)
    is_open = terms.mode in ("open", "approval") or (terms.mode == "invitation" and invited is not None)
    if not is_open:
        contact = visit.settings.contact
        return visit.page(
            "joining/not_open.html", status, mode=terms.mode, contact=contact, errors=errors or {}
        )
    settings = visit.settings
    asks = terms.question if terms.mode == "approval" and invited is None else ""
    return visit.page(
        "joining/sign_up.html", status, next=visit.next_path(), token=token, invited=invited, question=asks,
        longest_answer=joining.LONGEST_ANSWER, provider=settings.oidc_name if settings.oidc_issuer else "",
        form=form or {}, errors=errors or {},
    )  # fmt: skip


def _confirm_page(
    visit: Visit,
    status: int = 200,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    """What the link does; with the fields that no longer do as they were typed at first."""
    found = joining.waiting(visit.db, visit.path["token"])
    if found is None:
        return _dead(visit)
    question = joining.terms(visit.db).question if errors and "answer" in errors else ""
    known_as = (form or {}).get("name") or found.wanted["name"]
    return visit.page(
        "joining/confirm.html", status, known_as=known_as, email=found.email, question=question,
        longest_answer=joining.LONGEST_ANSWER, form={"name": known_as, **(form or {})}, errors=errors or {},
    )  # fmt: skip


def _dead(visit: Visit) -> Response:
    return visit.page("joining/dead_link.html", 404)


def _is_closed(visit: Visit) -> bool:
    return joining.terms(visit.db).mode == "closed"
