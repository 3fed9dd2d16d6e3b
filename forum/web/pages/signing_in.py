"""Sign in, with one step or two, and sign out."""

import re
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from forum.accounts import factors, steps
from forum.actions import signing_in
from forum.errors import NotFound
from forum.languages.words import N_, _
from forum.web.endpoint import Visit

NOT_RIGHT = N_("The name or the password is not right. Please check both.")
CODE_NOT_RIGHT = N_("This code is not right, or was used already. Codes change every 30 seconds.")
LONGEST_NAME = 254
#: Why somebody is asked to sign in, by where they wanted to go.
PURPOSES = tuple(
    (re.compile(path), words)
    for path, words in (
        ("/ask", N_("To ask a question")),
        (r"/t/\d+/answer", N_("To answer")),
        (r"/p/\d+/comment", N_("To comment")),
        (r"/p/\d+/edit", N_("To edit your post")),
        (r"/p/\d+/withdraw", N_("To withdraw your post")),
        (r"/p/\d+/flag", N_("To flag a post")),
        ("/inbox", N_("To read your inbox")),
        (r"/account/decisions/\d+", N_("To read what was decided")),
        ("/account(/.*)?", N_("To see your account")),
        ("/moderation.*", N_("To work as a moderator")),
    )
)


def sign_in_form(visit: Visit) -> Response:
    if visit.actor is not None:
        return visit.redirect(visit.next_path())
    return _sign_in_page(visit, form={"name": visit.query.get("name", "")[:LONGEST_NAME]})


def sign_in(visit: Visit) -> Response:
    form = visit.form
    name = form.get("name", "")
    known = signing_in.recognise(visit.db, name, form.get("password", ""))
    if known is None:
        visit.act(signing_in.refuse, name, visit.device)
        return _sign_in_page(visit, 422, form=form, errors={"": _(NOT_RIGHT)})
    try:
        entry = visit.act(signing_in.sign_in, known, visit.token, visit.device)
    except NotFound:
        return _sign_in_page(visit, 422, form=form, errors={"": _(NOT_RIGHT)})
    if entry.step:
        on = f"/sign-in/code?{urlencode({'next': visit.next_path()})}"
        return visit.remember_step(visit.redirect(on), entry.step)
    return visit.remember(visit.redirect(visit.next_path()), entry.session)


def _sign_in_page(visit: Visit, status: int = 200, **more: Any) -> Response:
    next_path = visit.next_path()
    purpose = next((words for act, words in PURPOSES if act.fullmatch(next_path.partition("?")[0])), "")
    return visit.page("signing_in/sign_in.html", status, next=next_path, purpose=_(purpose), **more)


def code_form(visit: Visit) -> Response:
    """Asks for the second step, of the browser whose password was right."""
    if visit.actor is not None:
        return visit.redirect(visit.next_path())
    return _code_page(visit)


def give_code(visit: Visit) -> Response:
    try:
        code = visit.form.get("code", "")
        token = visit.act(signing_in.give_code, visit.step or "", code, visit.token, visit.device)
    except NotFound:
        return _begin_again(visit)
    if token is None:
        return _code_page(visit, 422, form=visit.form, errors={"code": _(CODE_NOT_RIGHT)})
    return visit.forget_step(visit.remember(visit.redirect(visit.next_path()), token))


def _code_page(visit: Visit, status: int = 200, **more: Any) -> Response:
    begun = steps.read(visit.db, steps.Kind.FACTOR, visit.step or "")
    if begun is None or begun.account_id is None:
        return _begin_again(visit)
    have = factors.of(visit.db, begun.account_id)
    contact = visit.settings.contact
    return visit.page(
        "signing_in/code.html", status, next=visit.next_path(), have=have, contact=contact, **more
    )


def _begin_again(visit: Visit) -> Response:
    on = f"/sign-in?{urlencode({'next': visit.next_path()})}"
    return visit.forget_step(visit.redirect(on, "step-gone"))


def sign_out(visit: Visit) -> Response:
    if visit.token is not None:
        visit.act(signing_in.sign_out, visit.token)
    return visit.forget(visit.redirect("/", told="signed-out"))
