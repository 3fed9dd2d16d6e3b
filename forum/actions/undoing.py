"""Taking back a new post within a minute, as if it had never been sent."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import closing, effects
from forum.clock import now
from forum.discussion import anonymity, drafts, posts, revisions
from forum.discussion.tables import Post, PostKind, PostState, Thread
from forum.errors import Conflict
from forum.inbox import subscriptions
from forum.inbox.due import UNDO
from forum.languages.words import N_
from forum.markup import render
from forum.moderation import queue
from forum.policy import Opened, Permit


class TooLate(Conflict):
    """The minute is over, or somebody has written under the post."""

    code = "too_late"
    title = N_("That minute is over")
    words = N_("A new post can be undone for one minute, while nobody has answered it.")


def seconds_left(db: Session, actor: Actor | None, post_id: int) -> int:
    """For so long the actor can undo the post; 0: not, or not any more."""
    post = db.get(Post, post_id)
    if post is None or actor is None:
        return 0
    thread = db.get_one(Thread, post.thread_id)
    may = policy.allows(Permit.WITHDRAW, actor, policy.subject_of(db, actor, thread, post))
    return _seconds(post) if may and _stands_alone(db, actor, post) else 0


def undo(db: Session, actor: Actor, post_id: int) -> str:
    """The post is withdrawn, its text is the draft of its form again, and nobody new hears of it.

    Answers the place of that form. TooLate after the minute, or once somebody has written under it.
    """
    opened = post, thread = policy.open_post_and_thread(db, actor, post_id, Permit.WITHDRAW)
    if not _seconds(post) or not _stands_alone(db, actor, post):
        raise TooLate
    place = _write_again(db, actor, opened)
    # An edit within the minute told nobody, and took nobody's message back.
    begun = post.mentions if post.revision == 1 else render(revisions.wording(db, post.id, 1).text).mentions
    subscriptions.take_back(db, thread, post, [*begun, *post.mentions])
    change = posts.move(db, post, PostState.WITHDRAWN, post.author_id, posts.UNDONE)
    queue.withdraw(db, post.id)
    effects.publish(db, thread.id, change)
    return place


def _seconds(post: Post) -> int:
    """What is left of the minute, in whole seconds."""
    return max(int((post.created_at + UNDO - now()).total_seconds()), 0)


def _stands_alone(db: Session, actor: Actor, post: Post) -> bool:
    alone = select(closing.stands_alone(actor.id)).where(Post.id == post.id)
    return bool(db.scalar(alone))


def _write_again(db: Session, actor: Actor, opened: Opened) -> str:
    """What the form of the post said is its draft; what was begun there since stands below it."""
    post, thread = opened
    fields = {"text": post.text, "asked_as": "1"}
    if post.author_id == anonymity.ACCOUNT_ID:
        fields["as"] = "unnamed"
    if post.kind == PostKind.OPENING:
        place = drafts.asking()
        fields |= {"kind": thread.kind, "title": thread.title, "tags": thread.tag_names}
    elif post.kind == PostKind.ANSWER:
        place = drafts.answering(thread.id)
    else:
        place = drafts.commenting(post.parent_id or 0)
    begun = drafts.read(db, actor.id, place).get("text", "")
    if begun and begun != post.text:
        fields["text"] = f"{post.text}\n\n{begun}"
    drafts.put(db, actor.id, place, fields)
    return place
