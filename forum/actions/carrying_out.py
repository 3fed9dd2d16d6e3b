"""What each verdict does beyond being written down: to posts, to accounts, to threads."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import standing
from forum.accounts.tables import Actor, Standing
from forum.discussion import posts
from forum.discussion.tables import Post, PostState, Thread
from forum.discussion.visibility import Change
from forum.inbox import subscriptions
from forum.moderation import sanctions, waiting
from forum.moderation.decisions import Case, Order, Ruling, days_of
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import Decision, Flag, FlagState, Happening, ReviewItem, SanctionKind

NOTHING = Change([], [])

#: What a verdict does beside moving its post; a verdict that is not here does nothing else.
Deed = Callable[[Session, Actor, Case, Ruling, Order], Change]


def carry_out(db: Session, actor: Actor, case: Case, ruling: Ruling, order: Order) -> Change:
    """The verdict is done, with its sanction; answers what readers see from now on, and what no longer."""
    deed = DEEDS.get(ruling.verdict.key, _move)
    change = deed(db, actor, case, ruling, order)
    if order.sanction and case.author_id is not None:
        kind = SanctionKind(order.sanction)
        days = days_of(order.sanction, order.days)
        sanctions.impose(db, ruling.decision, case.author_id, kind, days)
    return change


def _move(db: Session, actor: Actor, case: Case, ruling: Ruling, _order: Order) -> Change:
    """The post, or the account, is in the state that the verdict names."""
    decision = ruling.decision
    if decision.to_state == decision.from_state:
        return NOTHING
    if case.subject.kind == SubjectKind.ACCOUNT:
        standing.move(db, case.subject.id, Standing(decision.to_state), actor.id)
        return NOTHING
    post = db.get_one(Post, case.subject.id)
    was_seen = post.shown_at is not None
    change = posts.move(db, post, PostState(decision.to_state), actor.id, decision.reason)
    if post.visible and not was_seen:
        subscriptions.announce(db, db.get_one(Thread, post.thread_id), post, post.mentions)
    return change


def _escalate(db: Session, actor: Actor, case: Case, _ruling: Ruling, _order: Order) -> Change:
    """Only admins decide it from now on; it is more pressing."""
    item = db.get_one(ReviewItem, case.item_id)
    item.is_escalated = True
    waiting.refresh(db, item, Happening.DECIDED, actor.id)
    return NOTHING


def _undo(db: Session, actor: Actor, case: Case, ruling: Ruling, _order: Order) -> Change:
    """Everything is as it was before the last decision, and the item waits again."""
    undone = db.get_one(Decision, case.last_decision)
    change = take_back(db, actor, undone)
    ruling.decision.to_state = undone.from_state if case.subject.kind == SubjectKind.POST else case.status
    item = db.get_one(ReviewItem, case.item_id, populate_existing=True)
    item.held_because = undone.before.get("held_because", "")
    for flag in db.scalars(select(Flag).where(Flag.decision_id == undone.id)):
        flag.state, flag.decision_id = FlagState.OPEN, None
    waiting.refresh(db, item, Happening.DECIDED, actor.id)
    return change


def take_back(db: Session, actor: Actor, undone: Decision) -> Change:
    """What the decision did to its post and to the account is as it was before it."""
    sanctions.lift(db, undone.id, actor.id)
    if undone.post_id is None or undone.from_state == undone.to_state:
        return NOTHING
    post = db.get_one(Post, undone.post_id)
    if post.state != undone.to_state:
        return NOTHING
    return posts.move(db, post, PostState(undone.from_state), actor.id, "a decision was taken back")


DEEDS: dict[str, Deed] = {
    "escalate": _escalate,
    "escalate-acct": _escalate,
    "undo": _undo,
    "undo-account": _undo,
}
