"""The rules that hold here: the built-in ones, as far as admins left them as they are, and the admins' own.

A row of the table may have no words: then it only says where a built-in rule stands, or that it is retired.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.moderation.rules import RULE, RULES, Rule
from forum.moderation.tables import CommunityRule, LogEntry
from forum.slugs import slug

KEY_LENGTH, TITLE_LENGTH, TEXT_LENGTH = 20, 80, 600
#: More than these nobody reads before posting.
MOST_IN_FORCE = 20
#: What else has a name on the page of the rules.
TAKEN = ("citing", "flagging", "main", "suggest-quick")

_ROWS = select(
    CommunityRule.key, CommunityRule.title, CommunityRule.text, CommunityRule.retired_at, CommunityRule.place
).order_by(CommunityRule.place, CommunityRule.key)
_IN_THE_LOG = select(CommunityRule.key).where(
    CommunityRule.retired_at.is_not(None), exists().where(LogEntry.rule == CommunityRule.key)
)


def every(db: Session) -> Mapping[str, Rule]:
    """All rules by their key, in their order, the retired ones among them; one query."""
    placed = {rule.key: (place, rule) for place, rule in enumerate(RULES, 1)}
    for key, title, text, retired_at, place in rows(db, _ROWS):
        if rule := worded(key, title, text, retired_at):
            placed[key] = (place, rule)
    return {rule.key: rule for _place, rule in sorted(placed.values(), key=lambda each: each[0])}


def in_force(db: Session) -> Sequence[Rule]:
    """The rules on which something can be decided, in their order; there is always one."""
    return [rule for rule in every(db).values() if not rule.is_retired]


def in_the_log(db: Session) -> Sequence[Rule]:
    """The rules by which one can look through the log: those in force, then others on which a line rests."""
    known = every(db).values()
    retired = [rule for rule in known if rule.is_retired]
    found = {key for (key,) in rows(db, _IN_THE_LOG)} if retired else set()
    return [*(rule for rule in known if not rule.is_retired), *(r for r in retired if r.key in found)]


# --- beside what rests on a rule ---------------------------------------------------------------------------


def own_title(key: Any) -> ColumnElement[str]:
    """In SQL: the title in the row of the rule with this key, for `title`; NULL if it has no row."""
    row = select(CommunityRule.title).where(CommunityRule.key == key)
    return row.scalar_subquery().label("own_title")


def title(key: str, own: str | None) -> str:
    """What the rule is called, retired or not; "" for no rule. `own` is its `own_title`."""
    rule = worded(key, own or "", "")
    return rule.called if rule else ""


def worded(key: str, title: str | None, text: str | None, retired_at: datetime | None = None) -> Rule | None:
    """The rule whose row, if it has one, says so; None for no rule."""
    if title:
        return Rule(key, title, text or "", is_own=True, is_retired=retired_at is not None)
    return RULE[key]._replace(is_retired=retired_at is not None) if key in RULE else None


# --- keeping them ------------------------------------------------------------------------------------------


def add(db: Session, title: str, text: str) -> Rule:
    """A rule of the admins' own, in force and the last of all."""
    known = every(db)
    row = CommunityRule(
        key=_free_key(known, title), title=title, text=text, place=len(known) + 1, retired_at=None
    )
    db.add(row)
    db.flush()
    return Rule(row.key, title, text, is_own=True)


def word(db: Session, key: str, title: str, text: str) -> None:
    """The rule reads so from now on; without words a built-in one reads as it is delivered."""
    row = _row(db, key)
    row.title, row.text = title, text
    db.flush()


def retire(db: Session, key: str, retired_at: datetime | None) -> None:
    """The rule is out of force since then; None: it is in force."""
    _row(db, key).retired_at = retired_at
    db.flush()


def arrange(db: Session, keys: Iterable[str]) -> None:
    """The rules, all of which are named, stand in this order."""
    there = {row.key: row for row in db.scalars(select(CommunityRule))}
    for place, key in enumerate(keys, 1):
        (there.get(key) or _new_row(db, key)).place = place
    db.flush()


def _row(db: Session, key: str) -> CommunityRule:
    """The row of the rule, which there must be; of a built-in one it may be new."""
    return db.get(CommunityRule, key) or _new_row(db, key)


def _new_row(db: Session, key: str) -> CommunityRule:
    place = [rule.key for rule in RULES].index(key) + 1
    row = CommunityRule(key=key, title="", text="", place=place, retired_at=None)
    db.add(row)
    return row


def _free_key(known: Collection[str], title: str) -> str:
    stem = slug(title, KEY_LENGTH - 3).strip("-") or "rule"
    keys = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(key for key in keys if key not in known and key not in TAKEN)
