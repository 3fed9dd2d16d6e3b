"""The living page of the design: what the pages are made of, for whoever works on them."""

from starlette.responses import Response

from forum.errors import NotFound
from forum.web.endpoint import Visit

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
    if not visit.settings.is_own_machine:
        raise NotFound
    return visit.page("design.html", colours=COLOURS, wrong=ERRORS, filled={"title": "Why"})
