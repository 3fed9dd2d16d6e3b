"""Names that complete a mention while it is typed: for our script."""

from starlette.responses import Response

from forum.accounts import names
from forum.discussion import mentionable
from forum.web import forms
from forum.web.endpoint import Visit


def suggest(visit: Visit) -> Response:
    """Options for what stands behind "@" (`q`), in a thread (`thread`) or nowhere."""
    thread_id = forms.number(visit.query.get("thread", ""))
    letters = visit.query.get("q", "")[: names.LONGEST]
    found = mentionable.people(visit.db, letters, thread_id or None)
    return visit.fragment("people/_suggestions.html", people=found)
