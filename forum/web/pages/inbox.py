"""What a person was told."""

from starlette.responses import Response

from forum.accounts.tables import Actor
from forum.actions import reading
from forum.errors import SignInRequired
from forum.inbox import messages
from forum.web import forms
from forum.web.endpoint import Visit

PAGE = 30


def listing(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    page = messages.listing(visit.db, _reader(visit).id, after, PAGE)
    return visit.page("inbox/inbox.html", page=page, after=after)


def mark_read(visit: Visit) -> Response:
    upto, one = forms.number(visit.form.get("upto", "")), forms.number(visit.form.get("id", ""))
    if one:
        visit.act(reading.mark_one_read, one)
    elif upto:
        visit.act(reading.mark_read, upto)
    return visit.redirect("/inbox")


def _reader(visit: Visit) -> Actor:
    if visit.actor is None:
        raise SignInRequired
    return visit.actor
