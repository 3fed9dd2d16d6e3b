"""Moderators keep the word rules: add, change, retire, bring back."""

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor
from forum.clock import now
from forum.discussion.wording import Form, one_line
from forum.errors import Invalid, NotFound
from forum.languages.words import _
from forum.moderation import log, word_rules
from forum.moderation.screening_tables import WordEffect, WordRule
from forum.moderation.word_rules import MOST_RULES, PATTERN_LENGTH
from forum.policy import Permit

NAME_LENGTH, WORDS_LENGTH = 80, 500

#: What a rule does, in the public log. The pattern is not told there: it would say how to get around it.
_IN_THE_LOG = {
    WordEffect.HOLD: "holds posts for review",
    WordEffect.REFUSE: "refuses posts",
    WordEffect.SILENCE: "holds posts and silences their authors for a day",
}


def keep(
    db: Session, actor: Actor, rule_id: int | None, name: str, pattern: str, effect: str, words: str
) -> WordRule:
    """The rule says this from now on; None makes a new one. NotFound for an unknown one, Invalid if wrong."""
    policy.require(Permit.KEEP_HOUSE, actor)
    rule = WordRule(created_at=now()) if rule_id is None else _open(db, rule_id)
    wanted = _checked(db, rule_id, name, pattern, effect, words)
    if rule_id is None:
        _check_number(db)
        db.add(rule)
    for field, value in wanted.items():
        setattr(rule, field, value)
    _finish(db, actor, rule, _IN_THE_LOG[WordEffect(rule.effect)])
    return rule


def retire(db: Session, actor: Actor, rule_id: int) -> None:
    """The rule finds nothing any more; what it has held stays to be decided."""
    policy.require(Permit.KEEP_HOUSE, actor)
    rule = _open(db, rule_id)
    rule.is_retired = True
    _finish(db, actor, rule, "is out of force")


def bring_back(db: Session, actor: Actor, rule_id: int) -> None:
    """The rule is in force again. Invalid if there are too many."""
    policy.require(Permit.KEEP_HOUSE, actor)
    rule = _open(db, rule_id)
    if rule.is_retired:
        _check_number(db)
    rule.is_retired = False
    _finish(db, actor, rule, _IN_THE_LOG[WordEffect(rule.effect)])


def _open(db: Session, rule_id: int) -> WordRule:
    rule = db.get(WordRule, rule_id)
    if rule is None:
        raise NotFound
    return rule


def _check_number(db: Session) -> None:
    if sum(not rule.is_retired for rule in word_rules.every(db)) >= MOST_RULES:
        raise Invalid(
            {
                "": _("There are {most_rules} rules in force. Please retire one that is not needed.").format(
                    most_rules=MOST_RULES
                )
            }
        )


def _checked(
    db: Session, rule_id: int | None, name: str, pattern: str, effect: str, words: str
) -> dict[str, str | None]:
    form = Form()
    wanted = {
        "name": form.take("name", _name, name),
        "pattern": form.take("pattern", pattern_of, pattern),
        "effect": form.take("effect", _effect, effect),
        "words": form.take("words", lambda typed: _line(typed, WORDS_LENGTH), words),
    }
    if effect == WordEffect.REFUSE and not wanted["words"]:
        form.complaints.setdefault(
            "words", _("Tell the author in a sentence why, and what to write instead.")
        )
    if any(rule.name == wanted["name"] and rule.id != rule_id for rule in word_rules.every(db)):
        form.complaints["name"] = _("There is a rule of this name already. Please change that one.")
    form.done()
    return wanted


def pattern_of(typed: str) -> str:
    """The pattern that was typed: any of its lines. ValueError with a sentence if it cannot be one."""
    pattern = "|".join(filter(None, map(str.strip, typed.splitlines())))
    if not pattern:
        raise ValueError(_("Write the words that it is to find."))
    if len(pattern) > PATTERN_LENGTH:
        raise ValueError(
            _("At most {most} characters, please; this has {count}.").format(
                most=PATTERN_LENGTH, count=len(pattern)
            )
        )
    if not pattern.isprintable():
        raise ValueError(_("There is an invisible character in it."))
    if problem := word_rules.problem(pattern):
        raise ValueError(problem)
    return pattern


def _name(typed: str) -> str:
    line = _line(typed, NAME_LENGTH)
    if not line:
        raise ValueError(_("Give it a name by which moderators know what it is for."))
    return line


def _line(typed: str, limit: int) -> str:
    line = one_line(typed)
    if len(line) > limit:
        raise ValueError(
            _("At most {most} characters, please; this has {count}.").format(most=limit, count=len(line))
        )
    return line


def _effect(typed: str) -> WordEffect:
    if typed not in tuple(WordEffect):
        raise ValueError(_("Choose what happens to a post in which it is found."))
    return WordEffect(typed)


def _finish(db: Session, actor: Actor, rule: WordRule, what: str) -> None:
    db.flush()
    log.write_act(db, "word-rule", actor.id, reason=f"“{rule.name}” {what}.")
    freshness.touch(db, "log")
