"""What this forum is, who runs it and looks after it, and how much is in it."""

from starlette.responses import Response

import forum
from forum import choices
from forum.accounts import team
from forum.discussion import sums
from forum.languages.words import N_
from forum.web import own_words
from forum.web.endpoint import Visit


def read(visit: Visit) -> Response:
    known = sums.read(visit.db)
    counted = ((known.threads, N_("Threads")), (known.posts, N_("Posts")), (known.sources, N_("Sources")))
    return visit.page(
        "about.html",
        words=own_words.rendered(choices.get(visit.db, "about")),
        contact=visit.settings.contact,
        keepers=team.keepers(visit.db),
        counted=counted,
        most=sums.MOST,
        version=forum.__version__,
    )
