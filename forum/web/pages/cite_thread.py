"""A thread to be cited elsewhere: as text, and as files for reference managers."""

from urllib.parse import urlencode

from starlette.responses import Response

from forum import policy
from forum.discussion import thread_record
from forum.discussion.thread_record import Recorded
from forum.errors import NotFound
from forum.policy import Permit
from forum.references.export import FORMATS, styles
from forum.web import files
from forum.web.endpoint import Visit
from forum.web.pages.threads import to_home

#: The files whose text the page shows, for who copies it from there.
SHOWN = ("bib", "ris", "json")


def read(visit: Visit) -> Response:
    try:
        thread = _open(visit)
    except NotFound:
        return to_home(visit, "/cite")
    entries = [thread.entry]
    return visit.page(
        "threads/cite.html",
        thread=thread,
        lines=[(style, styles.write_text(entries, style).strip()) for style in styles.STYLES],
        texts=[(FORMATS[extension].name, FORMATS[extension].write(entries)) for extension in SHOWN],
    )


def export(visit: Visit) -> Response:
    extension, style = visit.path["extension"], visit.query.get("style", "")
    try:
        thread = _open(visit)
    except NotFound:
        asked = f"?{urlencode({'style': style})}" if style else ""
        return to_home(visit, f"/cite.{extension}{asked}")
    return files.answer([thread.entry], extension, thread.slug, style)


def _open(visit: Visit) -> Recorded:
    thread = policy.open_thread(visit.db, visit.actor, visit.path["thread_id"], Permit.READ)
    return thread_record.read(visit.db, thread.id, visit.settings.name, visit.settings.base_url)
