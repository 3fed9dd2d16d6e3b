"""Short ways to say what the tests of moderation do."""

from makers import make_account, make_answer, make_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import flagging, reviewing
from forum.discussion.tables import Post
from forum.inbox.tables import Message
from forum.moderation import queue
from forum.moderation.casefile import ItemView
from forum.moderation.tables import Decision, ReviewItem


def moderator(db: Session, name: str = "") -> Actor:
    return make_account(db, name, Role.MODERATOR)


def answer(db: Session, author: Actor | None = None, text: str = "Take twice as much of it.") -> Post:
    """An answer in a thread of somebody else."""
    return make_answer(db, make_thread(db), author or make_account(db), text)


def flag(
    db: Session, post: Post, by: Actor | None = None, reason: str = "rude", words: str = ""
) -> ReviewItem:
    return flagging.flag(db, by or make_account(db), post.id, reason, words)


def look(db: Session, item_id: int, viewer: Actor) -> ItemView:
    """The item as the moderator reads it."""
    found = queue.item(db, item_id, viewer)
    assert found is not None
    return found


def item_of(db: Session, post: Post) -> ReviewItem:
    found = select(ReviewItem).where(ReviewItem.post_id == post.id)
    return db.scalars(found, execution_options={"populate_existing": True}).one()


def decide(db: Session, actor: Actor, post: Post, verdict: str, version: int | None = None) -> Decision:
    """The verdict on the post's item, with a rule and a reason; at the present version if none is given."""
    item = item_of(db, post)
    return reviewing.decide(
        db, actor, item.id, verdict, "safety", "It could harm somebody.", version or item.version
    )


def told(db: Session, actor: Actor) -> list[Message]:
    """The person's messages, oldest first."""
    return list(db.scalars(select(Message).where(Message.account_id == actor.id).order_by(Message.id)))
