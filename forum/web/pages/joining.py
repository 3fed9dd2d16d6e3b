"""Sign up, sign in, sign out, and the first steps of a new forum."""

import re
from typing import Any

from starlette.responses import Response

from forum.accounts import ownership, people
from forum.actions import joining
from forum.errors import Invalid, NotFound
from forum.web.endpoint import Visit

NOT_RIGHT = "The name or the password is not right. Please check both."
HAS_ADMIN = "This forum has its admin already. If that is you, sign in."
LONGEST_NAME = 254
#: Why somebody is asked to sign in, by where they wanted to go.
PURPOSES = tuple(
    (re.compile(path), words)
    for path, words in (
        ("/ask", "To ask a question"),
        (r"/t/\d+/answer", "To answer"),
        (r"/p/\d+/comment", "To comment"),
        (r"/p/\d+/edit", "To edit your post"),
        (r"/p/\d+/withdraw", "To withdraw your post"),
        (r"/p/\d+/flag", "To flag a post"),
        ("/inbox", "To read your inbox"),
        (r"/account/decisions/\d+", "To read what was decided"),
        ("/moderation.*", "To work as a moderator"),
    )
)


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


def sign_in_form(visit: Visit) -> Response:
    if visit.actor is not None:
        return visit.redirect(visit.next_path())
    return _sign_in_page(visit, form={"name": visit.query.get("name", "")[:LONGEST_NAME]})


def sign_in(visit: Visit) -> Response:
    form = visit.form
    known = joining.recognise(visit.db, form.get("name", ""), form.get("password", ""))
    if known is None:
        return _sign_in_page(visit, 422, form=form, errors={"": NOT_RIGHT})
    token = visit.act(joining.sign_in, known, visit.token)
    return visit.remember(visit.redirect(visit.next_path()), token)


def _sign_in_page(visit: Visit, status: int = 200, **more: Any) -> Response:
    next_path = visit.next_path()
    purpose = next((words for act, words in PURPOSES if act.fullmatch(next_path.partition("?")[0])), "")
    context = {"next": next_path, "purpose": purpose, "contact": visit.settings.contact, **more}
    return visit.page("joining/sign_in.html", status, **context)


def sign_out(visit: Visit) -> Response:
    if visit.token is not None:
        visit.act(joining.sign_out, visit.token)
    return visit.forget(visit.redirect("/", told="signed-out"))


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
