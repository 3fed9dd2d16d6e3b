"""What each verdict does, beyond being written down, to posts, accounts, threads; and how that is undone."""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts import standing
from forum.accounts.tables import Actor, Standing
from forum.actions import appealing, mending, reporting, spamming, telling, tending
from forum.clock import now
from forum.discussion import posts
from forum.discussion.tables import Post, PostState, Thread, ThreadMove
from forum.discussion.visibility import Change
from forum.errors import Invalid
from forum.inbox import subscriptions
from forum.moderation import batches, decisions, flags, log, sanctions, waiting
from forum.moderation.decisions import Case, Order, Ruling, days_of
from forum.moderation.reversals import TAKES_BACK
from forum.moderation.rules import VERDICT
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import Decision, Happening, ReviewItem, SanctionKind

NOTHING = Change([], [])
#: So many decisions are made, or taken back, with one click at once; a job goes on with the others.
MOST_AT_ONCE = 30
#: Where a form about a decision has what `tending` calls otherwise.
_FIELDS = {"original": "more", "tags": "more", "why": "reason"}

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
    if case.subject.kind == SubjectKind.ACCOUNT:
        ruling.decision.to_state = standing.of(db, case.subject.id)
    return change


def take_back(db: Session, actor: Actor, undone: Decision) -> Change:
    """What the decision did, and what was decided with the same click, is as it was before; also sanctions.

    The flags that it settled, and its own item, are the caller's; `reopen` opens them again.
    """
    sanctions.lift(db, undone.id, actor.id)
    spamming.let_in(db, undone)
    change = _put_back(db, actor, undone)
    return together([change, take_back_covered(db, actor, undone)])


def take_back_covered(db: Session, actor: Actor, undone: Decision, after: int = 0) -> Change:
    """What it covered, other posts of its author, is taken back where it holds; only ids behind that one.

    Of very much only some, and a job goes on.
    """
    found = batches.covered(db, undone.id, after)
    if len(found) > MOST_AT_ONCE:
        last = found[MOST_AT_ONCE - 1].id
        key = f"uncover-{undone.id}-{last}"
        jobs.put(db, "moderation.uncover", key=key, decision_id=undone.id, actor_id=actor.id, after=last)
    hold = [other for other in found[:MOST_AT_ONCE] if decisions.in_force(db, other.item_id) is other]
    return together(_take_back_with(db, actor, other) for other in hold)


def reopen(db: Session, actor: Actor, undone: Decision) -> None:
    """The undone decision's flags are what they were before it, and its item waits for what it waited for."""
    earlier = undone.before.get("reverses")
    if earlier is None:
        flags.reopen(db, undone.id)
    else:
        former = db.get_one(Decision, earlier)
        flags.settle_anew(db, former, VERDICT[former.verdict].flags, undone.id)
    item = db.get_one(ReviewItem, undone.item_id, populate_existing=True)
    item.held_because = undone.before.get("held_because", "")
    item.is_escalated = undone.before.get("is_escalated", False)
    waiting.refresh(db, item, Happening.DECIDED, actor.id)


def together(changes: Iterable[Change]) -> Change:
    """All the changes as one."""
    all_of_them = list(changes)
    return Change(
        sorted({post_id for change in all_of_them for post_id in change.appeared}),
        sorted({post_id for change in all_of_them for post_id in change.gone}),
    )


# --- deeds -------------------------------------------------------------------------------------------------


def _move(db: Session, actor: Actor, case: Case, ruling: Ruling, _order: Order) -> Change:
    """The post, or the account, is in the state that the verdict names."""
    decision = ruling.decision
    if decision.to_state == decision.from_state:
        return NOTHING
    if case.subject.kind == SubjectKind.ACCOUNT:
        standing.move(db, case.subject.id, Standing(decision.to_state), actor.id)
        return NOTHING
    post = db.get_one(Post, case.subject.id)
    is_news = post.shown_at is None or posts.is_undone(db, post)
    change = posts.move(db, post, PostState(decision.to_state), actor.id, decision.reason)
    if is_news:
        subscriptions.announce(db, db.get_one(Thread, post.thread_id), post, post.mentions, again=True)
    return change


def _mend(db: Session, actor: Actor, case: Case, ruling: Ruling, order: Order) -> Change:
    """The post says what the moderator wrote, and is shown."""
    decision, post = ruling.decision, db.get_one(Post, case.subject.id)
    page = mending.checked(post, order.more)
    _remember(decision, **mending.mend(db, actor, post, page, decision.reason))
    return together([_move(db, actor, case, ruling, order), _as_it_is(post)])


def _tend(db: Session, actor: Actor, case: Case, ruling: Ruling, order: Order) -> Change:
    """The thread that the post opens is closed, locked or retagged, as on its own page."""
    thread_id = db.get_one(Post, case.subject.id).thread_id
    try:
        made = _TENDED[ruling.verdict.key](db, actor, thread_id, order.more, ruling.decision.reason)
    except Invalid as error:
        raise Invalid({_FIELDS.get(name, name): words for name, words in error.fields.items()}) from None
    _remember(ruling.decision, thread_move=made.id)
    return NOTHING


def _remove_spammer(db: Session, actor: Actor, case: Case, ruling: Ruling, order: Order) -> Change:
    """Whoever wrote it is shut out; their other posts are the next line of the action."""
    assert case.author_id is not None, "a post and an account have somebody"
    spamming.shut_out(db, ruling.decision, case.author_id)
    return NOTHING if case.subject.kind == SubjectKind.ACCOUNT else _move(db, actor, case, ruling, order)


def _escalate(db: Session, actor: Actor, case: Case, ruling: Ruling, _order: Order) -> Change:
    """Only admins decide it from now on; it is more pressing."""
    item = db.get_one(ReviewItem, case.item_id)
    item.is_escalated = True
    waiting.refresh(db, item, Happening.DECIDED, actor.id)
    telling.ask_admins(db, actor, case, ruling.decision)
    return NOTHING


def _go_on(db: Session, actor: Actor, case: Case, _ruling: Ruling, _order: Order) -> Change:
    """The reference's flags are answered; its cases, if there are open ones, still wait."""
    item = db.get_one(ReviewItem, case.item_id, populate_existing=True)
    waiting.refresh(db, item, Happening.DECIDED, actor.id)
    return NOTHING


def _undo(db: Session, actor: Actor, case: Case, ruling: Ruling, _order: Order) -> Change:
    """Everything is as it was before the last decision, and the item waits for what it waited for then."""
    undone = db.get_one(Decision, case.last_decision)
    change = take_back(db, actor, undone)
    if case.subject.kind == SubjectKind.REPORT:
        reporting.reopen(db, actor, case, ruling, undone)
    reopen(db, actor, undone)
    if undone.post_id is not None:
        ruling.decision.to_state = db.get_one(Post, undone.post_id).state
    appealing.met(db, actor, ruling, undone)
    return change


def _grant(db: Session, actor: Actor, case: Case, ruling: Ruling, _order: Order) -> Change:
    """What was appealed against is as it was before it; everybody concerned is told."""
    undone = appealing.appealed(db, case)
    appealing.grant(db, actor, case, ruling, undone, take_back(db, actor, undone))
    return NOTHING


_TENDED: dict[str, Callable[[Session, Actor, int, str, str], ThreadMove]] = {
    "close": lambda db, actor, thread_id, _more, why: tending.close(
        db, actor, thread_id, why, by_decision=True
    ),
    "lock": lambda db, actor, thread_id, _more, why: tending.lock(
        db, actor, thread_id, why, by_decision=True
    ),
    "duplicate": lambda db, actor, thread_id, more, why: tending.close_as_duplicate(
        db, actor, thread_id, more, why, by_decision=True
    ),
    "retag": lambda db, actor, thread_id, more, why: tending.retag(
        db, actor, thread_id, more, why, by_decision=True
    ),
}
DEEDS: dict[str, Deed] = {
    "edit": _mend,
    **dict.fromkeys(_TENDED, _tend),
    "spammer": _remove_spammer,
    "spam-account": _remove_spammer,
    "escalate": _escalate,
    "escalate-acct": _escalate,
    "dismiss-ref": _go_on,
    "uphold-ref": _go_on,
    **dict.fromkeys(TAKES_BACK, _undo),
    "grant": _grant,
    "refuse": appealing.refuse,
    "uphold-report": reporting.uphold,
    "decline-report": reporting.decline,
}


# --- taking back -------------------------------------------------------------------------------------------


def _put_back(db: Session, actor: Actor, undone: Decision) -> Change:
    """The decision's own post, thread or account is as it was before it, if nothing became of it since."""
    if decisions.is_overtaken(db, undone):
        return NOTHING
    if move_id := undone.before.get("thread_move"):
        tending.undo(db, actor, move_id, by_decision=True)
        return NOTHING
    if undone.post_id is None:
        _hold_again(db, actor, undone)
        return NOTHING
    post = db.get_one(Post, undone.post_id)
    if post.state != undone.to_state:
        return NOTHING
    change = NOTHING
    if undone.from_state != undone.to_state:
        why = "A decision was taken back."
        change = posts.move(db, post, PostState(undone.from_state), actor.id, why)
    # After the move: readers who never saw the former words shall not find them in the history.
    if "mended" in undone.before:
        mending.unmend(db, actor, post, undone.before)
        change = together([change, _as_it_is(post)])
    return change


def _hold_again(db: Session, actor: Actor, undone: Decision) -> None:
    """An account that waited for a moderator waits again."""
    account_id = undone.author_id
    if undone.from_state != Standing.HELD or account_id is None:
        return
    if standing.of(db, account_id) == Standing.ACTIVE:
        standing.move(db, account_id, Standing.HELD, actor.id)


def _take_back_with(db: Session, actor: Actor, other: Decision) -> Change:
    """A covered decision is taken back with the first, and that is a decision too."""
    change = _put_back(db, actor, other)
    reopen(db, actor, other)
    post = db.get_one(Post, other.post_id)
    again = Decision(
        item_id=other.item_id,
        post_id=post.id,
        author_id=other.author_id,
        moderator_id=actor.id,
        verdict="undo",
        from_state=other.to_state,
        to_state=post.state,
        revision=post.revision,
        at=now(),
    )
    db.add(again)
    db.flush()
    log.write(db, again)
    return change


def _remember(decision: Decision, **facts: object) -> None:
    decision.before = {**decision.before, **facts}


def _as_it_is(post: Post) -> Change:
    """Readers see the post, if they do, with other words."""
    return Change([post.id] if post.visible else [], [])
