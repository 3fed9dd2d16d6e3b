"""What people can report, which rules there are, and what a moderator can do: three tables, said once.

The buttons on a review item and the guard behind them are the same table, VERDICTS.
"""

from enum import IntEnum
from typing import NamedTuple

from forum.discussion.tables import PostState
from forum.moderation.tables import FlagState

HELD, SHOWN, HIDDEN = PostState.HELD, PostState.SHOWN, PostState.HIDDEN
REMOVED, WITHDRAWN = PostState.REMOVED, PostState.WITHDRAWN


class Urgency(IntEnum):
    """How soon a moderator should look. Smaller is sooner: the queue is read in ascending order."""

    AT_ONCE = 1
    SOON = 2
    IN_TURN = 3
    WHEN_QUIET = 4


class FlagReason(NamedTuple):
    """Why somebody reports a post. `needs_words`: the reason alone does not say enough."""

    key: str
    label: str
    help: str
    urgency: Urgency
    needs_words: bool = False


class Rule(NamedTuple):
    """A rule of the community: what a decision rests on, and what its author is shown."""

    key: str
    title: str
    text: str


class Verdict(NamedTuple):
    """One thing a moderator can do with an item.

    `label` is on the button and `help` beside it; `done` completes "a moderator … this answer". It is open to
    posts in one of the states `sources` and leaves them in state `to` (None: as they are). `while_open`: only
    while there are flags to answer. Open flags become `flags`.
    """

    key: str
    label: str
    help: str
    done: str
    sources: frozenset[PostState]
    to: PostState | None
    needs_rule: bool
    while_open: bool
    flags: FlagState
    tells_author: bool = True


REASONS: tuple[FlagReason, ...] = (
    FlagReason(
        "unsafe-advice",
        "Unsafe advice",
        "Following it could harm somebody: a dose, a combination, stopping a treatment.",
        Urgency.AT_ONCE,
    ),
    FlagReason(
        "rude", "Rude or unkind", "It attacks or mocks a person instead of a statement.", Urgency.SOON
    ),
    FlagReason(
        "promotion", "Spam or promotion", "It advertises, or says where to obtain something.", Urgency.SOON
    ),
    FlagReason(
        "source-mismatch",
        "The source doesn’t support the statement",
        "The cited source says something else, or nothing about it.",
        Urgency.IN_TURN,
    ),
    FlagReason(
        "off-topic", "Off topic", "It belongs in another thread or on another site.", Urgency.WHEN_QUIET
    ),
    FlagReason(
        "other", "Something else", "Tell the moderators in your own words.", Urgency.IN_TURN, needs_words=True
    ),
)

RULES: tuple[Rule, ...] = (
    Rule(
        "safety",
        "First, do no harm",
        "Tell what you know and what you lived through; do not tell strangers to take, combine, raise or "
        "stop anything. Anything urgent belongs with a doctor or an emergency line.",
    ),
    Rule(
        "sources",
        "Sources say what they say",
        "A statement that leans on a source must be one that the source supports. Quote it, or give "
        "the page.",
    ),
    Rule(
        "respect",
        "Be kind to people, hard on statements",
        "Disagree with what was said, never with who said it. No insults, no mockery, nobody’s private "
        "affairs.",
    ),
    Rule(
        "promotion",
        "Nothing for sale",
        "No advertising, no referral links, and nothing about where or how to obtain substances.",
    ),
    Rule(
        "topic",
        "Keep to the question",
        "An answer answers, a comment helps the post above it. What belongs elsewhere goes elsewhere.",
    ),
)

VERDICTS: tuple[Verdict, ...] = (
    Verdict(
        "publish", "Publish", "Everyone can read it.", "published",
        frozenset({HELD}), SHOWN, False, False, FlagState.DECLINED,
    ),
    Verdict(
        "keep", "Keep", "It stays as it is; its author and those who flagged it are told.", "kept",
        frozenset({SHOWN}), None, False, True, FlagState.DECLINED,
    ),
    Verdict(
        "dismiss", "Dismiss the flags", "It stays as it is; its author hears nothing.",
        "dismissed the flags on",
        frozenset({SHOWN, HIDDEN, REMOVED, WITHDRAWN}), None, False, True, FlagState.DECLINED, False,
    ),
    Verdict(
        "hide", "Hide", "For now; its author can mend it. Needs a rule and a reason.", "hid",
        frozenset({HELD, SHOWN, REMOVED}), HIDDEN, True, False, FlagState.UPHELD,
    ),
    Verdict(
        "remove", "Remove", "It has no place here as it stands. Needs a rule and a reason.", "removed",
        frozenset({HELD, SHOWN, HIDDEN}), REMOVED, True, False, FlagState.UPHELD,
    ),
    Verdict(
        "restore", "Restore", "Undoes hiding or removing: everyone can read it again.", "restored",
        frozenset({HIDDEN, REMOVED}), SHOWN, False, False, FlagState.DECLINED,
    ),
)  # fmt: skip

REASON = {reason.key: reason for reason in REASONS}
RULE = {rule.key: rule for rule in RULES}
VERDICT = {verdict.key: verdict for verdict in VERDICTS}


def offered(state: str, is_open: bool) -> tuple[Verdict, ...]:
    """What can be done with an item whose post is in `state`: the buttons, and all that the server allows."""
    return tuple(v for v in VERDICTS if state in v.sources and (is_open or not v.while_open))
