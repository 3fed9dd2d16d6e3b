"""Where moderators work: the queue, one item, and what can be done with it."""

from typing import Any

from starlette.responses import Response

from forum.accounts.tables import Actor
from forum.actions import reviewing
from forum.clock import now
from forum.errors import Conflict, Invalid, NotFound, SignInRequired
from forum.moderation import queue
from forum.moderation.casefile import ItemView
from forum.moderation.cases import item_of as case_item
from forum.moderation.rules import RULES
from forum.policy import Permit
from forum.web.endpoint import Visit
from forum.web.pages import cases

PAGE = 30
LATELY = 20


def listing(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    page = queue.listing(visit.db, _moderator(visit), after, PAGE)
    decided = [] if after else queue.decided(visit.db, LATELY)
    total = queue.open_count(visit.db)
    return visit.page("moderation/queue.html", page=page, after=after, total=total, decided=decided)


def of_post(visit: Visit) -> Response:
    """The way from a post to its review item."""
    item_id = queue.of_post(visit.db, visit.path["post_id"])
    if item_id is None:
        raise NotFound
    return visit.redirect(f"/moderation/items/{item_id}")


def read(visit: Visit) -> Response:
    return _page(visit)


def claim(visit: Visit) -> Response:
    try:
        visit.act(reviewing.claim, visit.path["item_id"])
    except Conflict as error:
        return _conflict(visit, error)
    return visit.redirect(_address(visit), "claimed")


def release(visit: Visit) -> Response:
    visit.act(reviewing.release, visit.path["item_id"])
    return visit.redirect("/moderation", "released")


def decide(visit: Visit) -> Response:
    typed = visit.form
    try:
        visit.act(
            reviewing.decide,
            visit.path["item_id"],
            typed.get("verdict", ""),
            typed.get("rule", ""),
            typed.get("reason", ""),
            _number(typed.get("version", "")),
        )
    except Invalid as error:
        return _page(visit, error.status, form=typed, errors=error.fields, version=typed.get("version", ""))
    except Conflict as error:
        return _conflict(visit, error)
    return visit.redirect("/moderation", "decided")


def settle(visit: Visit) -> Response:
    """One case of a reference's item."""
    item_id = case_item(visit.db, visit.path["case_id"])
    if item_id is None:
        raise NotFound
    return cases.settle(visit, _moderator(visit), item_id)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    if queue.is_about_reference(visit.db, visit.path["item_id"]):
        return cases.page(visit, _moderator(visit), status, **more)
    item = queue.item(visit.db, visit.path["item_id"], _moderator(visit))
    if item is None:
        raise NotFound
    context = {
        "item": item,
        "minutes": _minutes(item),
        "verdicts": [(verdict.key, verdict.label, verdict.help) for verdict in item.verdicts],
        "rules": RULES,
        "version": item.version,
        **more,
    }
    return visit.page("moderation/item.html", status, **context)


def _conflict(visit: Visit, error: Conflict) -> Response:
    """Who was faster and what they did, with what the moderator had typed."""
    context = {
        "title": error.title,
        "words": error.words,
        "item_id": visit.path["item_id"],
        "form": visit.form,
    }
    return visit.page("moderation/conflict.html", error.status, **context)


def _moderator(visit: Visit) -> Actor:
    visit.needs(Permit.REVIEW)
    if visit.actor is None:
        raise SignInRequired
    return visit.actor


def _address(visit: Visit) -> str:
    return f"/moderation/items/{visit.path['item_id']}"


def _minutes(item: ItemView) -> int:
    """How long the present claim lasts."""
    return max(1, round((item.claimed_until - now()).total_seconds() / 60)) if item.claimed_until else 0


def _number(typed: str) -> int:
    """The version in the form; one that never was, if it is not a number."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
