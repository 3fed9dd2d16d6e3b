"""Voting on questions, answers and replies."""

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts import allowances
from forum.accounts.allowances import Act
from forum.accounts.tables import Actor
from forum.discussion import votes
from forum.discussion.tables import Post, PostKind
from forum.errors import Invalid
from forum.languages.words import _
from forum.policy import Permit


def vote(db: Session, actor: Actor, post_id: int, value: int) -> Post:
    """The actor's vote on the post is `value`: 1, -1, or 0 for none."""
    if value not in (-1, 0, 1):
        raise Invalid({"value": _("A vote is up, down, or taken back.")})
    post, thread = policy.open_post_and_thread(db, actor, post_id, Permit.VOTE)
    allowances.spend(db, actor, Act.VOTE)
    votes.cast(db, thread, post, actor.id, value)
    lists = ("threads",) if post.kind == PostKind.OPENING else ()
    freshness.touch(db, f"thread:{post.thread_id}", *lists)
    return post
