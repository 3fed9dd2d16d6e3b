"""The queue: what waits, in parts, and one verdict for many items."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from forum.accounts.tables import Actor
from forum.actions import reviewing
from forum.clock import now
from forum.errors import Invalid, NotFound, SignInRequired
from forum.languages.words import N_, _
from forum.moderation import community_rules, counts, jurisdiction, onward, queue, reasons
from forum.moderation.filters import AGES, WHOSE, Filters
from forum.moderation.items import ItemRow
from forum.moderation.rules import ALONE, Verdict
from forum.moderation.subjects import post
from forum.moderation.tables import ItemKind
from forum.policy import Permit
from forum.web import forms
from forum.web.endpoint import Visit

PAGE = 30
LATELY = 20
#: What the kinds of items are called where they are counted.
KINDS: Mapping[str, str] = {
    ItemKind.FLAGGED: N_("Flagged posts"),
    ItemKind.HELD: N_("Held posts"),
    ItemKind.ACCOUNT: N_("Accounts"),
    ItemKind.MESSAGE: N_("Messages"),
    ItemKind.REFERENCE: N_("References"),
    ItemKind.APPEAL: N_("Appeals"),
    ItemKind.REPORT: N_("Reports"),
}
_CHOSEN = "item-"


def listing(visit: Visit) -> Response:
    return _page(visit)


def of_post(visit: Visit) -> Response:
    """The way from a post to its review item."""
    item_id = queue.of_post(visit.db, visit.path["post_id"])
    if item_id is None or not jurisdiction.covers(visit.db, moderator(visit), post(visit.path["post_id"])):
        raise NotFound
    return visit.redirect(f"/moderation/items/{item_id}")


def following(visit: Visit) -> Response:
    """The way from one item (`after`) to the next that is free; after the last one to the first of all."""
    viewer, filters = moderator(visit), Filters.of(visit.query)
    here = forms.number(visit.query.get("after", ""))
    due_at = onward.due_at(visit.db, here)
    found = onward.neighbours(visit.db, viewer, due_at, here, filters).after if due_at else None
    item_id = found or onward.first(visit.db, viewer, filters)
    told = visit.query.get("told", "")
    if item_id is None:
        return visit.redirect(with_query("/moderation", filters), told)
    return visit.redirect(with_query(f"/moderation/items/{item_id}", filters), told)


def decide_many(visit: Visit) -> Response:
    """The verdict for the chosen items; what came of each, unless all went well."""
    typed = visit.form
    chosen = {
        forms.number(name.removeprefix(_CHOSEN)): forms.number(value)
        for name, value in typed.items()
        if name.startswith(_CHOSEN)
    }
    wanted = [typed.get(name, "") for name in ("verdict", "rule", "reason")]
    try:
        outcomes = visit.act(reviewing.decide_many, chosen, *wanted)
    except Invalid as error:
        return _page(visit, error.status, form=typed, errors=error.fields, chosen=chosen)
    refused = [outcome for outcome in outcomes if outcome.refusal]
    if not refused:
        return visit.redirect(with_query("/moderation", Filters.of(visit.query)), "decided-many")
    context = {"decided": len(outcomes) - len(refused), "refused": refused, "form": typed}
    return visit.page("moderation/many.html", 409, **context)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    viewer, filters = moderator(visit), Filters.of(visit.query)
    after = visit.query.get("after", "")
    page = queue.listing(visit.db, viewer, after, PAGE, filters)
    context = {
        "page": page,
        "after": after,
        "filters": filters,
        "counts": counts.read(visit.db, viewer),
        "most_counted": counts.MOST_COUNTED,
        "kinds": {key: _(label) for key, label in KINDS.items()},
        "reasons": reasons.every(visit.db).values(),
        "ages": {key: _(age[1]) for key, age in AGES.items()},
        "whose": {key: _(label) for key, label in WHOSE.items()},
        "waited": waited,
        "together": _together(page.items),
        "rules": community_rules.in_force(visit.db),
        "decided": [] if after or filters.query else queue.decided(visit.db, viewer, LATELY),
        "chosen": {},
        **more,
    }
    return visit.page("moderation/queue.html", status, **context)


def _together(page: Sequence[ItemRow]) -> Sequence[Verdict]:
    """What can be decided about several items at once, of the verdicts that some of these offer."""
    found = {verdict.key: verdict for item in page for verdict in item.offers}
    return [verdict for verdict in found.values() if verdict.key not in ALONE]


def moderator(visit: Visit) -> Actor:
    visit.needs(Permit.REVIEW_THREADS)
    if visit.actor is None:
        raise SignInRequired
    return visit.actor


def with_query(path: str, filters: Filters) -> str:
    """The address with the filters of the part of the queue that is worked on."""
    return f"{path}?{filters.query}" if filters.query else path


def waited(item: ItemRow) -> int:
    """For how many whole hours the item has waited: so many points it has gained."""
    return int((now() - item.opened_at).total_seconds() // 3600)
