"""Beside a thread: others about the same, and others that cite the same sources."""

from starlette.responses import Response

from forum import policy
from forum.errors import NotFound
from forum.policy import Permit
from forum.search import similar
from forum.web.endpoint import Visit
from forum.web.pages.threads import to_home

#: Threads of each kind.
MOST = 5


def read(visit: Visit) -> Response:
    try:
        thread = policy.open_thread(visit.db, visit.actor, visit.path["thread_id"], Permit.READ)
    except NotFound:
        return to_home(visit, "/related")
    related = similar.to_thread(visit.db, thread.id, MOST)
    citing = similar.citing_the_same(visit.db, thread.id, MOST)
    if visit.query.get("part"):
        return visit.fragment("threads/_related.html", related=related, citing=citing)
    return visit.page("threads/related.html", thread=thread, related=related, citing=citing)
