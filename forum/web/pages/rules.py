"""The rules on which moderators' decisions rest: as everybody reads them, and where admins keep them."""

from typing import Any

from starlette.responses import Response

from forum.actions import keeping_rules
from forum.errors import Invalid, NotFound
from forum.moderation import community_rules
from forum.moderation.community_rules import TEXT_LENGTH, TITLE_LENGTH
from forum.moderation.rules import RULE
from forum.policy import Permit
from forum.web.endpoint import Visit

_HOME = "/moderation/rules"


def listing(visit: Visit) -> Response:
    return visit.page("rules/rules.html", rules=community_rules.in_force(visit.db))


def kept(visit: Visit) -> Response:
    if "rule" not in visit.query:
        return _page(visit)
    rule = community_rules.every(visit.db).get(visit.query["rule"])
    if rule is None:
        raise NotFound
    return _page(visit, changed=rule.key, form={"title": rule.called, "text": rule.says})


def keep(visit: Visit) -> Response:
    """A rule is added or reworded (`key` says which), or what the button of a rule in the list says."""
    typed, key = visit.form, visit.form.get("key", "")
    step = typed.get("step", "")
    try:
        _act(visit, step, key)
    except Invalid as error:
        # Of a rule in the list nothing was typed.
        shown: dict[str, Any] = {} if step else {"changed": key, "form": typed}
        return _page(visit, error.status, errors=error.fields, **shown)
    # Of what was moved one sees where it went; all else is told at the top.
    place = f"#rule-{key}" if step in {"up", "down"} else ""
    return visit.redirect(f"{_HOME}{place}", "community-rule-kept")


def _act(visit: Visit, step: str, key: str) -> None:
    words = [visit.form.get(field, "") for field in ("title", "text")]
    if step in ("up", "down"):
        visit.act(keeping_rules.move, key, up=step == "up")
    elif step == "retire":
        visit.act(keeping_rules.retire, key)
    elif step == "bring-back":
        visit.act(keeping_rules.bring_back, key)
    elif step == "restore":
        visit.act(keeping_rules.restore_words, key)
    elif key:
        visit.act(keeping_rules.reword, key, *words)
    else:
        visit.act(keeping_rules.add, *words)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    visit.needs(Permit.ADMINISTER)
    known = community_rules.every(visit.db).values()
    context = {
        "rules": [rule for rule in known if not rule.is_retired],
        "retired": [rule for rule in known if rule.is_retired],
        "built_in": RULE,
        "title_length": TITLE_LENGTH,
        "text_length": TEXT_LENGTH,
        "changed": "",
        "form": {},
        **more,
    }
    return visit.page("rules/keep.html", status, **context)
