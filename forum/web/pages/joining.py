"""Sign up, sign in, sign out, and the first steps of a new forum."""

from starlette.responses import Response

from forum.accounts import ownership
from forum.actions import joining
from forum.errors import Invalid, NotFound
from forum.web.endpoint import Visit

NOT_RIGHT = "The name or the password is not right. Please check both."


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
    return visit.redirect(visit.to_sign_in(), told="joined")


def sign_in_form(visit: Visit) -> Response:
    if visit.actor is not None:
        return visit.redirect(visit.next_path())
    return visit.page("joining/sign_in.html", next=visit.next_path())


def sign_in(visit: Visit) -> Response:
    form = visit.form
    known = joining.recognise(visit.db, form.get("name", ""), form.get("password", ""))
    if known is None:
        errors = {"": NOT_RIGHT}
        return visit.page("joining/sign_in.html", 422, form=form, errors=errors, next=visit.next_path())
    token = visit.act(joining.sign_in, known, visit.token)
    return visit.remember(visit.redirect(visit.next_path()), token)


def sign_out(visit: Visit) -> Response:
    if visit.token is not None:
        visit.act(joining.sign_out, visit.token)
    return visit.forget(visit.redirect("/", told="signed-out"))


def setup_form(visit: Visit) -> Response:
    code = visit.query.get("code", "")
    if not ownership.is_valid(visit.db, code):
        raise NotFound
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
