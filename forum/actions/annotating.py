"""Notices of moderators above a post, for everybody who reads it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import effects
from forum.discussion import anonymity, post_notices
from forum.discussion.naming import called
from forum.discussion.post_notices import KINDS, OFFERED, WORDS_LENGTH
from forum.discussion.tables import Post, PostNotice, Thread
from forum.discussion.visibility import Change
from forum.discussion.wording import Form, one_line
from forum.errors import Forbidden
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import _
from forum.moderation import log, recusal
from forum.policy import Permit


def put(db: Session, actor: Actor, post_id: int, kind: str, words: str) -> PostNotice:
    """The notice stands above the post, in place of one of the same kind; the post's author is told.

    Invalid (`kind`, `words`) says what is missing. Forbidden as `end` is, if one is in its place.
    """
    form = Form()
    chosen = form.take("kind", _kind, kind) or ""
    line = form.take("words", _words, words) or ""
    form.done()
    post, thread = policy.open_post_and_thread(db, actor, post_id, Permit.TEND_THREAD)
    there = (PostNotice.post_id == post.id, PostNotice.kind == chosen, PostNotice.ended_at.is_(None))
    for earlier in db.scalars(select(PostNotice).where(*there)):
        _leave_to_others(db, actor, post, earlier)
    notice = post_notices.put(db, post.id, chosen, line, actor.id)
    label = KINDS[chosen].label
    log.write_act(db, "notice", actor.id, post_id=post.id, reason=f"{label}: {line}" if line else label)
    _tell(db, actor, thread, post, label, line)
    effects.publish(db, thread.id, Change([], []), "log")
    return notice


def end(db: Session, actor: Actor, post_id: int, notice_id: int) -> PostNotice:
    """The notice no longer stands above the post; NotFound if it does not stand there.

    Forbidden on a post of one’s own, if another moderator put it there.
    """
    post = policy.open_post(db, actor, post_id, Permit.TEND_THREAD)
    notice = post_notices.find(db, post.id, notice_id)
    _leave_to_others(db, actor, post, notice)
    post_notices.end(db, notice, actor.id)
    log.write_act(db, "end-notice", actor.id, post_id=post.id, reason=KINDS[notice.kind].label)
    effects.publish(db, post.thread_id, Change([], []), "log")
    return notice


def _leave_to_others(db: Session, actor: Actor, post: Post, notice: PostNotice) -> None:
    """Forbidden if another moderator put the notice above the actor’s own post."""
    author_id = anonymity.author_for(db, actor.id, post.author_id, post.id)
    if notice.actor_id != actor.id and (refusal := recusal.of_undoing(db, actor, author_id)):
        raise Forbidden(refusal)


def _tell(db: Session, actor: Actor, thread: Thread, post: Post, label: str, words: str) -> None:
    to = anonymity.writer_of(db, post)
    if to in (actor.id, anonymity.ACCOUNT_ID):
        return
    title = thread.title if thread.shown or to == anonymity.asker_of(db, thread) else ""
    what = called(post.kind, thread.kind)
    letter = compose("noticed", label=label, what=what, title=title, words=words)
    messages.send(db, to, "noticed", letter, f"/p/{post.id}", thread_id=thread.id, post_id=post.id)


def _kind(typed: str) -> str:
    if typed not in OFFERED:
        raise ValueError(_("Choose what readers should know."))
    return typed


def _words(typed: str) -> str:
    line = one_line(typed)
    if len(line) > WORDS_LENGTH:
        raise ValueError(
            _("At most {most} characters, please; this has {count}.").format(
                most=WORDS_LENGTH, count=len(line)
            )
        )
    return line
