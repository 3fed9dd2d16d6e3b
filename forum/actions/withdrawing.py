"""Taking back an own post, and bringing it back again."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor, Standing
from forum.actions import effects
from forum.discussion import anonymity, posts
from forum.discussion.tables import Post, PostState
from forum.inbox import subscriptions
from forum.moderation import queue, reports
from forum.policy import Permit

_RETURNS = "Its author brought it back."
_RETURNS_WATCHED = "Its author brought it back, and is under review."


def withdraw(db: Session, actor: Actor, post_id: int) -> Post:
    """Readers no longer see the post; its author still does, and may restore it."""
    post = policy.open_post(db, actor, post_id, Permit.WITHDRAW)
    change = posts.move(db, post, PostState.WITHDRAWN, post.author_id)
    queue.withdraw(db, post.id)
    effects.publish(db, post.thread_id, change)
    return post


def restore(db: Session, actor: Actor, post_id: int) -> Post:
    """A withdrawn post is what it was before: shown, or waiting for review.

    It waits, too, if whatever its author posts does, or if a moderator has not yet decided about it. Of one
    that was undone people hear now, as of a new one.
    """
    post, thread = policy.open_post_and_thread(db, actor, post_id, Permit.RESTORE)
    is_news = posts.is_undone(db, post)
    because = _why_it_waits(db, actor, post)
    change = posts.move(db, post, PostState.HELD if because else PostState.SHOWN, post.author_id)
    if because:
        queue.hold(db, post.id, because)
    if is_news:
        subscriptions.announce(db, thread, post, post.mentions, again=True)
    effects.publish(db, post.thread_id, change)
    return post


def _why_it_waits(db: Session, actor: Actor, post: Post) -> str:
    """In words for moderators; "" if it does not."""
    if posts.state_before_withdrawal(db, post) == PostState.HELD:
        return "Its author withdrew it and brought it back before anybody had reviewed it."
    if actor.is_watched or actor.standing == Standing.HELD:
        return _RETURNS if post.author_id == anonymity.ACCOUNT_ID else _RETURNS_WATCHED
    if queue.is_open(db, post.id) or reports.is_reported(db, post.id):
        return "Its author withdrew it and brought it back while it was flagged or reported."
    return ""
