"""What a text will look like: for the script beside the form, and for forms without one."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup
from starlette.responses import Response

from forum.actions import sourcing
from forum.discussion import depicted
from forum.languages.words import N_, _
from forum.markup import LIMIT, Cited, Page, anchored, render, statements
from forum.markup.render import UNDESCRIBED
from forum.references import cautions, printing
from forum.references.printing import Printed
from forum.uploads import copies
from forum.web.endpoint import Visit

#: Said of a picture that the page leaves empty.
UNSEEN = N_(
    "A picture in it is not shown to readers: it is gone, or somebody else’s and not posted yet. Send one of"
    " your own, or describe what it shows."
)


class Entry(NamedTuple):
    """One line of the list of references."""

    ordinal: int
    source: Printed
    locator: str
    stance: str


class Preview(NamedTuple):
    """`problems` are sentences about what stays as typed, about sources that do not stand any more, and about
    those that the moderators want cited with care or not at all. `unsourced` are statements about health that
    do not say where they come from.
    """

    html: Markup
    citations: Sequence[Entry]
    problems: Sequence[str]
    unsourced: Sequence[str]


def preview(visit: Visit) -> Response:
    return visit.fragment("preview/preview.html", preview=made(visit, visit.form.get("text", "")))


def made(visit: Visit, text: str) -> Preview:
    """The text as it would be posted; nothing is saved."""
    page = copies.page_of(visit.db, text[:LIMIT])
    html = Markup(anchored(page.html, "preview"))  # noqa: S704 - sanitised by render
    policy = sourcing.warnings(visit.db, page.citations)
    problems = [*page.problems, *_unseen(visit, page), *policy, *_cautions(visit, page.citations)]
    return Preview(html, _entries(visit, page.citations), problems, statements.unsourced(page))


def asked_for(visit: Visit) -> Preview | None:
    """The preview if the form was sent by its Preview button."""
    return made(visit, visit.form.get("text", "")) if visit.form.get("step") == "preview" else None


def to_check(visit: Visit, wording: Callable[[str], str]) -> Sequence[str]:
    """Statements about health without a source at which posting stops once: a form says itself what it had
    seen. None for a text that `wording` does not take, of which the form says more.
    """
    if visit.form.get("checked") != "":
        return ()
    try:
        text = wording(visit.form.get("text", ""))
    except ValueError:
        return ()
    return statements.unsourced(render(text))


def afterthought(visit: Visit) -> str:
    """What is to be said when the text was saved, as the end of a key of `told`: "" for nothing.

    A part of it, such as a citation with a typing error, stays as typed; a picture is not shown, or has no
    words; or a source does not stand any more, or is discouraged.
    """
    page = render(visit.form.get("text", "")[:LIMIT])
    if any(problem != _(UNDESCRIBED) for problem in page.problems):
        return "-as-typed"
    if _unseen(visit, page):
        return "-unseen"
    if page.problems:
        return "-undescribed"
    if _cautions(visit, page.citations):
        return "-doubtful"
    return "-discouraged" if sourcing.warns(visit.db, page.citations) else ""


def _unseen(visit: Visit, page: Page) -> list[str]:
    """A sentence if the text has pictures of this forum that its readers would not see."""
    if visit.actor is None or not depicted.unseen(visit.db, visit.actor.id, page.pictures):
        return []
    return [_(UNSEEN)]


def _cautions(visit: Visit, cited: Sequence[Cited]) -> list[str]:
    identifiers = [c.identifier for c in cited if c.identifier]
    return cautions.of_cited(visit.db, identifiers, [c.reference_id for c in cited if c.reference_id])


def _entries(visit: Visit, cited: Sequence[Cited]) -> list[Entry]:
    named = printing.of_identifiers(visit.db, [c.identifier for c in cited if c.identifier])
    numbered = printing.of_ids(visit.db, [c.reference_id for c in cited if c.reference_id])
    printed = [named[c.identifier] if c.identifier else numbered.get(c.reference_id or 0) for c in cited]
    return [
        Entry(c.ordinal, each, c.locator, c.stance) for c, each in zip(cited, printed, strict=True) if each
    ]
