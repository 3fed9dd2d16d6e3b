"""An author knows that a source was retracted, and cites it all the same: to discuss that, for example."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import effects
from forum.discussion import citations
from forum.discussion.tables import Citation, Post
from forum.discussion.visibility import Change
from forum.errors import NotFound
from forum.policy import Permit


def mark(db: Session, actor: Actor, post_id: int, reference_id: int, on_purpose: bool) -> Post:
    """The post cites the reference on purpose, or no longer does; pages say so beside its notices."""
    post, thread = policy.open_post_and_thread(db, actor, post_id, Permit.MARK_PURPOSE)
    if reference_id not in citations.of_posts(db, [post.id]):
        raise NotFound
    cited = (Citation.post_id == post.id, Citation.reference_id == reference_id)
    db.execute(update(Citation).where(*cited).values(on_purpose=on_purpose))
    effects.publish(db, thread.id, Change([], []), f"reference:{reference_id}")
    return post
