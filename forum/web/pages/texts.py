"""Where moderators keep the texts that they use again for their reasons."""

from typing import Any

from starlette.responses import Response

from forum.actions import phrasing
from forum.errors import Invalid
from forum.moderation import community_rules, saved_reasons
from forum.moderation.saved_reasons import TITLE_LENGTH
from forum.policy import Permit
from forum.web import forms
from forum.web.endpoint import Visit

_FIELDS = ("title", "rule", "text")


def listing(visit: Visit) -> Response:
    if "text" not in visit.query:
        return _page(visit)
    kept = saved_reasons.find(visit.db, forms.number(visit.query["text"]))
    return _page(visit, changed=str(kept.id), form={field: getattr(kept, field) for field in _FIELDS})


def keep(visit: Visit) -> Response:
    """A text is added, changed (`id` says which), no longer offered, or offered again."""
    typed, text_id = visit.form, forms.number(visit.form.get("id", ""))
    if typed.get("step") in ("retire", "offer"):
        visit.act(phrasing.retire, text_id, typed["step"] == "retire")
        return visit.redirect("/moderation/texts", "text-kept")
    try:
        visit.act(phrasing.keep, text_id or None, *(typed.get(field, "") for field in _FIELDS))
    except Invalid as error:
        changed = typed.get("id", "")
        return _page(visit, error.status, changed=changed, form=typed, errors=error.fields)
    return visit.redirect("/moderation/texts", "text-kept")


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    visit.needs(Permit.KEEP_HOUSE)
    rules = community_rules.every(visit.db)
    context = {
        "texts": saved_reasons.every(visit.db),
        "rule_of": rules,
        "rules": [rule for rule in rules.values() if not rule.is_retired],
        "title_length": TITLE_LENGTH,
        "changed": "",
        **more,
    }
    return visit.page("moderation/texts.html", status, **context)
