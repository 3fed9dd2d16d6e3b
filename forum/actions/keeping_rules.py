"""Admins keep the rules of the community: add, reword, move, retire, bring back."""

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor
from forum.clock import now
from forum.discussion.wording import Form, one_line
from forum.errors import Invalid, NotFound
from forum.languages.formats import number
from forum.languages.words import _
from forum.moderation import community_rules, log
from forum.moderation.community_rules import MOST_IN_FORCE, TEXT_LENGTH, TITLE_LENGTH
from forum.moderation.rules import RULE, Rule
from forum.moderation.statement import within
from forum.policy import Permit


def add(db: Session, actor: Actor, title: str, text: str) -> Rule:
    """The community has a rule more, after the others. Invalid (`title`, `text`) says what is wrong."""
    policy.require(Permit.ADMINISTER, actor)
    words = _checked(db, "", title, text)
    _check_number(db, "title", _("There are {most} rules. Please retire one before you add another."))
    rule = community_rules.add(db, *words)
    _finish(db, actor, f"“{rule.title}” is new.")
    return rule


def reword(db: Session, actor: Actor, key: str, title: str, text: str) -> None:
    """The rule reads so from now on, also where something was decided by it before.

    Invalid (`title`, `text`) says what is wrong. A built-in rule whose words were left alone stays one.
    """
    policy.require(Permit.ADMINISTER, actor)
    before = _open(db, key)
    words = _checked(db, key, title, text)
    if words == (before.called, before.says):
        return
    community_rules.word(db, key, *words)
    renamed = f" It was “{before.called}” before." if words[0] != before.called else ""
    _finish(db, actor, f"“{words[0]}” reads otherwise.{renamed}")


def restore_words(db: Session, actor: Actor, key: str) -> None:
    """The built-in rule reads as it is delivered, in the language of who reads it. NotFound for another.

    Invalid if another rule is called so by now.
    """
    policy.require(Permit.ADMINISTER, actor)
    rule = _open(db, key)
    if key not in RULE:
        raise NotFound
    if rule.is_own:
        form = Form()
        form.take("", lambda title: _title(db, key, title), RULE[key].title)
        form.done()
        community_rules.word(db, key, "", "")
        _finish(db, actor, f"“{RULE[key].title}” has its built-in words again. It was “{rule.title}” before.")


def move(db: Session, actor: Actor, key: str, *, up: bool) -> None:
    """The rule changes places with the one in force before it (or after it), if there is one."""
    policy.require(Permit.ADMINISTER, actor)
    rule, keys = _open(db, key), list(community_rules.every(db))
    shown = [each.key for each in community_rules.in_force(db)]
    at = shown.index(key) + (-1 if up else 1) if key in shown else -1
    if not 0 <= at < len(shown):
        return
    here, there = keys.index(key), keys.index(shown[at])
    keys[here], keys[there] = keys[there], keys[here]
    community_rules.arrange(db, keys)
    other = community_rules.every(db)[shown[at]].called
    _finish(db, actor, f"“{rule.called}” stands {'before' if up else 'after'} “{other}” now.")


def retire(db: Session, actor: Actor, key: str) -> None:
    """Nothing can be decided by the rule any more; what was decided by it stays. Invalid for the last one."""
    policy.require(Permit.ADMINISTER, actor)
    rule = _open(db, key)
    if rule.is_retired:
        return
    if len(community_rules.in_force(db)) == 1:
        raise Invalid({"": _("It is the only rule. Please add another one before you retire it.")})
    community_rules.retire(db, key, now())
    _finish(db, actor, f"“{rule.called}” is out of force.")


def bring_back(db: Session, actor: Actor, key: str) -> None:
    """The rule is in force again, where it stood. Invalid if there are too many."""
    policy.require(Permit.ADMINISTER, actor)
    rule = _open(db, key)
    if not rule.is_retired:
        return
    _check_number(db, "", _("There are {most} rules. Please retire one before you bring one back."))
    community_rules.retire(db, key, None)
    _finish(db, actor, f"“{rule.called}” is in force again.")


def _open(db: Session, key: str) -> Rule:
    rule = community_rules.every(db).get(key)
    if rule is None:
        raise NotFound
    return rule


def _check_number(db: Session, field: str, words: str) -> None:
    if len(community_rules.in_force(db)) >= MOST_IN_FORCE:
        raise Invalid({field: words.format(most=number(MOST_IN_FORCE))})


def _finish(db: Session, actor: Actor, reason: str) -> None:
    """The public log has the change, and pages that show rules show it."""
    log.write_act(db, "rule-kept", actor.id, reason=reason)
    freshness.touch(db, "log", "rules")


# --- what was typed ----------------------------------------------------------------------------------------


def _checked(db: Session, key: str, title: str, text: str) -> tuple[str, str]:
    form = Form()
    name = form.take("title", lambda typed: _title(db, key, typed), title)
    words = form.take("text", _text, text)
    form.done()
    return name or "", words or ""


def _title(db: Session, key: str, typed: str) -> str:
    line = within(one_line(typed), TITLE_LENGTH)
    if not line:
        raise ValueError(_("Give it a title that people remember, such as “Be kind”."))
    others = [rule for rule in community_rules.every(db).values() if rule.key != key]
    same = next((rule for rule in others if line.casefold() in _names(rule)), None)
    if same is not None and same.is_retired:
        raise ValueError(_("There is a retired rule of this title. Please bring that one back."))
    if same is not None:
        raise ValueError(_("There is a rule of this title already. Please change that one."))
    return line


def _names(rule: Rule) -> set[str]:
    return {rule.title.casefold(), rule.called.casefold()}


def _text(typed: str) -> str:
    line = within(one_line(typed), TEXT_LENGTH)
    if not line:
        raise ValueError(_("Say in a sentence or two what it asks of people."))
    return line
