"""Lists of threads: the latest, the newest, the unanswered, the best, and those for one reader."""

from starlette.responses import Response

from forum.accounts import directory, samples
from forum.discussion import best, listings
from forum.discussion.best import Span
from forum.errors import SignInRequired
from forum.inbox import for_me as for_me_list
from forum.languages.words import N_, _
from forum.paging import Page
from forum.web import first_steps
from forum.web.endpoint import Visit

#: What each span of the best threads is called.
SPANS = {Span.WEEK: N_("Week"), Span.MONTH: N_("Month"), Span.YEAR: N_("Year"), Span.EVER: N_("Ever")}


def latest(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    page = listings.latest(visit.db, after, visit.settings.page_size)
    return visit.page(
        "listings/latest.html",
        page=page,
        after=after,
        sample_accounts=samples.to_try(visit.db),
        is_new=not page.items and not directory.has_admin(visit.db),
        steps=first_steps.of(visit) if not page.items and visit.actor and visit.actor.is_admin else (),
    )


def newest(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    page = listings.newest(visit.db, after, visit.settings.page_size)
    return visit.page("listings/newest.html", page=page, after=after)


def unanswered(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    page = listings.unanswered(visit.db, after, visit.settings.page_size)
    return visit.page("listings/unanswered.html", page=page, after=after)


def top(visit: Visit) -> Response:
    after, asked = visit.query.get("after", ""), visit.query.get("in", "")
    span = Span(asked) if asked in tuple(Span) else Span.WEEK
    page = best.best(visit.db, span, after, visit.settings.page_size)
    spans = [(f"/top?in={each}", _(SPANS[each]), each == span) for each in Span]
    return visit.page("listings/top.html", page=page, after=after, span=span, spans=spans)


def for_me(visit: Visit) -> Response:
    if visit.actor is None:
        raise SignInRequired
    after = visit.query.get("after", "")
    page = for_me_list.threads(visit.db, visit.actor.id, after, visit.settings.page_size)
    return visit.page(
        "listings/for_me.html", page=page or Page([], None), after=after, follows=page is not None
    )
