"""Which rules there are, what there is to decide, and what a moderator can do: tables, said once.

The buttons on a review item and the guard behind them are the same table, VERDICTS.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import NamedTuple

from forum.accounts.tables import Standing
from forum.discussion.tables import PostState
from forum.languages.words import N_, _
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import CaseKind, FlagState

HELD, SHOWN, HIDDEN = PostState.HELD, PostState.SHOWN, PostState.HIDDEN
REMOVED, WITHDRAWN = PostState.REMOVED, PostState.WITHDRAWN


class Urgency(IntEnum):
    """How soon a moderator should look. Smaller is sooner: the queue is read in ascending order."""

    AT_ONCE = 1
    SOON = 2
    IN_TURN = 3
    WHEN_QUIET = 4


class Rule(NamedTuple):
    """A rule of the community: what a decision rests on, and what its author is shown."""

    key: str
    title: str
    text: str
    #: Worded by the admins of this forum, and shown as they wrote it.
    is_own: bool = False
    #: Only what was decided before rests on it.
    is_retired: bool = False

    @property
    def called(self) -> str:
        """The title as its reader is shown it."""
        return self.title if self.is_own else _(self.title)

    @property
    def says(self) -> str:
        """The text as its reader is shown it."""
        return self.text if self.is_own else _(self.text)


class Sort(NamedTuple):
    """One kind of case: its name, how soon it should be looked at, and its two buttons ("" for none)."""

    label: str
    urgency: Urgency
    accept: str
    decline: str


class Asks(StrEnum):
    """What a verdict wants to know beside rule and reason."""

    #: The address or number of the thread that asked it before.
    THREAD = "thread"
    TAGS = "tags"
    #: The post as it shall read.
    TEXT = "text"


class Verdict(NamedTuple):
    """One thing a moderator can do with an item.

    `label` is on the button and `help` beside it; `done` completes "a moderator … this answer". It is open to
    subjects in one of the states `sources` (of a post its state, of an account its standing, else "") and
    leaves them in state `to` (None: as they are). Open flags become `flags`.
    """

    key: str
    label: str
    help: str
    done: str
    sources: frozenset[str]
    to: str | None = None
    needs_rule: bool = False
    #: Only while there is something open to answer.
    while_open: bool = False
    flags: FlagState = FlagState.DECLINED
    tells_author: bool = True
    subject: SubjectKind = SubjectKind.POST
    asks: Asks | None = None
    needs_reason: bool = False
    #: Only on the post that opens a thread: it is about the thread.
    of_thread: bool = False
    #: The item stays open.
    leaves_open: bool = False
    #: It takes back an earlier decision; only where there is one.
    takes_back: bool = False
    #: A sanction can go with it.
    may_sanction: bool = False


#: The rules that a forum begins with; which ones hold is known to community_rules.py.
RULES: tuple[Rule, ...] = (
    Rule(
        "safety",
        N_("First, do no harm"),
        N_(
            "Tell what you know and what you lived through; do not tell strangers to take, combine, raise or "
            "stop anything. Anything urgent belongs with a doctor or an emergency line."
        ),
    ),
    Rule(
        "sources",
        N_("Sources say what they say"),
        N_(
            "A statement that leans on a source must be one that the source supports. Quote it, or give "
            "the page."
        ),
    ),
    Rule(
        "respect",
        N_("Be kind to people, hard on statements"),
        N_(
            "Disagree with what was said, never with who said it. No insults, no mockery, nobody’s private "
            "affairs."
        ),
    ),
    Rule(
        "promotion",
        N_("Nothing for sale"),
        N_("No advertising, no referral links, and nothing about where or how to obtain substances."),
    ),
    Rule(
        "topic",
        N_("Keep to the question"),
        N_("An answer answers, a comment helps the post above it. What belongs elsewhere goes elsewhere."),
    ),
)

SORTS: Mapping[CaseKind, Sort] = {
    CaseKind.RETRACTION: Sort(
        N_("Posts rest on a retracted source"), Urgency.SOON, N_("I have looked at them"), ""
    ),
    CaseKind.DUPLICATE: Sort(
        N_("Possible duplicate"), Urgency.WHEN_QUIET, N_("They are one work: merge"), N_("Two works")
    ),
    CaseKind.CORRECTION: Sort(
        N_("Proposed correction"), Urgency.IN_TURN, N_("Correct it"), N_("Leave it as it is")
    ),
    CaseKind.POLICY: Sort(
        N_("Cited in spite of the source policy"), Urgency.IN_TURN, N_("I have looked at it"), ""
    ),
}


_POST_STATES = frozenset({HELD, SHOWN, HIDDEN, REMOVED, WITHDRAWN})
_STANDINGS = frozenset(Standing)
#: Whether a held account is let in is answered first.
_ADMITTED = _STANDINGS - {Standing.HELD}
_NO_STATE = frozenset({""})
UPHELD = FlagState.UPHELD

VERDICTS: tuple[Verdict, ...] = (
    Verdict(
        "publish", N_("Publish"), N_("Everyone can read it."), N_("published"), frozenset({HELD}), SHOWN,
    ),
    Verdict(
        "keep", N_("Keep"), N_("It stays as it is; its author and those who flagged it are told."),
        N_("kept"),
        frozenset({SHOWN}), while_open=True,
    ),
    Verdict(
        "dismiss", N_("Dismiss the flags"), N_("It stays as it is; its author hears nothing."),
        N_("dismissed the flags on"), frozenset({SHOWN, HIDDEN, REMOVED, WITHDRAWN}), while_open=True,
        tells_author=False,
    ),
    Verdict(
        "return", N_("Send back"), N_("Its author can mend it and send it in again. Say what to mend."),
        N_("sent back"),
        frozenset({HELD, SHOWN}), HIDDEN, flags=UPHELD, needs_reason=True,
    ),
    Verdict(
        "edit", N_("Mend and publish"), N_("You change the text; its author sees what you changed."),
        N_("mended"),
        frozenset({HELD, SHOWN, HIDDEN}), SHOWN, flags=UPHELD, asks=Asks.TEXT, needs_reason=True,
    ),
    Verdict(
        "hide", N_("Hide"), N_("For now; its author can mend it. Needs a rule and a reason."), N_("hid"),
        frozenset({HELD, SHOWN, REMOVED}), HIDDEN, needs_rule=True, flags=UPHELD, may_sanction=True,
    ),
    Verdict(
        "remove", N_("Remove"), N_("It has no place here as it stands. Needs a rule and a reason."),
        N_("removed"),
        # A withdrawn one too: else its author could bring it back.
        frozenset({HELD, SHOWN, HIDDEN, WITHDRAWN}), REMOVED, needs_rule=True, flags=UPHELD,
        may_sanction=True,
    ),
    Verdict(
        "restore", N_("Restore"), N_("Undoes hiding or removing: everyone can read it again."),
        N_("restored"),
        frozenset({HIDDEN, REMOVED}), SHOWN,
    ),
    Verdict(
        "duplicate", N_("Close as a duplicate"), N_("It names the thread that asked it before."),
        N_("closed as a duplicate"), frozenset({SHOWN}), flags=UPHELD, asks=Asks.THREAD, of_thread=True,
    ),
    Verdict(
        "retag", N_("Change the tags"), N_("It stays, where it belongs."), N_("retagged"),
        frozenset({SHOWN}), flags=UPHELD, asks=Asks.TAGS, of_thread=True,
    ),
    Verdict(
        "close", N_("Close the thread"), N_("Nobody can answer any more. Needs a reason."),
        N_("closed the thread of"),
        frozenset({SHOWN}), flags=UPHELD, needs_reason=True, of_thread=True,
    ),
    Verdict(
        "lock", N_("Lock the thread"), N_("Nobody can write in it at all. Needs a reason."),
        N_("locked the thread of"),
        frozenset({SHOWN}), flags=UPHELD, needs_reason=True, of_thread=True,
    ),
    Verdict(
        "spammer", N_("Remove this spammer"),
        N_("Suspends the account for a year, removes all its posts, and blocks its mail address and links."),
        N_("removed as spam, with all of its author’s posts,"), frozenset({HELD, SHOWN, HIDDEN, WITHDRAWN}),
        REMOVED, needs_rule=True, flags=UPHELD,
    ),
    Verdict(
        "escalate", N_("Ask the admins"), N_("It waits for an admin. Say what you are unsure about."),
        N_("asked the admins about"), _POST_STATES, while_open=True, tells_author=False, needs_reason=True,
        leaves_open=True,
    ),
    Verdict(
        "undo", N_("Take the last decision back"),
        N_("Everything is as it was before it, and the item is open again."),
        N_("took back a decision about"),
        _POST_STATES, takes_back=True, leaves_open=True,
    ),
    Verdict(
        "admit", N_("Let them in"), N_("The account is like every other one."), N_("let in"),
        frozenset({Standing.HELD}), Standing.ACTIVE, subject=SubjectKind.ACCOUNT,
    ),
    Verdict(
        "turn-away", N_("Do not let them in"),
        N_("They can read, and what they write stays with them. They read your reason, and can appeal."),
        N_("did not let in"), frozenset({Standing.HELD}), while_open=True, needs_reason=True,
        subject=SubjectKind.ACCOUNT,
    ),
    Verdict(
        "dismiss-account", N_("Dismiss the flags"), N_("Nothing happens to the account; it hears nothing."),
        N_("dismissed the flags on"), _ADMITTED, while_open=True, tells_author=False,
        subject=SubjectKind.ACCOUNT,
    ),
    Verdict(
        "sanction", N_("Sanction"), N_("A warning, silence or suspension. Needs a rule and a reason."),
        N_("sanctioned"),
        _ADMITTED, needs_rule=True, flags=UPHELD, may_sanction=True, subject=SubjectKind.ACCOUNT,
    ),
    Verdict(
        "spam-account", N_("Remove this spammer"),
        N_("Suspends the account for a year, removes all its posts, and blocks its mail address and links."),
        N_("removed as a spammer"), frozenset({Standing.HELD, Standing.ACTIVE, Standing.SILENCED}),
        Standing.SUSPENDED, needs_rule=True, flags=UPHELD, subject=SubjectKind.ACCOUNT,
    ),
    Verdict(
        "escalate-acct", N_("Ask the admins"), N_("It waits for an admin. Say what you are unsure about."),
        N_("asked the admins about"), _STANDINGS, while_open=True, tells_author=False, needs_reason=True,
        leaves_open=True, subject=SubjectKind.ACCOUNT,
    ),
    Verdict(
        "undo-account", N_("Take the last decision back"),
        N_("Everything is as it was before it, and the item is open again."),
        N_("took back a decision about"),
        _STANDINGS, takes_back=True, leaves_open=True, subject=SubjectKind.ACCOUNT,
    ),
    Verdict(
        "dismiss-msg", N_("Dismiss the flags"), N_("Whoever wrote it hears nothing."),
        N_("dismissed the flags on"),
        _NO_STATE, while_open=True, tells_author=False, subject=SubjectKind.MESSAGE,
    ),
    Verdict(
        "uphold-msg", N_("It breaks a rule"), N_("Whoever wrote it is told. Needs a rule and a reason."),
        N_("found fault with"), _NO_STATE, needs_rule=True, while_open=True, flags=UPHELD, may_sanction=True,
        subject=SubjectKind.MESSAGE,
    ),
    Verdict(
        "undo-msg", N_("Take the last decision back"),
        N_("Everything is as it was before it, and the item is open again."),
        N_("took back a decision about"),
        _NO_STATE, takes_back=True, leaves_open=True, subject=SubjectKind.MESSAGE,
    ),
    Verdict(
        "dismiss-ref", N_("Dismiss the flags"), N_("The reference stays as it is."),
        N_("dismissed the flags on"),
        _NO_STATE, while_open=True, tells_author=False, subject=SubjectKind.REFERENCE,
    ),
    Verdict(
        "uphold-ref", N_("It is mended"), N_("The flags were right; what was wrong is put right."),
        N_("put right"),
        _NO_STATE, while_open=True, flags=UPHELD, tells_author=False, subject=SubjectKind.REFERENCE,
    ),
    Verdict(
        "undo-ref", N_("Take the last decision back"),
        N_("Everything is as it was before it, and the item is open again."),
        N_("took back a decision about"),
        _NO_STATE, takes_back=True, leaves_open=True, tells_author=False, subject=SubjectKind.REFERENCE,
    ),
    Verdict(
        "grant", N_("Grant the appeal"), N_("The decision is taken back: everything is as it was before it."),
        N_("granted"), _NO_STATE, while_open=True, tells_author=False, subject=SubjectKind.APPEAL,
    ),
    Verdict(
        "refuse", N_("Refuse the appeal"), N_("The decision stands. Its author reads your reason."),
        N_("refused"),
        _NO_STATE, while_open=True, tells_author=False, needs_reason=True, subject=SubjectKind.APPEAL,
    ),
    Verdict(
        "uphold-report", N_("It is illegal"),
        N_("A reported post is removed, and its author told. Needs a rule and a reason."), N_("acted on"),
        _NO_STATE,
        needs_rule=True, while_open=True, tells_author=False, subject=SubjectKind.REPORT,
    ),
    Verdict(
        "decline-report", N_("Not illegal"), N_("Nothing is removed. Whoever reported it reads your reason."),
        N_("declined"), _NO_STATE, while_open=True, tells_author=False, needs_reason=True,
        subject=SubjectKind.REPORT,
    ),
    Verdict(
        "undo-report", N_("Take the last decision back"),
        N_("What was removed is as it was before it, and the report is open again. Whoever reported it is"
        " told."),
        N_("took back a decision about"), _NO_STATE, takes_back=True, leaves_open=True, tells_author=False,
        subject=SubjectKind.REPORT,
    ),
)  # fmt: skip

#: Verdicts that shut somebody out, or can do nothing else than sanction.
AGAINST_ACCOUNTS = ("sanction", "spammer", "spam-account")
#: Verdicts for one item at a time: they reach further, or need more than a rule and a reason.
ALONE = (*AGAINST_ACCOUNTS, *(verdict.key for verdict in VERDICTS if verdict.asks or verdict.takes_back))
#: Verdicts after which readers no longer see the post.
TAKEN_DOWN = ("hide", "remove", "return", "spammer")
RULE = {rule.key: rule for rule in RULES}
VERDICT = {verdict.key: verdict for verdict in VERDICTS}


def offered(
    state: str,
    is_open: bool,
    subject: SubjectKind = SubjectKind.POST,
    *,
    opens_thread: bool = False,
    was_decided: bool = False,
) -> tuple[Verdict, ...]:
    """What can be done with an item whose subject is in `state`: the buttons, and all that the server allows.

    `opens_thread`: its post is the first of a thread; `was_decided`: there is a decision to take back.
    """
    return tuple(
        verdict
        for verdict in VERDICTS
        if verdict.subject == subject
        and state in verdict.sources
        and (is_open or not verdict.while_open)
        and (opens_thread or not verdict.of_thread)
        and ((was_decided and not is_open) or not verdict.takes_back)
    )
