"""How moderation goes, for moderators: figures with plots, each table also as a file."""

from starlette.responses import Response

from forum.errors import NotFound
from forum.languages.words import _
from forum.moderation import statistics
from forum.policy import Permit
from forum.web import plots, sheets
from forum.web.endpoint import Visit
from forum.web.figures import SECTIONS

#: So many weeks can be asked for, and so many are shown at first.
WEEKS, AT_FIRST = (4, 13, 52), 13


def read(visit: Visit) -> Response:
    visit.needs(Permit.REVIEW)
    weeks = _weeks(visit)
    period = statistics.last_weeks(weeks)
    sections = [make(visit.db, period) for make in SECTIONS.values()]
    return visit.page(
        "statistics/statistics.html",
        sections=sections,
        weeks=weeks,
        choices=WEEKS,
        period=period,
        ticks=[(plots.place(seconds), _(label)) for seconds, label in plots.TICKS],
    )


def table(visit: Visit) -> Response:
    """One of the tables as a file."""
    visit.needs(Permit.REVIEW)
    make = SECTIONS.get(visit.path["table"])
    if make is None:
        raise NotFound
    sheet = make(visit.db, statistics.last_weeks(_weeks(visit))).sheet
    return sheets.answer(
        sheets.as_csv([column.heading for column in sheet.columns], sheet.rows), f"{sheet.key}.csv"
    )


def _weeks(visit: Visit) -> int:
    asked = visit.query.get("weeks", "")
    return next((weeks for weeks in WEEKS if str(weeks) == asked), AT_FIRST)
