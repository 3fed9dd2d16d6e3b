"""Where admins choose how soon the forum holds posts by itself, and see what it has learned."""

from typing import Any

from starlette.responses import Response

from forum.actions import guarding
from forum.errors import Invalid
from forum.languages.words import N_, _, ngettext
from forum.moderation import learning, outside_links, sensitivity, thresholds
from forum.moderation.sensitivity import Sensitivity
from forum.policy import Permit
from forum.web.endpoint import Visit

_NAMES = {
    Sensitivity.LOW: N_("Late: people first"),
    Sensitivity.MIDDLE: N_("In between"),
    Sensitivity.HIGH: N_("Soon: better once too often"),
}


def read(visit: Visit) -> Response:
    return _page(visit, form={"sensitivity": sensitivity.of(visit.db)})


def choose(visit: Visit) -> Response:
    try:
        visit.act(guarding.choose_sensitivity, visit.form.get("sensitivity", ""))
    except Invalid as error:
        return _page(visit, error.status, form=visit.form, errors=error.fields)
    return visit.redirect("/moderation/settings", "setting-kept")


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    visit.needs(Permit.ADMINISTER)
    context = {
        "steps": [(each, _(_NAMES[each]), _meaning(each)) for each in Sensitivity],
        "with_answers": thresholds.WITH_ANSWERS,
        "trusted": thresholds.TRUSTED // thresholds.MEMBERS,
        "needed": learning.ENOUGH,
        "learned": learning.noted(visit.db),
        **more,
    }
    return visit.page("thresholds/settings.html", status, **context)


def _meaning(chosen: Sensitivity) -> str:
    """What the choice comes to, in a sentence with its numbers."""
    people, links = thresholds.ENOUGH[chosen] // thresholds.MEMBERS, outside_links.ALLOWED[chosen]
    said = ngettext(
        "The flags of {people} members hold a post; so do more than one link in a newcomer’s post.",
        "The flags of {people} members hold a post; so do more than {links} links in a newcomer’s post.",
        links,
    )
    return said.format(people=people, links=links)
