"""Decisions: one winner for each version of an item, and a clear word for everybody who came second."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row
from forum.discussion.tables import Post
from forum.discussion.wording import Form
from forum.errors import Conflict, Invalid, NotFound
from forum.moderation import claims, flags
from forum.moderation.rules import RULE, VERDICT, Verdict, offered
from forum.moderation.statement import within
from forum.moderation.tables import Decision, Flag, Happening, ItemState, ReviewItem

REASON_LENGTH = 2000

_WORDS = {
    Happening.HELD: "its author sent it back for review",
    Happening.FLAGGED: "somebody flagged it",
    Happening.REWORDED: "its author changed it",
    Happening.WITHDRAWN: "its author withdrew it",
}


class Stale(Conflict):
    """The item has changed since the moderator read it: `who` (None: not to be told) did `what`, and when."""

    code = "stale"
    title = "Something happened meanwhile"

    def __init__(self, item_id: int, who: str | None, what: str, at: datetime) -> None:
        self.item_id, self.who, self.what, self.at = item_id, who, what, at
        day = f"{at.day} {at:%B %Y at %H:%M} UTC"
        told = f"{who} {what} this post on {day}" if who else f"While you were reading, {what} ({day})"
        super().__init__(
            f"{told}. Nothing of yours was saved. Open the item again to decide on what is there now."
        )


class Ruling(NamedTuple):
    """A decision, the line of the table it follows, and the flags whose outcome is news.

    `is_reversal`: nothing was open, so this is a second thought about an earlier decision.
    """

    decision: Decision
    verdict: Verdict
    news: Sequence[Flag]
    is_reversal: bool


def decide(
    db: Session, item_id: int, moderator_id: int, verdict: str, rule: str, reason: str, version: int
) -> Ruling:
    """The item is decided and its flags are settled; moving the post is the caller's next line.

    Claimed if somebody else holds the item; Stale if it is no longer at `version`; Invalid for a verdict that
    is not offered, or for hiding or removing without a rule and a reason.
    """
    case = _case(db, item_id)
    claims.check(db, item_id, moderator_id)
    if case.version != version:
        raise _stale(db, item_id)
    chosen, words = _checked(case, verdict, rule, reason)
    _win(db, item_id, moderator_id, version)
    reverses = case.last_decision if case.state == ItemState.DECIDED else None
    decision = Decision(
        item_id=item_id,
        post_id=case.post_id,
        author_id=case.author_id,
        moderator_id=moderator_id,
        verdict=chosen.key,
        rule=rule,
        reason=words,
        from_state=case.post_state,
        to_state=chosen.to or case.post_state,
        at=now(),
    )
    db.add(decision)
    db.flush()
    news = flags.settle(db, decision, chosen.flags, reverses)
    return Ruling(decision, chosen, news, reverses is not None)


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
    return Stale(item_id, item.name, VERDICT[db.scalars(last).one()].done, item.happened_at)


def _case(db: Session, item_id: int) -> Row[Any]:
    last = select(func.max(Decision.id)).where(Decision.item_id == ReviewItem.id).scalar_subquery()
    case = row(
        db,
        select(
            ReviewItem.state,
            ReviewItem.version,
            ReviewItem.post_id,
            Post.state.label("post_state"),
            Post.author_id,
            last.label("last_decision"),
        )
        .join(Post, Post.id == ReviewItem.post_id)
        .where(ReviewItem.id == item_id),
    )
    if case is None:
        raise NotFound
    return case


def _checked(case: Row[Any], verdict: str, rule: str, reason: str) -> tuple[Verdict, str]:
    open_to = {v.key: v for v in offered(case.post_state, case.state == ItemState.OPEN)}
    chosen = open_to.get(verdict)
    if chosen is None:
        raise Invalid({"verdict": "Choose one of the decisions that are offered for this item."})
    form = Form()
    form.take("rule", lambda key: _rule(key, chosen.needs_rule), rule)
    words = form.take("reason", lambda text: _reason(text, chosen.needs_rule), reason)
    form.done()
    return chosen, words or ""


def _rule(key: str, needed: bool) -> str:
    if key not in RULE and (key or needed):
        raise ValueError("Choose the rule that this rests on.")
    return key


def _reason(text: str, needed: bool) -> str:
    words = within(text, REASON_LENGTH)
    if needed and not words:
        raise ValueError("Say why, to its author: what is wrong with it and what would mend it.")
    return words


def _win(db: Session, item_id: int, moderator_id: int, version: int) -> None:
    """The item is decided by this moderator; Stale or Claimed if somebody else was faster."""
    moment = now()
    mine = update(ReviewItem).where(
        ReviewItem.id == item_id, ReviewItem.version == version, claims.free_for(moderator_id)
    )
    values = {
        "state": ItemState.DECIDED,
        "version": version + 1,
        "happened": Happening.DECIDED,
        "happened_at": moment,
        "happened_by_id": moderator_id,
        "decided_at": moment,
        "held_because": "",
        "flag_count": 0,
        "claimed_by_id": None,
        "claimed_until": None,
    }
    done = db.execute(mine.values(values), execution_options={"synchronize_session": False})
    if not done.rowcount:  # type: ignore[attr-defined]
        claims.check(db, item_id, moderator_id)
        raise _stale(db, item_id)
