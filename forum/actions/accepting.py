"""Marking the answer that helped."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor
from forum.clock import now
from forum.discussion.tables import Post, Thread
from forum.inbox import subscriptions
from forum.policy import Permit


def accept(db: Session, actor: Actor, post_id: int, accepted: bool = True) -> Post:
    """The answer is the question's accepted one (the only one), or no longer."""
    post = policy.open_post(db, actor, post_id, Permit.ACCEPT)
    thread = db.get_one(Thread, post.thread_id)
    if accepted == (post.accepted_at is not None):
        return post
    for other in db.scalars(select(Post).where(Post.thread_id == thread.id, Post.accepted_at.is_not(None))):
        other.accepted_at = None
    # One accepted answer a question is a unique index: the old mark goes first.
    db.flush()
    post.accepted_at = now() if accepted else None
    thread.is_accepted = accepted
    if accepted:
        subscriptions.accepted(db, thread, post)
    freshness.touch(db, f"thread:{thread.id}", "threads")
    return post
