"""What a text will look like: for the script beside the form, and for forms without one."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup
from starlette.responses import Response

from forum.actions import depicting, sourcing
from forum.markup import LIMIT, Cited, anchored, render, statements
from forum.references import cautions, printing
from forum.references.printing import Printed
from forum.web.endpoint import Visit


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
    page = depicting.page_of(visit.db, text[:LIMIT])
    html = Markup(anchored(page.html, "preview"))  # noqa: S704 - sanitised by render
    policy = sourcing.warnings(visit.db, page.citations)
    problems = [*page.problems, *policy, *_cautions(visit, page.citations)]
    return Preview(html, _entries(visit, page.citations), problems, statements.unsourced(page.text))


def asked_for(visit: Visit) -> Preview | None:
    """The preview if the form was sent by its Preview button."""
    return made(visit, visit.form.get("text", "")) if visit.form.get("step") == "preview" else None


def afterthought(visit: Visit) -> str:
    """What is to be said when the text was saved, as the end of a key of `told`: "" for nothing.

    A part of it, such as a citation with a typing error, stays as typed; or a source does not stand any more,
    or is discouraged.
    """
    page = render(visit.form.get("text", "")[:LIMIT])
    if page.problems:
        return "-as-typed"
    if _cautions(visit, page.citations):
        return "-doubtful"
    return "-discouraged" if sourcing.warns(visit.db, page.citations) else ""


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
