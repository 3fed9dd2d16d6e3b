"""Decisions: one winner for each version of an item, and a clear word for everybody who came second."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.accounts import standing
from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row
from forum.discussion import anonymity
from forum.discussion.tables import Post, PostKind
from forum.discussion.wording import Form
from forum.errors import Conflict, Invalid, NotFound
from forum.languages.formats import long_day
from forum.languages.words import N_, _
from forum.moderation import claims, community_rules, flags, subjects, waiting
from forum.moderation.rules import AGAINST_ACCOUNTS, VERDICT, Asks, Verdict, offered
from forum.moderation.sanctions import LONGEST_DAYS
from forum.moderation.statement import within
from forum.moderation.subjects import Subject, SubjectKind
from forum.moderation.tables import Decision, Flag, Happening, ItemState, ReviewItem, SanctionKind

REASON_LENGTH = 2000

#: Of an item whose post has no name.
UNNAMED = N_(
    "Nobody can be sanctioned for a post without a name until a moderator has looked who wrote it. After"
    " that, it is decided about the account."
)
#: What is missing when a verdict asks for more.
ASKS = {
    Asks.THREAD: N_("Give the address of the thread that asked it before."),
    Asks.TAGS: N_("Give the tags that it should have."),
    Asks.TEXT: N_("The text is empty."),
}
_WORDS = {
    Happening.HELD: N_("its author sent it back for review"),
    Happening.FLAGGED: N_("somebody flagged it"),
    Happening.REWORDED: N_("its author changed it"),
    Happening.WITHDRAWN: N_("its author withdrew it"),
    Happening.UNFLAGGED: N_("somebody took a flag back"),
}
#: What Stale says.
BY = N_(
    "{who} {what} this post on {day} at {time} UTC. Nothing of yours was saved. Open the item again to decide"
    " on what is there now."
)
UNSAID = N_(
    "While you were reading, {what} ({day} at {time} UTC). Nothing of yours was saved. Open the item again to"
    " decide on what is there now."
)


class Stale(Conflict):
    """The item has changed since the moderator read it: `who` (None: not to be told) did `what`, and when."""

    code = "stale"
    title = N_("Something happened meanwhile")

    def __init__(self, item_id: int, who: str | None, what: str, at: datetime) -> None:
        self.item_id, self.who, self.what, self.at = item_id, who, what, at
        said = BY if who else UNSAID
        super().__init__(_(said).format(who=who, what=_(what), day=long_day(at), time=f"{at:%H:%M}"))


class Order(NamedTuple):
    """What a moderator wants done, as typed. `sanction` is "" or a SanctionKind, `days` its length; `more` is
    what the verdict asks for beside rule and reason.
    """

    verdict: str
    rule: str = ""
    reason: str = ""
    sanction: str = ""
    days: str = ""
    more: str = ""
    #: It carries on what was decided by a rule that was in force then.
    goes_on: bool = False


class Case(NamedTuple):
    """An item as a decision finds it. `status` is its post's state or its account's standing, else "".

    `author_id`: whom it concerns; `last_decision`: the id of the latest that is in force; `can_undo`: what it
    decided about is still as it left it.
    """

    item_id: int
    subject: Subject
    state: str
    version: int
    is_escalated: bool
    status: str
    author_id: int | None
    revision: int | None
    opens_thread: bool
    last_decision: int | None
    can_undo: bool
    held_because: str
    opened_at: datetime

    @property
    def offered(self) -> tuple[Verdict, ...]:
        """All that can be done with it now."""
        found = offered(
            self.status,
            self.state == ItemState.OPEN,
            self.subject.kind,
            opens_thread=self.opens_thread,
            was_decided=self.can_undo,
        )
        return sparing_unnamed(self.author_id, found)


def sparing_unnamed(author_id: int | None, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Those that concern the post alone, if it has no name."""
    if author_id != anonymity.ACCOUNT_ID:
        return verdicts
    return tuple(verdict for verdict in verdicts if verdict.key not in AGAINST_ACCOUNTS)


class Ruling(NamedTuple):
    """A decision, the line of the table it follows, and the flags whose outcome is news.

    `is_reversal`: nothing was open, so this is a second thought about an earlier decision, `reverses`.
    """

    decision: Decision
    verdict: Verdict
    news: Sequence[Flag]
    reverses: int | None

    @property
    def is_reversal(self) -> bool:
        return self.reverses is not None


def read(db: Session, item_id: int) -> Case:
    """The item as a decision finds it; NotFound if there is none."""
    item = db.scalars(
        select(ReviewItem).where(ReviewItem.id == item_id), execution_options={"populate_existing": True}
    ).first()
    if item is None:
        raise NotFound
    subject = subjects.of(item)
    status, revision, opens = _status(db, subject)
    last = in_force(db, item_id)
    return Case(
        item.id,
        subject,
        item.state,
        item.version,
        item.is_escalated,
        status,
        waiting.author_of(db, subject),
        revision,
        opens,
        last.id if last else None,
        # Its author may have gone on with a post since then; an account's standing may have run out.
        last is not None and (subject.kind != SubjectKind.POST or last.to_state == status),
        item.held_because,
        item.opened_at,
    )


def in_force(db: Session, item_id: int) -> Decision | None:
    """The latest decision about the item that was not taken back; None if nothing is decided."""
    taken_back = 0
    for made in db.scalars(select(Decision).where(Decision.item_id == item_id).order_by(Decision.id.desc())):
        if VERDICT[made.verdict].takes_back:
            taken_back += 1
        elif taken_back and not VERDICT[made.verdict].leaves_open:
            taken_back -= 1
        elif not VERDICT[made.verdict].leaves_open:
            return made
    return None


def is_overtaken(db: Session, decision: Decision) -> bool:
    """Whether something else was decided about the same item since, and still holds."""
    holds = in_force(db, decision.item_id)
    return holds is not None and holds.id > decision.id


def _status(db: Session, subject: Subject) -> tuple[str, int | None, bool]:
    """The state, the revision, and whether it opens a thread, as far as the subject has them."""
    if subject.kind == SubjectKind.POST:
        post = row(db, select(Post.state, Post.revision, Post.kind).where(Post.id == subject.id))
        return (post.state, post.revision, post.kind == PostKind.OPENING) if post else ("", None, False)
    if subject.kind == SubjectKind.ACCOUNT:
        return standing.of(db, subject.id), None, False
    return "", None, False


def decide(db: Session, case: Case, moderator_id: int, order: Order, version: int) -> Ruling:
    """The item is decided and its flags are settled; carrying the verdict out is the caller's next line.

    Claimed if somebody else holds the item; Stale if it is no longer at `version`; Invalid for a verdict that
    is not offered, or without what it needs.
    """
    claims.check(db, case.item_id, moderator_id)
    if case.version != version:
        raise _stale(db, case.item_id)
    chosen, words = _checked(db, case, order)
    _win(db, case.item_id, moderator_id, version, leaves_open=chosen.leaves_open)
    reverses = case.last_decision if case.state == ItemState.DECIDED else None
    decision = Decision(
        item_id=case.item_id,
        post_id=case.subject.id if case.subject.kind == SubjectKind.POST else None,
        author_id=case.author_id,
        moderator_id=moderator_id,
        verdict=chosen.key,
        rule=order.rule,
        reason=words,
        from_state=case.status,
        to_state=chosen.to or case.status,
        revision=case.revision,
        before=_before(case, reverses),
        at=now(),
        waited_seconds=None if chosen.leaves_open else _waited(case),
    )
    db.add(decision)
    db.flush()
    news = () if chosen.leaves_open else flags.settle(db, decision, chosen.flags, reverses)
    return Ruling(decision, chosen, news, reverses)


def _before(case: Case, reverses: int | None) -> dict[str, Any]:
    """What `carrying_out` puts back when the decision is taken back."""
    facts = {"held_because": case.held_because, "is_escalated": case.is_escalated, "reverses": reverses}
    return {name: value for name, value in facts.items() if value}


def _waited(case: Case) -> int | None:
    """How many seconds the item has been open; None if it is not."""
    return round((now() - case.opened_at).total_seconds()) if case.state == ItemState.OPEN else None


def _stale(db: Session, item_id: int) -> Stale:
    item = row(
        db,
        select(ReviewItem.happened, ReviewItem.happened_at, Account.name)
        .outerjoin(Account, Account.id == ReviewItem.happened_by_id)
        .where(ReviewItem.id == item_id),
    )
    if item is None:
        raise NotFound
    if item.happened != Happening.DECIDED:
        return Stale(item_id, None, _WORDS[Happening(item.happened)], item.happened_at)
    last = select(Decision.verdict).where(Decision.item_id == item_id).order_by(Decision.id.desc()).limit(1)
    # The cases of a reference are settled without a decision.
    key = db.scalars(last).first()
    return Stale(item_id, item.name, VERDICT[key].done if key else N_("settled a case of"), item.happened_at)


def _checked(db: Session, case: Case, order: Order) -> tuple[Verdict, str]:
    chosen = {verdict.key: verdict for verdict in case.offered}.get(order.verdict)
    if chosen is None:
        raise Invalid({"verdict": _("Choose one of the decisions that are offered for this item.")})
    sanctioned = bool(order.sanction) or chosen.key == "sanction"
    form = Form()
    form.take("rule", lambda key: _rule(db, key, chosen.needs_rule or sanctioned, order), order.rule)
    needed = chosen.needs_rule or chosen.needs_reason or sanctioned
    words = form.take("reason", lambda text: _reason(text, chosen, needed), order.reason)
    if sanctioned:
        form.take("sanction", lambda kind: _sanction(case, kind, chosen), order.sanction)
        form.take("days", lambda typed: days_of(order.sanction, typed), order.days)
    if chosen.asks is not None and not order.more.strip():
        form.complaints["more"] = _(ASKS[chosen.asks])
    form.done()
    return chosen, words or ""


def _sanction(case: Case, kind: str, verdict: Verdict) -> str:
    if case.author_id == anonymity.ACCOUNT_ID:
        raise ValueError(_(UNNAMED))
    if kind not in tuple(SanctionKind):
        raise ValueError(_("Choose what happens to the account."))
    if not verdict.may_sanction:
        raise ValueError(_("“{label}” goes without a sanction.").format(label=_(verdict.label)))
    return kind


def days_of(kind: str, typed: str) -> int:
    """The length of a sanction in days; 0 for a warning. ValueError with a sentence for who typed it."""
    if kind == SanctionKind.WARNING:
        return 0
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0
    if not 1 <= number <= LONGEST_DAYS:
        raise ValueError(_("For how many days? From 1 to {longest_days}.").format(longest_days=LONGEST_DAYS))
    return number


def _rule(db: Session, key: str, needed: bool, order: Order) -> str:
    rule = community_rules.every(db).get(key)
    is_good = rule is not None and (order.goes_on or not rule.is_retired)
    if not is_good and (key or needed):
        raise ValueError(_("Choose the rule that this rests on."))
    return key


def _reason(text: str, verdict: Verdict, needed: bool) -> str:
    words = within(text, REASON_LENGTH)
    if needed and not words and not verdict.tells_author:
        raise ValueError(_("Say in a few words why."))
    if needed and not words:
        raise ValueError(_("Say why, to its author: what is wrong with it and what would mend it."))
    return words


def _win(db: Session, item_id: int, moderator_id: int, version: int, *, leaves_open: bool) -> None:
    """The item is decided by this moderator; Stale or Claimed if somebody else was faster."""
    moment = now()
    mine = update(ReviewItem).where(
        ReviewItem.id == item_id, ReviewItem.version == version, claims.free_for(moderator_id)
    )
    values: dict[str, object] = {
        "version": version + 1,
        "happened": Happening.DECIDED,
        "happened_at": moment,
        "happened_by_id": moderator_id,
        "claimed_by_id": None,
        "claimed_until": None,
    }
    if not leaves_open:
        values |= {
            "state": ItemState.DECIDED,
            "decided_at": moment,
            "held_because": "",
            "flag_count": 0,
            "is_escalated": False,
        }
    done = db.execute(mine.values(values), execution_options={"synchronize_session": False})
    if not done.rowcount:  # type: ignore[attr-defined]
        claims.check(db, item_id, moderator_id)
        raise _stale(db, item_id)
