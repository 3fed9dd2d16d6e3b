"""Keeping a post to find it again. Nobody else learns of it, so no page changes for others."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.discussion import bookmarks
from forum.discussion.tables import Post
from forum.policy import Permit


def bookmark(db: Session, actor: Actor, post_id: int) -> Post:
    """The post is among the actor's bookmarks."""
    post = policy.open_post(db, actor, post_id, Permit.BOOKMARK)
    bookmarks.put(db, actor.id, post.id)
    return post


def remove(db: Session, actor: Actor, post_id: int) -> None:
    """The post is not among the actor's bookmarks; it may be gone from the actor's sight."""
    policy.require(Permit.BOOKMARK, actor)
    bookmarks.remove(db, actor.id, post_id)
