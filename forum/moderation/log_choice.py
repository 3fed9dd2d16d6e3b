"""What somebody wants to read of the public log, and which lines those are: along an index, page by page."""

from collections.abc import Container
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, select, union_all

from forum.db import AnySelect
from forum.languages.words import N_
from forum.moderation.rules import TAKEN_DOWN, VERDICTS
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import LogEntry


class Group(NamedTuple):
    """Acts that belong together; `key` is in the address."""

    key: str
    label: str
    acts: tuple[str, ...]


class Choice(NamedTuple):
    """`group` is a Group's key, `rule` a Rule's, "" for all; `automatic`: only what the forum did itself."""

    group: str = ""
    rule: str = ""
    automatic: bool = False

    @classmethod
    def of(cls, group: str, rule: str, automatic: str, rules: Container[str]) -> "Choice":
        """The choice, of these rules, as an address spells it; what there is not counts as not chosen."""
        return cls(group if group in GROUP else "", rule if rule in rules else "", automatic == "yes")

    @property
    def query(self) -> dict[str, str]:
        """The choice as an address spells it."""
        chosen = {"act": self.group, "rule": self.rule, "automatic": "yes" if self.automatic else ""}
        return {name: value for name, value in chosen.items() if value}


_PEOPLE = (SubjectKind.ACCOUNT, SubjectKind.MESSAGE)
_THREADS = tuple(verdict.key for verdict in VERDICTS if verdict.of_thread)
_DOWN = tuple(verdict.key for verdict in VERDICTS if verdict.key in TAKEN_DOWN)


def _about(*kinds: SubjectKind) -> tuple[str, ...]:
    return tuple(verdict.key for verdict in VERDICTS if verdict.subject in kinds)


_LEFT = tuple(key for key in _about(SubjectKind.POST) if key not in (*_DOWN, *_THREADS))
_STANDING = ("watch", "unwatch", "auto-silence", "sanction-ended")
_TAGS = (
    *("caution", "describe-tag", "tag-unnamed", "no-tag-unnamed", "tag-synonym", "no-tag-synonym"),
    *("merge-tags", "undo-merge-tags"),
)
_TENDING = ("reopen", "unlock", "slow", "merge-threads", "split-thread", "notice", "end-notice")
_GROUPS = (
    Group("taken-down", N_("Posts held, hidden or removed"), (*_DOWN, "auto-hold")),
    Group("left", N_("Posts published, kept or restored"), _LEFT),
    Group(
        "threads",
        N_("Threads, tags and notices on posts"),
        (*_THREADS, *_TENDING, *_TAGS),
    ),
    Group("people", N_("Accounts and messages"), (*_about(*_PEOPLE), *_STANDING)),
    Group(
        "sources",
        N_("References and the source policy"),
        (*_about(SubjectKind.REFERENCE), "merge", "undo-merge", "correct", "source-rule", "no-source-rule"),
    ),
    Group("appeals", N_("Appeals and reports"), _about(SubjectKind.APPEAL, SubjectKind.REPORT)),
    Group(
        "house",
        N_("Settings and lists"),
        ("word-rule", "rule-kept", "reason-kept", "saved-text", "setting"),
    ),
)
GROUPS = tuple(group for group in _GROUPS if group.acts)
GROUP = {group.key: group for group in GROUPS}


def chosen(entries: AnySelect, choice: Choice, before: int | None, limit: int) -> AnySelect:
    """`entries`, a select of log lines with the newest first, cut to the chosen ones before this one."""
    narrowed: list[ColumnElement[bool]] = [] if before is None else [LogEntry.id < before]
    if choice.rule:
        narrowed.append(LogEntry.rule == choice.rule)
    if choice.automatic:
        narrowed.append(LogEntry.actor_id.is_(None))
    if choice.group not in GROUP:
        return entries.where(*narrowed).limit(limit)
    # Of each act the newest, and of those the newest: no act's whole history is read.
    each = [_newest([LogEntry.act == act, *narrowed], limit).subquery() for act in GROUP[choice.group].acts]
    together = union_all(*(select(part.c.id) for part in each)).subquery()
    return entries.where(LogEntry.id.in_(select(together.c.id).order_by(together.c.id.desc()).limit(limit)))


def _newest(narrowed: list[ColumnElement[bool]], limit: int) -> Select[int]:
    return select(LogEntry.id).where(*narrowed).order_by(LogEntry.id.desc()).limit(limit)
