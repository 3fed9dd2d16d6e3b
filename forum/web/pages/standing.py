"""A person's own standing: what was decided about them, what they can do meanwhile, and how to answer."""

from starlette.responses import Response

from forum.accounts.tables import Actor
from forum.actions import sanctioning
from forum.errors import SignInRequired
from forum.moderation import community_rules, own_decisions, sanctions
from forum.web import forms
from forum.web.endpoint import Visit

PAGE = 30


def read(visit: Visit) -> Response:
    actor, after = _actor(visit), visit.query.get("after", "")
    found = sanctions.of_account(visit.db, actor.id)
    warnings = [one for one in found if one.kind == "warning" and one.in_force]
    page = own_decisions.listing(visit.db, actor.id, after, PAGE)
    return visit.page(
        "standing/read.html",
        sanctions=found,
        warnings=warnings,
        rules=community_rules.every(visit.db),
        page=page,
        after=after,
        is_all_well=not own_decisions.has_open_matter(visit.db, actor.id),
    )


def acknowledge(visit: Visit) -> Response:
    visit.act(sanctioning.acknowledge, forms.number(visit.form.get("sanction", "")))
    return visit.redirect("/account/standing", "acknowledged")


def _actor(visit: Visit) -> Actor:
    if visit.actor is None:
        raise SignInRequired
    return visit.actor
