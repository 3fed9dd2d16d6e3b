"""Taking back an own post, and bringing it back again."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import effects
from forum.discussion import posts
from forum.discussion.tables import Post, PostState
from forum.moderation import queue
from forum.policy import Permit


def withdraw(db: Session, actor: Actor, post_id: int) -> Post:
    """Readers no longer see the post; its author still does, and may restore it."""
    post = policy.open_post(db, actor, post_id, Permit.WITHDRAW)
    change = posts.move(db, post, PostState.WITHDRAWN, actor.id)
    queue.withdraw(db, post.id)
    effects.publish(db, post.thread_id, change)
    return post


def restore(db: Session, actor: Actor, post_id: int) -> Post:
    """A withdrawn post is what it was before: shown, or waiting for review."""
    post = policy.open_post(db, actor, post_id, Permit.RESTORE)
    before = posts.state_before(db, post)
    change = posts.move(db, post, before, actor.id)
    if before == PostState.HELD:
        queue.hold(db, post.id, "Its author withdrew it and brought it back before anybody had reviewed it.")
    effects.publish(db, post.thread_id, change)
    return post
