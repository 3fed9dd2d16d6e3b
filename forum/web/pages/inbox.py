"""What a person was told: by thread, in parts, read by opening it, and undone."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.responses import Response

from forum.accounts.tables import Actor
from forum.actions import reading
from forum.errors import SignInRequired
from forum.inbox import entries, marking
from forum.inbox.filters import Filter
from forum.inbox.kinds import Group
from forum.languages.words import N_
from forum.paging import Cursor
from forum.web import forms
from forum.web.endpoint import Visit

PAGE = 30


class Part(NamedTuple):
    """A group of messages: its name, and what comes to stand there."""

    label: str
    empty: str


PARTS: Mapping[Group, Part] = {
    Group.ANSWERS: Part(
        N_("Answers"),
        N_("When somebody answers your question, or replies in your discussion, it stands here."),
    ),
    Group.COMMENTS: Part(N_("Comments"), N_("When somebody comments on a post of yours, it stands here.")),
    Group.MENTIONS: Part(
        N_("Mentions"), N_("When somebody calls you by your name, with an @ before it, it stands here.")
    ),
    Group.ACCEPTED: Part(N_("Accepted"), N_("When an answer of yours is accepted, it stands here.")),
    Group.FOLLOWS: Part(
        N_("Followed"), N_("What is new in the threads, tags and people that you follow stands here.")
    ),
    Group.REMINDERS: Part(
        N_("Reminders"), N_("Give a bookmark a day, and on that day it reminds you of the post here.")
    ),
    Group.SOURCES: Part(
        N_("Sources"),
        N_("When a source that you cite is retracted, or somebody checked or asked for one, it stands here."),
    ),
    Group.MODERATION: Part(
        N_("Moderation"), N_("What moderators decided about your posts and your flags stands here.")
    ),
    Group.ACCOUNT: Part(N_("Account"), N_("What concerns your account and its safety stands here.")),
}


def listing(visit: Visit) -> Response:
    """The inbox, or a part of it (`show`); `marked` is the moment of what was just marked as read."""
    reader, after = _reader(visit), visit.query.get("after", "")
    shown = Filter.of(visit.query.get("show", ""))
    page = entries.listing(visit.db, reader, shown, after, PAGE)
    moment = _moment(visit.query.get("marked", ""))
    return visit.page(
        "inbox/inbox.html",
        page=page,
        after=after,
        shown=shown,
        parts=PARTS,
        unread=entries.unread(visit.db, reader.id) if reader.unread else {},
        marked=visit.query.get("marked", "") if moment else "",
        count=marking.marked_at(visit.db, reader.id, moment) if moment else 0,
    )


def mark_read(visit: Visit) -> Response:
    """`open`: goes where that message leads; `id`, `entry`, `upto`: one, all of its thread, all up to it."""
    _reader(visit)
    form = {name: forms.number(visit.form.get(name, "")) for name in ("open", "id", "entry", "upto")}
    if form["open"]:
        return visit.redirect(visit.act(reading.open_message, form["open"]) or _back(visit))
    if form["id"]:
        return _marked(visit, visit.act(reading.mark_one_read, form["id"]), form["id"])
    if form["entry"]:
        return _marked(visit, visit.act(reading.mark_entry_read, form["entry"]), form["entry"])
    if form["upto"]:
        return _marked(visit, visit.act(reading.mark_read, form["upto"], _shown(visit)))
    return visit.redirect(_back(visit))


def mark_unread(visit: Visit) -> Response:
    """`id`: that message is new again; `marked`: all that was marked as read at that moment."""
    _reader(visit)
    moment = _moment(visit.form.get("marked", ""))
    if one := forms.number(visit.form.get("id", "")):
        visit.act(reading.mark_unread, one)
    elif moment:
        visit.act(reading.undo, moment)
    return visit.redirect(_back(visit, at=one))


def _marked(visit: Visit, moment: datetime, message_id: int = 0) -> Response:
    return visit.redirect(_back(visit, Cursor((moment,)).encode(), message_id))


def _back(visit: Visit, marked: str = "", at: int = 0) -> str:
    """The page of the inbox on which the button was pressed, at the entry that begins with message `at`."""
    parts = {"show": _shown(visit).name, "after": visit.form.get("after", ""), "marked": marked}
    query = urlencode({name: value for name, value in parts.items() if value})
    return "/inbox" + (f"?{query}" if query else "") + (f"#m{at}" if at else "")


def _shown(visit: Visit) -> Filter:
    return Filter.of(visit.form.get("show", ""))


def _moment(typed: str) -> datetime | None:
    found = Cursor.decode(typed, datetime)
    return found[0] if found else None


def _reader(visit: Visit) -> Actor:
    if visit.actor is None:
        raise SignInRequired
    return visit.actor
