"""What the forum does by itself until a person has looked: enough flags hold a post."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts import admin_log
from forum.accounts.tables import Actor
from forum.db import row
from forum.discussion import anonymity, posts, visibility
from forum.discussion.naming import called
from forum.discussion.tables import Post, PostKind, PostState, Thread
from forum.errors import Invalid
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import _
from forum.moderation import log, sensitivity, subjects, thresholds, waiting
from forum.moderation.rules import VERDICT
from forum.moderation.sensitivity import Sensitivity
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import Decision, Happening, ReviewItem
from forum.policy import Permit

NOTHING = visibility.Change([], [])


def after_flag(db: Session, item: ReviewItem) -> visibility.Change:
    """The item's post is held if its flags are enough for that; the public log and its author are told that
    a machine did it. The item stays open until a person decides.

    Whatever a moderator has let stand as it reads now stays. The caller publishes the change, with the log.
    """
    subject = subjects.of(item)
    if subject.kind != SubjectKind.POST:
        return NOTHING
    post = db.get_one(Post, subject.id)
    thread = db.get_one(Thread, post.thread_id)
    if post.state != PostState.SHOWN or _has_been_judged(db, item, post):
        return NOTHING
    # With the question all answers to it would be gone.
    has_answers = post.kind == PostKind.OPENING and thread.answer_count > 0
    raised = thresholds.raised(db, item.id)
    held = thresholds.judge(raised, sensitivity.of(db), has_answers=has_answers)
    return _hold(db, item, thread, post, held) if held else NOTHING


def _has_been_judged(db: Session, item: ReviewItem, post: Post) -> bool:
    """Whether the latest word about the post, as it reads now, is a moderator's."""
    last = row(
        db,
        select(Decision.verdict, Decision.revision, Decision.moderator_id)
        .where(Decision.item_id == item.id)
        .order_by(Decision.id.desc())
        .limit(1),
    )
    if last is None or last.moderator_id is None or VERDICT[last.verdict].leaves_open:
        return False
    return bool(last.revision == post.revision)


def _hold(
    db: Session, item: ReviewItem, thread: Thread, post: Post, held: thresholds.Held
) -> visibility.Change:
    shown = thread.shown
    change = posts.move(db, post, PostState.HELD, None, "the forum itself, after flags")
    item.held_because = held.because
    waiting.refresh(db, item, Happening.FLAGGED)
    log.write_act(db, "auto-hold", None, post_id=post.id, reason=held.public)
    # The title of a thread that readers do not see is told to its own author only.
    title = thread.title if shown or post.kind == PostKind.OPENING else ""
    letter = compose("auto_held", what=called(post.kind, thread.kind), title=title)
    to = anonymity.writer_of(db, post)
    messages.send(db, to, "held", letter, f"/p/{post.id}", thread_id=thread.id)
    return change


def choose_sensitivity(db: Session, actor: Actor, chosen: str) -> None:
    """The forum holds posts by itself as soon as this choice says. Invalid for an unknown one."""
    policy.require(Permit.ADMINISTER, actor)
    if chosen not in tuple(Sensitivity):
        raise Invalid({"sensitivity": _("Choose one of the three.")})
    if sensitivity.of(db) == chosen:
        return
    sensitivity.choose(db, Sensitivity(chosen), actor.id)
    log.write_act(db, "setting", actor.id, reason=f"How soon the forum holds posts by itself: {chosen}.")
    admin_log.write(db, actor.id, "setting", words=f"How soon the forum holds posts by itself: {chosen}")
    freshness.touch(db, "log")
