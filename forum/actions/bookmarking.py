"""Keeping a post to find it again. Nobody else learns of it, so no page changes for others."""

from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from forum import jobs, policy
from forum.accounts.tables import Actor
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.discussion import bookmarks, wording
from forum.discussion.tables import Post
from forum.errors import NotFound
from forum.inbox import channels, messages
from forum.inbox.letters import compose
from forum.languages.words import _
from forum.moderation.statement import within
from forum.policy import Permit

#: The job that reminds people, and how many bookmarks it takes at a time.
JOB = "bookmarks.remind"
BATCH = 200
LONGEST_NOTE = 500
#: Whoever wants to be reminded on a day is reminded at this hour, in their time zone.
HOUR = 7
LATEST = date(2999, 12, 31)


def bookmark(db: Session, actor: Actor, post_id: int) -> Post:
    """The post is among the actor's bookmarks."""
    post = policy.open_post(db, actor, post_id, Permit.BOOKMARK)
    bookmarks.put(db, actor.id, post.id)
    return post


def remove(db: Session, actor: Actor, post_id: int) -> None:
    """The post is not among the actor's bookmarks; it may be gone from the actor's sight."""
    policy.require(Permit.BOOKMARK, actor)
    bookmarks.remove(db, actor.id, post_id)


def annotate(db: Session, actor: Actor, post_id: int, note: str, day: str) -> None:
    """The actor's bookmark has this note, and they are reminded of it on the day (as 2027-01-31, or "").

    Invalid (`note`, `day`) says why not; NotFound if there is no such bookmark.
    """
    policy.require(Permit.BOOKMARK, actor)
    form = wording.Form()
    words = form.take("note", _note, note) or ""
    zone = channels.of(db, actor.id).time_zone
    moment = form.take("day", lambda typed: _moment(typed.strip(), zone), day)
    form.done()
    if not bookmarks.annotate(db, actor.id, post_id, words, moment):
        raise NotFound


def remind(database: Database, _settings: Settings) -> None:
    """Those whose day has come are reminded, each once. The job `bookmarks.remind`, of the timetable."""
    with database.writing() as db:
        found = bookmarks.due(db, now(), BATCH)
        # Sorted, so that two transactions lock the same accounts in the same order.
        for each in sorted(found):
            if bookmarks.reminded(db, each):
                letter = compose("reminder", title=each.title, note=each.note)
                path = f"/p/{each.post_id}" if each.title else "/account/bookmarks"
                thread_id, post_id = (each.thread_id, each.post_id) if each.title else (None, None)
                messages.send(
                    db, each.account_id, "reminder", letter, path, thread_id=thread_id, post_id=post_id
                )
        if len(found) == BATCH:
            jobs.put(db, JOB, key=JOB)


def today(time_zone: str) -> date:
    """The day that it is now in this time zone."""
    return now().astimezone(channels.zone(time_zone)).date()


def _note(typed: str) -> str:
    words = within(typed, LONGEST_NOTE) if typed.strip() else ""
    return words.strip()


def _moment(typed: str, time_zone: str) -> datetime | None:
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise ValueError(_("Give a day as 2027-01-31, or leave it empty.")) from None
    if day <= today(time_zone):
        raise ValueError(_("That day is not to come any more. Choose one from tomorrow on."))
    if day > LATEST:
        raise ValueError(_("Choose a nearer day."))
    return datetime.combine(day, time(HOUR), channels.zone(time_zone)).astimezone(UTC)
