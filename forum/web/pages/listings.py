"""Lists of threads: the latest, and those that nobody has answered."""

from starlette.responses import Response

from forum.accounts import people, samples
from forum.discussion import listings
from forum.web.endpoint import Visit


def latest(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    page = listings.latest(visit.db, after, visit.settings.page_size)
    return visit.page(
        "listings/latest.html",
        page=page,
        after=after,
        sample_accounts=samples.to_try(visit.db),
        is_new=not page.items and not people.has_admin(visit.db),
    )


def unanswered(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    page = listings.unanswered(visit.db, after, visit.settings.page_size)
    return visit.page("listings/unanswered.html", page=page, after=after)
