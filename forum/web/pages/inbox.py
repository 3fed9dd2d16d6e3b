"""What a person was told."""

from starlette.responses import Response

from forum.accounts.tables import Actor
from forum.actions import reading
from forum.errors import SignInRequired
from forum.inbox import messages
from forum.web.endpoint import Visit

PAGE = 30


def listing(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    page = messages.listing(visit.db, _reader(visit).id, after, PAGE)
    return visit.page("inbox/inbox.html", page=page, after=after)


def mark_read(visit: Visit) -> Response:
    upto, one = _number(visit.form.get("upto", "")), _number(visit.form.get("id", ""))
    if one:
        visit.act(reading.mark_one_read, one)
    elif upto:
        visit.act(reading.mark_read, upto)
    return visit.redirect("/inbox")


def _number(typed: str) -> int:
    """The id in the form; 0, which no message has, if it is not a number."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _reader(visit: Visit) -> Actor:
    if visit.actor is None:
        raise SignInRequired
    return visit.actor
