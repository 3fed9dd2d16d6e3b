"""The rules on which moderators' decisions rest."""

from starlette.responses import Response

from forum.moderation.rules import RULES
from forum.web.endpoint import Visit


def listing(visit: Visit) -> Response:
    return visit.page("rules/rules.html", rules=RULES)
