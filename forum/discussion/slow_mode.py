"""Slow mode: a while lies between two posts of one member in a heated thread."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.clock import now
from forum.discussion import anonymity
from forum.discussion.tables import Post, Thread
from forum.errors import Invalid
from forum.languages.formats import month_day
from forum.languages.words import _, ngettext


def check(db: Session, thread: Thread, actor: Actor) -> None:
    """Passes if the member may post in the thread now; Invalid (`text`) says from when on. Moderators may."""
    at = again_at(db, thread, actor.id) if thread.slow_minutes and not actor.is_moderator else None
    if at is None or at <= now():
        return
    minutes = max(1, -(-int((at - now()).total_seconds()) // 60))
    if at.date() == now().date():
        words = _(
            "This thread is in slow mode: {pace}. You can post again in {span}, from {time} UTC. What you"
            " typed is kept here."
        )
    else:
        words = _(
            "This thread is in slow mode: {pace}. You can post again in {span}, from {time} UTC on {day}."
            " What you typed is kept here."
        )
    facts = {"pace": pace(thread.slow_minutes), "span": _span(minutes), "time": f"{at:%H:%M}"}
    raise Invalid({"text": words.format(**facts, day=month_day(at))})


def again_at(db: Session, thread: Thread, account_id: int) -> datetime | None:
    """When the waiting since the member's latest post in the thread ends; None if there is no post."""
    mine = (Post.thread_id == thread.id, anonymity.wrote(account_id))
    latest = db.scalar(select(func.max(Post.created_at)).where(*mine))
    return latest + timedelta(minutes=thread.slow_minutes) if latest else None


def pace(minutes: int) -> str:
    """The rule in words, such as "one post in 30 minutes from each member"."""
    return _("one post in {span} from each member").format(span=_span(minutes))


def _span(minutes: int) -> str:
    if minutes < 60:
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    hours, rest = divmod(minutes, 60)
    words = ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    return _("{hours} and {minutes}").format(hours=words, minutes=_span(rest)) if rest else words
