"""Names that complete a mention while it is typed: for our script."""

from starlette.responses import Response

from forum.accounts import names
from forum.discussion import mentionable
from forum.web.endpoint import Visit

_LONGEST_ID = 12


def suggest(visit: Visit) -> Response:
    """Options for what stands behind "@" (`q`), in a thread (`thread`) or nowhere."""
    thread = visit.query.get("thread", "")
    is_number = thread.isascii() and thread.isdigit() and len(thread) <= _LONGEST_ID
    letters = visit.query.get("q", "")[: names.LONGEST]
    found = mentionable.people(visit.db, letters, int(thread) if is_number else None)
    return visit.fragment("people/_suggestions.html", people=found)
