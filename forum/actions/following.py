"""Hearing of what happens to a source."""

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor
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
