"""Slow mode: a while lies between two posts of one member in a heated thread."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.clock import now
from forum.discussion import anonymity
from forum.discussion.tables import Post, Thread
from forum.errors import Invalid


def check(db: Session, thread: Thread, actor: Actor) -> None:
    """Passes if the member may post in the thread now; Invalid (`text`) says from when on. Moderators may."""
    at = again_at(db, thread, actor.id) if thread.slow_minutes and not actor.is_moderator else None
    if at is None or at <= now():
        return
    minutes = max(1, -(-int((at - now()).total_seconds()) // 60))
    raise Invalid(
        {
            "text": f"This thread is in slow mode: {pace(thread.slow_minutes)}. You can post again in"
            f" {_span(minutes)}, from {at:%H:%M} UTC{_day(at)}. What you typed is kept here."
        }
    )


def again_at(db: Session, thread: Thread, account_id: int) -> datetime | None:
    """When the waiting since the member's latest post in the thread ends; None if there is no post."""
    mine = (Post.thread_id == thread.id, anonymity.wrote(account_id))
    latest = db.scalar(select(func.max(Post.created_at)).where(*mine))
    return latest + timedelta(minutes=thread.slow_minutes) if latest else None


def pace(minutes: int) -> str:
    """The rule in words, such as "one post in 30 minutes from each member"."""
    return f"one post in {_span(minutes)} from each member"


def _span(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} minute{'s' if minutes != 1 else ''}"
    hours, rest = divmod(minutes, 60)
    words = f"{hours} hour{'s' if hours != 1 else ''}"
    return f"{words} and {_span(rest)}" if rest else words


def _day(at: datetime) -> str:
    return "" if at.date() == now().date() else f" on {at.day} {at:%B}"
