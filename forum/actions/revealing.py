"""Looking who wrote a post without a name: for a reason, which is kept, and which its author is told."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import admin_log, history, people
from forum.accounts.tables import Actor
from forum.discussion import anonymity
from forum.discussion.naming import called
from forum.discussion.tables import Post, Thread
from forum.discussion.wording import Form
from forum.errors import Conflict, Forbidden, NotFound
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import _
from forum.moderation.statement import within
from forum.policy import Permit

REASON_LENGTH = 500


class Revealed(NamedTuple):
    """Who wrote the post, by the account's present name."""

    post_id: int
    name: str


def reveal(db: Session, actor: Actor, post_id: int, reason: str) -> Revealed:
    """The moderator learns who wrote the post; the log says that and why, and its author is told both.

    Nothing else changes, and the answer is kept nowhere. Invalid (`reason`) without one; NotFound for a post
    that has a name; Forbidden for one's own; Conflict if nobody can find out any more.
    """
    post, thread = policy.open_post_and_thread(db, actor, post_id, Permit.REVEAL)
    if post.author_id != anonymity.ACCOUNT_ID:
        raise NotFound
    form = Form()
    words = form.take("reason", _reason, reason) or ""
    form.done()
    writer_id = anonymity.writer_of(db, post)
    if writer_id == actor.id:
        raise Forbidden(_("You wrote it yourself."))
    if writer_id == anonymity.ACCOUNT_ID:
        raise Conflict(_("Its author has closed their account since: nobody can find out any more."))
    # Not whom: then the log would say it to everybody who reads that.
    admin_log.write(db, actor.id, "revealed", words=f"Post {post.id}: {words}")
    history.note(db, writer_id, "revealed")
    _tell(db, actor, thread, post, writer_id, words)
    return Revealed(post.id, people.name_of(db, writer_id))


def _reason(typed: str) -> str:
    words = within(typed, REASON_LENGTH)
    if not words:
        raise ValueError(_("Say why: it is kept, and the author reads it."))
    return words


def _tell(db: Session, actor: Actor, thread: Thread, post: Post, writer_id: int, reason: str) -> None:
    what = called(post.kind, thread.kind)
    letter = compose("revealed", moderator=actor.name, what=what, title=thread.title, reason=reason)
    path = f"/p/{post.id}"
    messages.send(db, writer_id, "revealed", letter, path, author_id=actor.id, thread_id=thread.id)
