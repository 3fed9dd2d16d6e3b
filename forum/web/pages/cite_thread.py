"""A thread to be cited elsewhere: as text, and as files for reference managers."""

from starlette.responses import Response

from forum import policy
from forum.discussion import thread_record
from forum.discussion.thread_record import Recorded
from forum.policy import Permit
from forum.references.export import FORMATS, styles
from forum.web import files
from forum.web.endpoint import Visit

#: The files whose text the page shows, for who copies it from there.
SHOWN = ("bib", "ris", "json")


def read(visit: Visit) -> Response:
    thread = _open(visit)
    entries = [thread.entry]
    return visit.page(
        "threads/cite.html",
        thread=thread,
        lines=[(style, styles.write_text(entries, style).strip()) for style in styles.STYLES],
        texts=[(FORMATS[extension].name, FORMATS[extension].write(entries)) for extension in SHOWN],
    )


def export(visit: Visit) -> Response:
    thread = _open(visit)
    return files.answer([thread.entry], visit.path["extension"], thread.slug, visit.query.get("style", ""))


def _open(visit: Visit) -> Recorded:
    thread = policy.open_thread(visit.db, visit.actor, visit.path["thread_id"], Permit.READ)
    return thread_record.read(visit.db, thread.id, visit.settings.name, visit.settings.base_url)
