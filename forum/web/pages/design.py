"""The living page of the design: what the pages are made of, for whoever works on them."""

from urllib.parse import urlsplit

from starlette.responses import Response

from forum.errors import NotFound
from forum.web.endpoint import Visit

#: Where the forum is somebody's workshop and not yet open to others.
_WORKSHOPS = ("localhost", "127.0.0.1", "::1")
#: The colours by their names in style.css, with what each is for.
COLOURS = (
    ("paper", "the page"),
    ("raised", "fields, cards, boxes"),
    ("sunk", "notes, code, badges"),
    ("ink", "words"),
    ("soft", "words beside the words"),
    ("line", "between things"),
    ("edge", "around what one can use"),
    ("accent", "links, buttons, what is chosen"),
    ("wash", "behind what is chosen"),
    ("warn", "take care"),
    ("bad", "wrong, or retracted"),
    ("mark", "found, or pointed at"),
)
ERRORS = {"title": "Please write at least fifteen characters.", "colour": "Choose one of these."}


def read(visit: Visit) -> Response:
    if urlsplit(visit.settings.base_url).hostname not in _WORKSHOPS:
        raise NotFound
    return visit.page("design.html", colours=COLOURS, wrong=ERRORS, filled={"title": "Why"})
