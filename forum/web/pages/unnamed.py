"""Going on without a name where one has begun like that: what the forms of answers and comments ask."""

from forum.discussion import anonymity
from forum.web.endpoint import Visit

#: What the tick box says; a hidden field beside it says that the form asked.
UNNAMED, ASKED = "unnamed", "asked_as"


def offered(visit: Visit, thread_id: int) -> bool:
    """Whether the visitor can go on without a name in the thread."""
    return visit.actor is not None and anonymity.writes_unnamed(visit.db, thread_id, visit.actor.id)


def chosen(visit: Visit, thread_id: int) -> bool:
    """Whether the form is to be posted without a name.

    A form that did not ask (an old one, or one opened elsewhere) names nobody who began without a name.
    """
    return visit.form.get("as") == UNNAMED or (ASKED not in visit.form and offered(visit, thread_id))
