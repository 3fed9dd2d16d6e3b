"""Where admins keep the reasons for which people flag."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from forum.actions import keeping_reasons
from forum.errors import Invalid, NotFound
from forum.languages.words import N_, _
from forum.moderation import community_rules, reasons
from forum.moderation.reasons import HELP_LENGTH, LABEL_LENGTH, Reason
from forum.moderation.rules import Urgency
from forum.policy import Permit
from forum.web.endpoint import Visit

URGENCIES = (
    (
        str(int(Urgency.AT_ONCE)),
        N_("At once"),
        N_("Somebody may be in danger: it stands before everything else."),
    ),
    (str(int(Urgency.SOON)), N_("Soon"), N_("Within the day.")),
    (str(int(Urgency.IN_TURN)), N_("In turn"), ""),
    (str(int(Urgency.WHEN_QUIET)), N_("When it is quiet"), ""),
)
NEEDS = (
    ("", N_("Nothing: one click sends it"), ""),
    ("words", N_("A few words"), ""),
    ("link", N_("The address of another thread"), N_("For “asked before”; offered for what opens a thread.")),
)
TICKS = {
    "hides_at_once": N_("The first flag hides the post until a moderator has looked"),
    "shows_help": N_("Whoever flags is shown where to get help"),
}


def listing(visit: Visit) -> Response:
    if "reason" not in visit.query:
        return _page(visit)
    reason = reasons.every(visit.db).get(visit.query["reason"])
    if reason is None:
        raise NotFound
    return _page(visit, changed=reason.key, form=_as_form(reason))


def keep(visit: Visit) -> Response:
    """A reason is added, changed (`key` says which), retired or offered again."""
    typed, key = visit.form, visit.form.get("key", "")
    step = typed.get("step", "")
    try:
        if step == "retire":
            visit.act(keeping_reasons.retire, key)
        elif step == "offer":
            visit.act(keeping_reasons.offer_again, key)
        else:
            visit.act(keeping_reasons.keep, key, typed)
    except Invalid as error:
        # Of a reason in the list nothing was typed.
        shown: dict[str, Any] = {} if step else {"changed": key, "form": typed}
        return _page(visit, error.status, errors=error.fields, **shown)
    return visit.redirect("/moderation/reasons", "reason-kept")


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    visit.needs(Permit.ADMINISTER)
    known = reasons.every(visit.db).values()
    context = {
        "offered": [reason for reason in known if not reason.is_retired],
        "retired": [reason for reason in known if reason.is_retired],
        "urgencies": [(value, _(label), _(help)) for value, label, help in URGENCIES],
        "needs": [(value, _(label), _(help)) for value, label, help in NEEDS],
        "subjects": {key: _(label) for key, label in keeping_reasons.SUBJECTS.items()},
        "rules": [("", _("None")), *((r.key, r.called) for r in community_rules.in_force(visit.db))],
        "ticks": {name: _(label) for name, label in TICKS.items()},
        "label_length": LABEL_LENGTH,
        "help_length": HELP_LENGTH,
        "changed": "",
        "form": _blank(len(known)),
        **more,
    }
    return visit.page("flags/keep_reasons.html", status, **context)


def _blank(known: int) -> Mapping[str, str]:
    return {"urgency": str(int(Urgency.IN_TURN)), "needs": "", "place": str(min(known + 1, 99)), "post": "on"}


def _as_form(reason: Reason) -> Mapping[str, str]:
    fields = {name: str(getattr(reason, name)) for name in keeping_reasons.FIELDS}
    ticked = [*reason.subjects.split(), *(name for name in TICKS if getattr(reason, name))]
    return {**fields, **dict.fromkeys(ticked, "on")}
