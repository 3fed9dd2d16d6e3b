"""Streams of what changes while a page is read: of a thread, of one's own inbox, of the queue."""

from datetime import timedelta

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from forum import policy
from forum.discussion.happening import Since
from forum.errors import NotFound
from forum.policy import Permit
from forum.web import forms, live
from forum.web.endpoint import Visit
from forum.web.live import Listens, Reader

EVENTS = "text/event-stream"
#: Who comes in vain may try again after so long; browsers do not by themselves.
LATER = timedelta(minutes=1)
#: A proxy on the way hands each event on at once.
UNBUFFERED = {"x-accel-buffering": "no"}


def of_thread(visit: Visit) -> Response:
    thread = policy.open_thread(visit.db, visit.actor, visit.path["thread_id"], Permit.READ)
    since = Since.read(visit.query.get("since", "")) or Since(0, 0)
    return _answer(visit, Listens(visit.language, thread.id, since, _session(visit)))


def own(visit: Visit) -> Response:
    """What is new in the inbox, and with `items` in the queue."""
    moderates = "items" in visit.query
    if moderates:
        visit.needs(Permit.REVIEW_THREADS)
    moderator = visit.actor if moderates else None
    items = forms.number(visit.query.get("items", ""))
    session_id = _session(visit)
    return _answer(visit, Listens(visit.language, session_id=session_id, moderator=moderator, items=items))


def _answer(visit: Visit, listens: Listens) -> Response:
    """The stream; what is in it at first, if it was not asked for as one."""
    events = live.first(visit.db, listens)
    if events is None:
        raise NotFound
    asked = any(name == b"accept" and EVENTS.encode() in value for name, value in visit.headers)
    if not asked or visit.method == "HEAD":
        return Response(b"".join(events.values()), media_type=EVENTS)
    hub = visit.site.live
    if hub.is_full(visit.address):
        seconds = f"{LATER.total_seconds():.0f}"
        return PlainTextResponse("", 503, {"retry-after": seconds})
    reader = Reader(listens, visit.address)
    reader.tell(events)
    return StreamingResponse(hub.stream(reader), media_type=EVENTS, headers=UNBUFFERED)


def _session(visit: Visit) -> int:
    return visit.presence.session_id if visit.presence is not None else 0
