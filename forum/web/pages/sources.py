"""Where moderators keep the source policy: the rules about domains and journals."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from starlette.responses import Response

from forum.actions import sourcing
from forum.errors import Invalid, NotFound
from forum.languages.words import N_, _
from forum.policy import Permit
from forum.references import policy_rules
from forum.references.policy_rules import LONGEST_NAME, Kind, Rule
from forum.references.tables import SourceVerdict
from forum.web import forms
from forum.web.endpoint import Visit

KINDS = (
    (Kind.DOMAIN, N_("A domain"), N_("Such as example.org: all addresses there, and in its subdomains.")),
    (
        Kind.JOURNAL,
        N_("A journal"),
        N_("By its title; accents, capitals and a first “The” make no difference."),
    ),
)
VERDICTS = (
    (SourceVerdict.BLOCKED, N_("It cannot be cited"), N_("The post is refused, and says why.")),
    (
        SourceVerdict.REVIEW,
        N_("A moderator looks first"),
        N_(
            "The post waits for review before everybody sees it. If its journal becomes known later, the"
            " source comes into the queue."
        ),
    ),
    (
        SourceVerdict.DISCOURAGED,
        N_("It is discouraged"),
        N_("The preview shows your words; the post is published."),
    ),
)
#: The name and the colour of the badge.
BADGES: Mapping[str, tuple[str, str]] = {
    SourceVerdict.BLOCKED: (N_("blocked"), "bad"),
    SourceVerdict.REVIEW: (N_("needs review"), "warn"),
    SourceVerdict.DISCOURAGED: (N_("discouraged"), ""),
}
HEADINGS: Mapping[str, str] = {Kind.DOMAIN: N_("Domains"), Kind.JOURNAL: N_("Journals")}
_FIELDS = ("kind", "name", "verdict", "words")


def listing(visit: Visit) -> Response:
    if "rule" not in visit.query:
        return _page(visit)
    rule = _rule(visit, visit.query["rule"])
    return _page(visit, changed=str(rule.id), form={field: getattr(rule, field) for field in _FIELDS})


def keep(visit: Visit) -> Response:
    """A rule is added, changed (`rule` says which) or taken back."""
    typed, rule_id = visit.form, visit.form.get("rule", "")
    if typed.get("step") == "remove":
        visit.act(sourcing.remove, forms.number(rule_id))
        return visit.redirect("/moderation/sources", "rule-gone")
    wanted = {field: typed.get(field, "") for field in _FIELDS}
    try:
        if rule_id:
            visit.act(sourcing.change, forms.number(rule_id), **wanted)
        else:
            visit.act(sourcing.add, **wanted)
    except Invalid as error:
        return _page(visit, error.status, changed=rule_id, form=typed, errors=error.fields)
    return visit.redirect("/moderation/sources", "rule-kept")


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    visit.needs(Permit.REVIEW)
    rules = policy_rules.everything(visit.db)
    use = policy_rules.use(visit.db, rules)
    context = {
        "groups": [
            (HEADINGS[kind], list(group))
            for kind, group in groupby(rules.values(), key=lambda rule: rule.kind)
        ],
        "counts": use.counts,
        "is_all": use.is_all,
        "badges": BADGES,
        "kinds": [(key, _(label), _(about)) for key, label, about in KINDS],
        "verdicts": [(key, _(label), _(about)) for key, label, about in VERDICTS],
        "name_length": LONGEST_NAME,
        "words_length": sourcing.WORDS_LENGTH,
        "changed": "",
        **more,
    }
    return visit.page("sources/rules.html", status, **context)


def _rule(visit: Visit, typed: str) -> Rule:
    wanted = forms.number(typed)
    for rule in policy_rules.everything(visit.db).values():
        if rule.id == wanted:
            return rule
    raise NotFound
