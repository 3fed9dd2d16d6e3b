"""A person's own standing: what was decided about them, what they can do meanwhile, and how to answer."""

from starlette.responses import Response

from forum.accounts.tables import Actor
from forum.actions import sanctioning
from forum.errors import NotFound, SignInRequired
from forum.moderation import own_decisions, sanctions
from forum.moderation.rules import RULE
from forum.web.endpoint import Visit

PAGE = 30


def read(visit: Visit) -> Response:
    actor, after = _actor(visit), visit.query.get("after", "")
    found = sanctions.of_account(visit.db, actor.id)
    warnings = [one for one in found if one.kind == "warning" and one.in_force]
    page = own_decisions.listing(visit.db, actor.id, after, PAGE)
    return visit.page(
        "standing/read.html", sanctions=found, warnings=warnings, rules=RULE, page=page, after=after
    )


def acknowledge(visit: Visit) -> Response:
    typed = visit.form.get("sanction", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise NotFound
    visit.act(sanctioning.acknowledge, int(typed))
    return visit.redirect("/account/standing", "acknowledged")


def _actor(visit: Visit) -> Actor:
    if visit.actor is None:
        raise SignInRequired
    return visit.actor
