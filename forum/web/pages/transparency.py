"""The yearly figures for a transparency report, for admins: to read, and to take away as one file."""

import json

from starlette.responses import Response

from forum.clock import now
from forum.errors import NotFound
from forum.languages.formats import number
from forum.moderation import transparency
from forum.moderation.transparency import Figure
from forum.policy import Permit
from forum.web import sheets
from forum.web.endpoint import Visit


def read(visit: Visit) -> Response:
    visit.needs(Permit.ADMINISTER)
    year = _year(visit)
    figures = transparency.of_year(visit.db, year)
    return visit.page(
        "statistics/transparency.html", year=year, years=transparency.years(), figures=figures, values=_values
    )


def export(visit: Visit) -> Response:
    """All figures of the year in one file; the forum, the year and when it was made are in the JSON."""
    visit.needs(Permit.ADMINISTER)
    year, extension = _year(visit), visit.path["extension"]
    figures = transparency.of_year(visit.db, year)
    if extension == "csv":
        return sheets.answer(sheets.as_csv(Figure._fields, figures), f"transparency-{year}.csv")
    if extension != "json":
        raise NotFound
    whole = {
        "forum": visit.settings.name,
        "address": visit.settings.base_url,
        "year": year,
        "made_at": now().isoformat(timespec="seconds"),
        "regulation": "Regulation (EU) 2022/2065, articles 15 and 24",
        "figures": [figure._asdict() for figure in figures],
    }
    content = json.dumps(whole, ensure_ascii=False, indent=1)
    return sheets.answer(content, f"transparency-{year}.json", "application/json")


def _year(visit: Visit) -> int:
    """The year that is asked for; if none is, or one that there is not, the last whole one."""
    known = transparency.years()
    asked = visit.query.get("year", "")
    return next((year for year in known if str(year) == asked), known[min(1, len(known) - 1)])


def _values(figure: Figure) -> str:
    """The value as people read it."""
    if figure.value is None:
        return "–"
    return sheets.percent(figure.value) if figure.unit == "share" else number(figure.value)
