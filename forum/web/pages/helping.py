"""Where to turn when somebody may be in danger: the community's own words, or general advice."""

from functools import lru_cache

from markupsafe import Markup
from starlette.responses import Response

from forum import markup
from forum.config import Settings
from forum.web.endpoint import Visit


def urgent(visit: Visit) -> Response:
    return visit.page("flags/help.html", help=words(visit.settings), back=visit.next_path())


def words(settings: Settings) -> Markup:
    """What the people who run the forum say about it; "" if they leave it to the general advice."""
    return _rendered(settings.help)


@lru_cache(4)
def _rendered(text: str) -> Markup:
    return Markup(markup.render(text).html)  # noqa: S704 - sanitised by render
