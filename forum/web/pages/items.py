"""One review item: what it is about, who works on it, and what can be done with it."""

from typing import Any

from starlette.responses import Response

from forum.actions import revealing, reviewing
from forum.clock import now
from forum.errors import Conflict, Invalid, NotFound
from forum.languages.words import N_, _
from forum.moderation import community_rules, onward, queue, saved_reasons
from forum.moderation.casefile import ItemView
from forum.moderation.cases import item_of as case_item
from forum.moderation.filters import Filters
from forum.moderation.rules import Asks, Verdict
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import ItemState
from forum.web import forms
from forum.web.endpoint import Visit
from forum.web.pages import cases
from forum.web.pages.queue import moderator, waited, with_query

#: The key on the keyboard for each verdict; among those for one subject they differ. Not c j k u w ?.
LETTERS = {
    "publish": "p", "keep": "e", "dismiss": "d", "return": "b", "edit": "m", "hide": "h", "remove": "r",
    "restore": "s", "duplicate": "q", "retag": "t", "close": "l", "lock": "o", "spammer": "z",
    "escalate": "a", "undo": "u", "admit": "p", "turn-away": "r", "dismiss-account": "d", "sanction": "s",
    "spam-account": "z", "escalate-acct": "a", "undo-account": "u", "dismiss-msg": "d", "uphold-msg": "r",
    "undo-msg": "u", "dismiss-ref": "d", "uphold-ref": "m", "undo-ref": "u", "grant": "g", "refuse": "r",
    "uphold-report": "r", "decline-report": "d", "undo-report": "u",
}  # fmt: skip
#: What the field `more` is called for a verdict that asks for more.
ASKS = {
    Asks.THREAD: N_("The thread that asked it before: its address or its number"),
    Asks.TAGS: N_("All tags that it should have"),
    Asks.TEXT: N_("The text as it shall read"),
}
SANCTIONS = (
    ("", N_("None"), ""),
    ("warning", N_("A warning"), N_("Until it is read, nothing can be posted.")),
    (
        "silence",
        N_("Silence"),
        N_("The account can read, and mend its own posts, but not post, vote or flag."),
    ),
    ("suspension", N_("Suspension"), N_("The account can only read what was decided, and appeal.")),
)


def read(visit: Visit) -> Response:
    return _page(visit)


def claim(visit: Visit) -> Response:
    """The item is the visitor's; with `part`, only what the page says of that: our script goes on working."""
    try:
        visit.act(reviewing.claim, visit.path["item_id"])
    except Conflict as error:
        if "part" in visit.form:
            return visit.fragment("moderation/_lost.html", error.status, words=error.words)
        return _conflict(visit, error)
    if "part" in visit.form:
        return visit.fragment("moderation/_mine.html", item=_item(visit), minutes=_minutes)
    return visit.redirect(_address(visit), "claimed")


def release(visit: Visit) -> Response:
    visit.act(reviewing.release, visit.path["item_id"])
    return visit.redirect(with_query("/moderation", Filters.of(visit.query)), "released")


def take_over(visit: Visit) -> Response:
    holder, words = forms.number(visit.form.get("holder", "")), visit.form.get("words", "")
    try:
        visit.act(reviewing.take_over, visit.path["item_id"], holder, words)
    except Invalid as error:
        return _page(visit, error.status, form=visit.form, errors=error.fields)
    except Conflict as error:
        return _conflict(visit, error)
    return visit.redirect(_address(visit), "claimed")


def decide(visit: Visit) -> Response:
    typed = visit.form
    if typed.get("step") == "text":
        return _fill_in(visit)
    try:
        visit.act(
            reviewing.decide,
            visit.path["item_id"],
            typed.get("verdict", ""),
            typed.get("rule", ""),
            typed.get("reason", ""),
            forms.number(typed.get("version", "")),
            sanction=typed.get("sanction", ""),
            days=typed.get("days", ""),
            more=typed.get("more", ""),
            all_of_author="all_of_author" in typed,
        )
    except Invalid as error:
        return _again(visit, error.status, errors=error.fields)
    except Conflict as error:
        return _conflict(visit, error)
    return visit.redirect(_onward(visit), "decided")


def settle(visit: Visit) -> Response:
    """One case of a reference's item."""
    item_id = case_item(visit.db, visit.path["case_id"])
    if item_id is None:
        raise NotFound
    moderator(visit)
    visit.path["item_id"] = item_id
    return cases.settle(visit, item_id, _page)


def _fill_in(visit: Visit) -> Response:
    """The form with a saved text in it; nothing is decided. (With scripts it is there at once.)"""
    wanted = forms.number(visit.form.get("saved", ""))
    found = next((text for text in saved_reasons.offered(visit.db) if text.id == wanted), None)
    if found is None:
        return _again(visit, 422, errors={"saved": _("Choose one of the texts.")})
    reason = "\n\n".join(filter(None, (visit.form.get("reason", "").strip(), found.text)))
    rule = visit.form.get("rule") or found.rule
    return _again(visit, 200, form={**visit.form, "reason": reason, "rule": rule})


def _again(visit: Visit, status: int, **more: Any) -> Response:
    """The page with what was typed: also that is work, and whoever holds the item holds it for longer."""
    visit.act(reviewing.keep_on, visit.path["item_id"])
    version = visit.form.get("version", "")
    return _page(visit, status, **{"form": visit.form, "version": version, **more})


def _onward(visit: Visit) -> str:
    """Where the work goes on: at the next item, or at the queue."""
    filters = Filters.of(visit.query)
    if visit.form.get("then") != "next":
        return with_query("/moderation", filters)
    query = "&".join(filter(None, (filters.query, f"after={visit.path['item_id']}")))
    return f"/moderation/next?{query}"


def _item(visit: Visit) -> ItemView:
    item = queue.item(visit.db, visit.path["item_id"], moderator(visit))
    if item is None:
        raise NotFound
    return item


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    item, filters = _item(visit), Filters.of(visit.query)
    # Nobody decides about an open item before they have claimed it.
    can_decide = item.state != ItemState.OPEN
    context = {
        "item": item,
        "filters": filters,
        "near": onward.neighbours(visit.db, moderator(visit), item.due_at, item.id, filters),
        "minutes": _minutes,
        "waited": waited,
        "letters": LETTERS,
        "asks": {key: _(words) for key, words in ASKS.items()},
        "asked": [verdict for verdict in item.verdicts if verdict.asks],
        "given": _given,
        "sanctions": [(kind, _(label), _(help)) for kind, label, help in SANCTIONS]
        if _may_sanction(item)
        else (),
        "texts": saved_reasons.offered(visit.db) if can_decide else (),
        "rules": community_rules.in_force(visit.db) if can_decide else (),
        "version": item.version,
        "word_length": reviewing.WORD_LENGTH,
        "reveal_length": revealing.REASON_LENGTH,
        **more,
    }
    if item.subject == SubjectKind.REFERENCE:
        return cases.page(visit, moderator(visit), status, **context)
    return visit.page("moderation/item.html", status, **context)


def _may_sanction(item: ItemView) -> bool:
    return not item.spared and any(verdict.may_sanction for verdict in item.verdicts)


def _given(item: ItemView, verdict: Verdict) -> str:
    """What stands in the field that the verdict asks for, before anybody has typed there."""
    return {Asks.TEXT: item.text, Asks.TAGS: item.tag_names}.get(verdict.asks or Asks.THREAD, "")


def _conflict(visit: Visit, error: Conflict) -> Response:
    """Who was faster and what they did, with what the moderator had typed."""
    context = {
        "title": _(error.title),
        "words": error.words,
        "item_id": visit.path["item_id"],
        "form": visit.form,
    }
    return visit.page("moderation/conflict.html", error.status, **context)


def _address(visit: Visit) -> str:
    return with_query(f"/moderation/items/{visit.path['item_id']}", Filters.of(visit.query))


def _minutes(item: ItemView) -> int:
    """How long the present claim lasts."""
    return max(1, round((item.claimed_until - now()).total_seconds() / 60)) if item.claimed_until else 0
