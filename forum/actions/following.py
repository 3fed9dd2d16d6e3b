"""Hearing of what happens to a source, of new posts in a thread, and of the threads that carry a tag."""

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor
from forum.discussion import tags
from forum.discussion.tables import Thread
from forum.discussion.tags import TagRow
from forum.errors import NotFound
from forum.inbox import following
from forum.inbox.following import Kind
from forum.policy import Permit
from forum.references import merging
from forum.references.tables import Reference


def follow_reference(db: Session, actor: Actor, reference_id: int, follows: bool) -> Reference:
    """The actor hears of new notices on the reference, or no longer does."""
    reference = policy.open_reference(db, actor, merging.home(db, reference_id), Permit.FOLLOW)
    change = following.follow if follows else following.unfollow
    change(db, actor.id, Kind.REFERENCE, reference.id)
    freshness.touch(db, f"reference:{reference.id}")
    return reference


def follow_thread(db: Session, actor: Actor, thread_id: int, follows: bool) -> Thread:
    """The actor hears of new answers in the thread, or no longer does."""
    thread = policy.open_thread(db, actor, thread_id, Permit.FOLLOW)
    change = following.follow if follows else following.unfollow
    change(db, actor.id, Kind.THREAD, thread.id)
    return thread


def follow_tag(db: Session, actor: Actor, name: str, follows: bool) -> TagRow:
    """Threads with the tag are in the actor's own list, or no longer. NotFound if it is not for the actor."""
    policy.require(Permit.FOLLOW, actor)
    (meant,) = tags.resolved(db, [name])
    tag = tags.named(db, meant)
    if tag is None or not tags.is_shown_to(db, [tag], actor):
        raise NotFound
    change = following.follow if follows else following.unfollow
    change(db, actor.id, Kind.TAG, tag.id)
    freshness.touch(db, "tags")
    return tag
