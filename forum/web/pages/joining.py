"""Sign up, and the first steps of a new forum."""

from starlette.responses import Response

from forum.accounts import ownership, people
from forum.actions import joining
from forum.errors import Invalid, NotFound
from forum.web.endpoint import Visit

HAS_ADMIN = "This forum has its admin already. If that is you, sign in."


def sign_up_form(visit: Visit) -> Response:
    if visit.actor is not None:
        return visit.redirect("/")
    return visit.page("joining/sign_up.html", next=visit.next_path())


def sign_up(visit: Visit) -> Response:
    form = visit.form
    try:
        visit.act(joining.sign_up, form.get("name", ""), form.get("email", ""), form.get("password", ""))
    except Invalid as error:
        return visit.page("joining/sign_up.html", 422, form=form, errors=error.fields, next=visit.next_path())
    return visit.redirect(visit.to_sign_in(form.get("name", "")), told="joined")


def setup_form(visit: Visit) -> Response:
    code = visit.query.get("code", "")
    if not ownership.is_valid(visit.db, code):
        # The same for a code that was used and for one that never was.
        raise NotFound(HAS_ADMIN if people.has_admin(visit.db) else None)
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
