"""Sign in and sign out."""

import re
from typing import Any

from starlette.responses import Response

from forum.actions import signing_in
from forum.web.endpoint import Visit

NOT_RIGHT = "The name or the password is not right. Please check both."
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


def sign_in_form(visit: Visit) -> Response:
    if visit.actor is not None:
        return visit.redirect(visit.next_path())
    return _sign_in_page(visit, form={"name": visit.query.get("name", "")[:LONGEST_NAME]})


def sign_in(visit: Visit) -> Response:
    form = visit.form
    known = signing_in.recognise(visit.db, form.get("name", ""), form.get("password", ""))
    if known is None:
        return _sign_in_page(visit, 422, form=form, errors={"": NOT_RIGHT})
    token = visit.act(signing_in.sign_in, known, visit.token)
    return visit.remember(visit.redirect(visit.next_path()), token)


def _sign_in_page(visit: Visit, status: int = 200, **more: Any) -> Response:
    next_path = visit.next_path()
    purpose = next((words for act, words in PURPOSES if act.fullmatch(next_path.partition("?")[0])), "")
    context = {"next": next_path, "purpose": purpose, "contact": visit.settings.contact, **more}
    return visit.page("signing_in/sign_in.html", status, **context)


def sign_out(visit: Visit) -> Response:
    if visit.token is not None:
        visit.act(signing_in.sign_out, visit.token)
    return visit.forget(visit.redirect("/", told="signed-out"))
