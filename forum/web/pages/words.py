"""Where moderators keep the word rules, and try one before it is in force."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from forum.actions import keeping_words
from forum.errors import Invalid, NotFound
from forum.languages.words import N_, _
from forum.moderation import word_rules
from forum.moderation.screening_tables import WordEffect
from forum.moderation.word_rules import PATTERN_LENGTH, Rule
from forum.policy import Permit
from forum.web import forms
from forum.web.endpoint import Visit

EFFECTS = (
    (
        WordEffect.HOLD,
        N_("A moderator reads it first"),
        N_("The post waits for review before everybody sees it."),
    ),
    (
        WordEffect.REFUSE,
        N_("It cannot be posted"),
        N_("Its author reads your words, and keeps what was typed."),
    ),
    (
        WordEffect.SILENCE,
        N_("It waits, and its author pauses"),
        N_("The post waits for review, and the account cannot post for a day. For what does harm at once."),
    ),
)
#: The name and the colour of the badge.
BADGES: Mapping[str, tuple[str, str]] = {
    WordEffect.HOLD: (N_("holds"), ""),
    WordEffect.REFUSE: (N_("refuses"), "warn"),
    WordEffect.SILENCE: (N_("silences"), "bad"),
}
_FIELDS = ("name", "pattern", "effect", "words")
_HOME = "/moderation/words"


def listing(visit: Visit) -> Response:
    if "rule" not in visit.query:
        return _page(visit)
    rule = _rule(visit, visit.query["rule"])
    return _page(visit, changed=str(rule.id), form={field: getattr(rule, field) for field in _FIELDS})


def keep(visit: Visit) -> Response:
    """A rule is tried, added, changed (`rule` says which), retired or brought back."""
    typed, step = visit.form, visit.form.get("step", "")
    if step == "try":
        return _try(visit)
    try:
        if step == "retire":
            visit.act(keeping_words.retire, forms.number(typed.get("rule", "")))
            return visit.redirect(_HOME, "word-rule-retired")
        if step == "bring-back":
            visit.act(keeping_words.bring_back, forms.number(typed.get("rule", "")))
        else:
            rule_id = forms.number(typed["rule"]) if typed.get("rule") else None
            visit.act(keeping_words.keep, rule_id, **{field: typed.get(field, "") for field in _FIELDS})
    except Invalid as error:
        return _page(visit, error.status, changed=typed.get("rule", ""), form=typed, errors=error.fields)
    return visit.redirect(_HOME, "word-rule-kept")


def _try(visit: Visit) -> Response:
    """What the pattern would have stopped lately; nothing is kept."""
    typed = visit.form
    more: dict[str, Any] = {"changed": typed.get("rule", ""), "form": typed}
    try:
        pattern = keeping_words.pattern_of(typed.get("pattern", ""))
    except ValueError as error:
        return _page(visit, Invalid.status, errors={"pattern": str(error)}, **more)
    return _page(visit, trial=word_rules.trial(visit.db, pattern), **more)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    visit.needs(Permit.KEEP_HOUSE)
    rules = word_rules.every(visit.db)
    context = {
        "rules": [rule for rule in rules if not rule.is_retired],
        "retired": [rule for rule in rules if rule.is_retired],
        "badges": {key: (_(name), colour) for key, (name, colour) in BADGES.items()},
        "effects": [(value, _(label), _(help)) for value, label, help in EFFECTS],
        "name_length": keeping_words.NAME_LENGTH,
        "pattern_length": PATTERN_LENGTH,
        "words_length": keeping_words.WORDS_LENGTH,
        "changed": "",
        "trial": None,
        **more,
    }
    return visit.page("words/rules.html", status, **context)


def _rule(visit: Visit, typed: str) -> Rule:
    visit.needs(Permit.KEEP_HOUSE)
    wanted = forms.number(typed)
    for rule in word_rules.every(visit.db):
        if rule.id == wanted:
            return rule
    raise NotFound
