"""Appeals: an author answers a decision, and somebody else decides whether it stands."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import standing
from forum.accounts.tables import Actor, Standing
from forum.actions import effects, telling
from forum.clock import now
from forum.discussion import anonymity
from forum.discussion.tables import Post, PostState
from forum.discussion.visibility import Change
from forum.discussion.wording import Form
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import _
from forum.moderation import appeals, decisions, flags, log, reasons, statements, subjects, waiting
from forum.moderation.decisions import Case, Order, Ruling
from forum.moderation.rules import VERDICT, VERDICTS
from forum.moderation.statement import within
from forum.moderation.tables import Appeal, AppealState, Decision, Flag, FlagState, Happening, ReviewItem
from forum.policy import Permit

NOTHING = Change([], [])


def appeal(db: Session, actor: Actor, decision_id: int, words: str) -> Appeal:
    """The author's answer to the decision waits for another moderator.

    NotFound if the decision is about somebody else; Conflict, with the reason, if it cannot be appealed
    against (any more); Invalid (`words`) without words.
    """
    policy.require(Permit.OWN_STANDING, actor)
    form = Form()
    text = form.take("words", _words, words)
    form.done()
    decision = appeals.own_decision(db, actor.id, decision_id)
    return appeals.add(db, decision, text or "")


def appealed(db: Session, case: Case) -> Decision:
    """The decision against which the appeal is that this case is about."""
    return db.get_one(Decision, db.get_one(Appeal, case.subject.id).decision_id)


def grant(db: Session, actor: Actor, case: Case, ruling: Ruling, undone: Decision, change: Change) -> None:
    """The appeal is granted; its author, those who flagged and whoever had decided know.

    `undone` is taken back already, with this `change` for readers. A post or an account that had been held
    waits again.
    """
    granted = appeals.settle(db, case.subject.id, ruling.decision, AppealState.GRANTED)
    news = _settle_flags(db, ruling.decision, undone)
    _write_down(db, actor, undone)
    _wait_again(db, actor, undone)
    _tell_author(db, actor, granted, undone)
    _tell_moderator(db, actor, granted, undone)
    _tell_flaggers(db, news, undone)
    _publish(db, undone, change)


def met(db: Session, actor: Actor, ruling: Ruling, undone: Decision) -> None:
    """A decision was taken back without waiting for the appeal against it: that is granted with it."""
    waits = select(Appeal.id).where(Appeal.decision_id == undone.id, Appeal.state == AppealState.OPEN)
    if (appeal_id := db.scalar(waits)) is None:
        return
    granted = appeals.settle(db, appeal_id, ruling.decision, AppealState.GRANTED)
    waiting.refresh(db, waiting.take(db, subjects.appeal(appeal_id)), Happening.DECIDED, actor.id)
    _tell_author(db, actor, granted, undone)


def refuse(db: Session, actor: Actor, case: Case, ruling: Ruling, _order: Order) -> Change:
    """The appeal is refused: the decision stands, and its author reads why."""
    refused = appeals.settle(db, case.subject.id, ruling.decision, AppealState.REFUSED)
    _tell_author(db, actor, refused, appealed(db, case))
    return NOTHING


def _words(value: str) -> str:
    text = within(value, appeals.WORDS_LENGTH)
    if not text:
        raise ValueError(_("Say in your own words why the decision is wrong."))
    return text


def _settle_flags(db: Session, ruling: Decision, undone: Decision) -> Sequence[Flag]:
    """The flags are declined; if it was a second decision, they are what the first had made of them.

    They stay as they are where something else was decided since.
    """
    if decisions.is_overtaken(db, undone):
        return ()
    if (former_id := undone.before.get("reverses")) is None:
        return flags.settle_anew(db, ruling, FlagState.DECLINED, undone.id)
    former = db.get_one(Decision, former_id)
    return flags.settle_anew(db, former, VERDICT[former.verdict].flags, undone.id)


def _write_down(db: Session, actor: Actor, undone: Decision) -> None:
    """The item of the undone decision says so too, unless something else was decided about it since."""
    if decisions.in_force(db, undone.item_id) is not undone:
        return
    post = db.get_one(Post, undone.post_id) if undone.post_id is not None else None
    kind = subjects.of(db.get_one(ReviewItem, undone.item_id)).kind
    again = Decision(
        item_id=undone.item_id,
        post_id=undone.post_id,
        author_id=undone.author_id,
        moderator_id=actor.id,
        verdict=next(verdict.key for verdict in VERDICTS if verdict.takes_back and verdict.subject == kind),
        from_state=undone.to_state,
        to_state=post.state if post else undone.from_state,
        revision=post.revision if post else None,
        at=now(),
    )
    db.add(again)
    db.flush()
    log.write(db, again)


def _wait_again(db: Session, actor: Actor, undone: Decision) -> None:
    if not _waits(db, undone):
        return
    item = db.get_one(ReviewItem, undone.item_id, populate_existing=True)
    item.held_because = item.held_because or undone.before.get("held_because", "") or "An appeal was granted."
    waiting.refresh(db, item, Happening.DECIDED, actor.id)


def _waits(db: Session, undone: Decision) -> bool:
    """Whether what was decided about is held now."""
    if undone.post_id is not None:
        return db.get_one(Post, undone.post_id).state == PostState.HELD
    account_id = db.get_one(ReviewItem, undone.item_id).account_id
    return account_id is not None and standing.of(db, account_id) == Standing.HELD


def _tell_author(db: Session, actor: Actor, made: Appeal, decision: Decision) -> None:
    statement = statements.read(db, decision.id)
    assert statement is not None, "it was appealed against"
    letter = compose(
        "appeal",
        is_granted=made.state == AppealState.GRANTED,
        is_overtaken=decisions.is_overtaken(db, decision),
        moderator=actor.name,
        it={"verdict": statement.verdict, "what": statement.what, "title": statement.title},
        waits=_waits(db, decision),
        reason=made.answer,
        day=decision.at,
    )
    path = f"/account/decisions/{decision.id}"
    to = anonymity.writer(db, made.account_id, decision.post_id)
    thread_id = telling.thread_of(db, decision.post_id)
    messages.send(db, to, "appeal", letter, path, author_id=actor.id, thread_id=thread_id)


def _tell_moderator(db: Session, actor: Actor, made: Appeal, undone: Decision) -> None:
    if undone.moderator_id is None or undone.moderator_id == actor.id:
        return
    statement = statements.read(db, undone.id)
    assert statement is not None, "it was taken back"
    letter = compose(
        "overturned",
        moderator=actor.name,
        it={"what": statement.what, "title": statement.title},
        verdict=VERDICT[undone.verdict].label,
        reason=made.answer,
        day=undone.at,
    )
    path = f"/moderation/items/{undone.item_id}"
    messages.send(db, undone.moderator_id, "overturned", letter, path, author_id=actor.id)


def _tell_flaggers(db: Session, news: Sequence[Flag], undone: Decision) -> None:
    labels = reasons.every(db) if news else {}
    statement = statements.read(db, undone.id) if news else None
    path = f"/p/{undone.post_id}" if undone.post_id and db.get_one(Post, undone.post_id).visible else ""
    thread_id = telling.thread_of(db, undone.post_id)
    for flag in news:
        label, at = labels[flag.reason].label, flag.created_at
        letter = compose("reconsidered", what=statement.what if statement else "", reason=label, day=at)
        messages.send(db, flag.account_id, "outcome", letter, path, thread_id=thread_id)


def _publish(db: Session, undone: Decision, change: Change) -> None:
    """Readers see what came back; with one decision, posts of several threads can have been taken away."""
    ids = [*change.appeared, *change.gone, *([undone.post_id] if undone.post_id is not None else [])]
    found = db.scalars(select(Post.thread_id).where(Post.id.in_(ids)).distinct().order_by(Post.thread_id))
    for thread_id in found.all():
        effects.publish(db, thread_id, change, "log")
        change = NOTHING
