"""Votes: one a person on each post; the post's score is their sum."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.discussion import ranking
from forum.discussion.tables import Post, PostKind, Thread, Vote


def cast(db: Session, thread: Thread, post: Post, account_id: int, value: int) -> None:
    """The person's vote on the post is `value` (1, -1, or 0 for none); scores agree."""
    mine = (Vote.post_id == post.id, Vote.account_id == account_id)
    before = db.scalar(select(Vote.value).where(*mine)) or 0
    if value == before:
        return
    if before:
        db.execute(delete(Vote).where(*mine))
    if value:
        db.add(Vote(post_id=post.id, account_id=account_id, value=value, at=now()))
    post.score += value - before
    if post.kind == PostKind.OPENING:
        ranking.rescore(db, thread, post.score)
    db.flush()
