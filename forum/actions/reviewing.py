"""What moderators do with review items: claim, release, decide."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import effects
from forum.discussion import posts
from forum.discussion.naming import called
from forum.discussion.tables import Post, PostKind, PostState, Thread
from forum.discussion.visibility import Change
from forum.errors import Forbidden, NotFound
from forum.inbox import messages, subscriptions
from forum.inbox.letters import compose
from forum.moderation import casefile, claims, decisions, log
from forum.moderation.decisions import Ruling
from forum.moderation.rules import REASON, RULE
from forum.moderation.tables import Decision, FlagState, ReviewItem
from forum.policy import Permit


def claim(db: Session, actor: Actor, item_id: int) -> None:
    """The item is the actor's for twenty minutes from now; Claimed if it is somebody else's."""
    policy.require(Permit.REVIEW, actor)
    claims.claim(db, item_id, actor.id)


def release(db: Session, actor: Actor, item_id: int) -> None:
    """The item is free for other moderators."""
    policy.require(Permit.REVIEW, actor)
    claims.release(db, item_id, actor.id)


def decide(
    db: Session, actor: Actor, item_id: int, verdict: str, rule: str, reason: str, version: int
) -> Decision:
    """The verdict is carried out, is in the public log, and is told to the author and to those who flagged.

    `version` is the item's as the actor read it. A later decision on the same item reverses this one.
    """
    policy.require(Permit.REVIEW, actor)
    thread, post = _open(db, actor, item_id)
    was_seen = post.shown_at is not None
    ruling = decisions.decide(db, item_id, actor.id, verdict, rule, reason, version)
    change = _carry_out(db, actor, post, ruling)
    log.write(db, ruling.decision)
    _tell_author(db, actor, thread, post, ruling)
    _tell_flaggers(db, thread, post, ruling)
    if post.visible and not was_seen:
        subscriptions.announce(db, thread, post, post.mentions)
    # Last, because everybody who writes raises the same few generations.
    effects.publish(db, thread.id, change, "log")
    return ruling.decision


def _open(db: Session, actor: Actor, item_id: int) -> tuple[Thread, Post]:
    """The item's thread and post."""
    reviewed = select(Post).join(ReviewItem, ReviewItem.post_id == Post.id).where(ReviewItem.id == item_id)
    post = db.scalars(reviewed).first()
    if post is None:
        raise NotFound
    if not casefile.may_decide(actor, post.author_id):
        raise Forbidden("This is your own post: another moderator decides about it.")
    return db.get_one(Thread, post.thread_id), post


def _carry_out(db: Session, actor: Actor, post: Post, ruling: Ruling) -> Change:
    decision = ruling.decision
    if decision.to_state == decision.from_state:
        return Change([], [])
    return posts.move(db, post, PostState(decision.to_state), actor.id, decision.reason)


def _tell_author(db: Session, actor: Actor, thread: Thread, post: Post, ruling: Ruling) -> None:
    if not ruling.verdict.tells_author or post.author_id == actor.id:
        return
    decision = ruling.decision
    # The title of a thread that readers do not see is told to its own author only.
    title = thread.title if thread.shown or post.kind == PostKind.OPENING else ""
    letter = compose(
        "decision",
        verdict=decision.verdict,
        moderator=actor.name,
        what=called(post.kind, thread.kind),
        title=title,
        rule=RULE.get(decision.rule),
        reason=decision.reason,
    )
    messages.send(db, post.author_id, "decision", letter.subject, letter.text, f"/p/{post.id}")


def _tell_flaggers(db: Session, thread: Thread, post: Post, ruling: Ruling) -> None:
    for flag in sorted(ruling.news, key=lambda flag: flag.account_id):
        at = flag.created_at
        letter = compose(
            "outcome",
            verdict=ruling.decision.verdict,
            what=called(post.kind, thread.kind),
            reason=REASON[flag.reason].label,
            day=f"{at.day} {at:%B %Y}",
            is_upheld=flag.state == FlagState.UPHELD,
            is_withdrawn=post.state == PostState.WITHDRAWN,
            again=ruling.is_reversal,
        )
        path = f"/p/{post.id}" if post.visible else ""
        messages.send(db, flag.account_id, "outcome", letter.subject, letter.text, path)
