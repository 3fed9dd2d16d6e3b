"""What one flagged, what became of it, and taking a flag back."""

from starlette.responses import Response

from forum.actions import flagging
from forum.errors import SignInRequired
from forum.moderation import own_flags
from forum.web.endpoint import Visit
from forum.web.told import TOLD

PAGE = 30


def listing(visit: Visit) -> Response:
    if visit.actor is None:
        raise SignInRequired
    after = visit.query.get("after", "")
    page = own_flags.listing(visit.db, visit.actor.id, after, PAGE)
    record = own_flags.record(visit.db, visit.actor.id)
    return visit.page("flags/own.html", page=page, record=record, after=after)


def withdraw(visit: Visit) -> Response:
    visit.act(flagging.withdraw, visit.path["flag_id"])
    if visit.form.get("part"):
        return visit.fragment("flags/_sent.html", said=TOLD["flag-withdrawn"], mine=None, help=None)
    return visit.redirect("/account/flags", "flag-withdrawn")
