"""Word rules: what moderators want to see before others do. Patterns are RE2's: in linear time on any text.

Syntax: https://github.com/google/re2/wiki/Syntax. Capitals make no difference, and a rule is also held to the
text without look-alike and invisible characters.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import re2  # type: ignore[import-untyped]
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.db import rows
from forum.discussion.tables import Post
from forum.languages.words import _
from forum.moderation import lookalikes
from forum.moderation.findings import Draft, Finding, Outcome
from forum.moderation.screening_tables import WordEffect, WordRule

PATTERN_LENGTH = 500
#: So many rules can be in force: each is held to each text.
MOST_RULES = 300
#: Characters of a text around what was found.
AROUND = 30
#: A pattern that is tried is held to so many of the latest posts; so much of what it finds is shown.
TRIED, EXAMPLES = 300, 5
#: What a compiled rule may take, in bytes.
_MEMORY = 1 << 20
#: A rule that finds one of these would stop nearly everything.
_EVERYDAY = (
    "I slept badly last week and would like to know more about it.",
    "The study followed 120 patients for a year; most of them felt better (p = 0.03).",
)


class Rule(NamedTuple):
    """One rule as it is kept."""

    id: int
    name: str
    pattern: str
    effect: str
    words: str
    hits: int
    is_retired: bool
    created_at: datetime


class Trial(NamedTuple):
    """In how many of so many of the latest posts a pattern finds something, and some of what it finds."""

    found: int
    of: int
    examples: Sequence[str]


_RULES = select(*(getattr(WordRule, name) for name in Rule._fields)).order_by(WordRule.name)
_IN_FORCE = _RULES.where(WordRule.is_retired.is_(False))


def every(db: Session) -> list[Rule]:
    """All rules, in the order of the alphabet, those that are no longer in force with them."""
    return [Rule(*rule) for rule in rows(db, _RULES)]


def find(db: Session, draft: Draft) -> list[Finding]:
    """What the rules in force say about the text: one finding for each that has found something."""
    in_force = [Rule(*rule) for rule in rows(db, _IN_FORCE)]
    texts = _spellings(draft) if in_force else []
    found = ((rule, first(rule.pattern, texts)) for rule in in_force)
    return [_finding(rule, place) for rule, place in found if place is not None]


def first(pattern: str, texts: Iterable[str]) -> str | None:
    """What the pattern finds in the first of the texts in which it finds anything; None if in none."""
    compiled = _compiled(pattern)
    for text in texts:
        if match := compiled.search(text):
            return str(match.group())
    return None


def trial(db: Session, pattern: str) -> Trial:
    """What the pattern would have stopped lately; it must be one that `problem` has nothing against."""
    latest = select(Post.id, Post.plain).where(Post.visible).order_by(Post.id.desc()).limit(TRIED)
    posts = rows(db, latest)
    places = [place for post in posts if (place := first(pattern, [post.plain])) is not None]
    return Trial(len(places), len(posts), list(dict.fromkeys(map(_short, places)))[:EXAMPLES])


def problem(pattern: str) -> str:
    """Why this cannot be the pattern of a rule, in a sentence for who typed it; "" if it can."""
    try:
        _compiled(pattern)
    except re2.error as error:
        said = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        return _("This pattern cannot be read: {reason}.").format(reason=said.rstrip(": "))
    if first(pattern, ["", *_EVERYDAY]) is not None:
        return _("This would be found in nearly every text. Please make it narrower.")
    return ""


def hit(db: Session, rule_ids: Sequence[int]) -> None:
    """Each of the rules has stopped one post more."""
    if rule_ids:
        one_more = update(WordRule).where(WordRule.id.in_(rule_ids)).values(hits=WordRule.hits + 1)
        db.execute(one_more, execution_options={"synchronize_session": "fetch"})


def _spellings(draft: Draft) -> list[str]:
    """The text as typed, and as it reads."""
    return list(dict.fromkeys((draft.source, lookalikes.bare(draft.source), lookalikes.bare(draft.words))))


def _finding(rule: Rule, place: str) -> Finding:
    if rule.effect == WordEffect.REFUSE:
        words = rule.words or _("Posts with these words cannot be published here.")
        said = _("{words} It is about “{place}”: change that, and send it again.").format(
            words=words, place=_short(place)
        )
        return Finding("words", Outcome.REFUSE, said, rule.id)
    words = f"The word rule “{rule.name}” found “{_short(place)}”. {rule.words}".strip()
    return Finding("words", Outcome.HOLD, words, rule.id, rule.effect == WordEffect.SILENCE)


def _short(place: str) -> str:
    line = " ".join(place.split())
    return line if len(line) <= 2 * AROUND else f"{line[:AROUND]} … {line[-AROUND:]}"


@lru_cache(maxsize=2 * MOST_RULES)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(pattern, options)
