"""Tags, and the threads that carry one."""

from starlette.responses import Response

from forum.discussion import listings, tags
from forum.errors import NotFound
from forum.web.endpoint import Visit

PAGE = 60


def listing(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    return visit.page("tags/listing.html", page=tags.listing(visit.db, after, PAGE), after=after)


def named(visit: Visit) -> Response:
    after = visit.query.get("after", "")
    tag = open_here(visit)
    page = listings.tagged(visit.db, tag.name, after, visit.settings.page_size)
    return visit.page("tags/named.html", tag=tag, page=page, after=after)


def open_here(visit: Visit) -> tags.TagRow:
    """The tag of this address, if the visitor may see it."""
    tag = tags.named(visit.db, visit.path["name"])
    if tag is None or not _is_shown(visit, tag):
        raise NotFound
    return tag


def _is_shown(visit: Visit, tag: tags.TagRow) -> bool:
    """A tag that only hidden threads carry may be what was hidden: it is for their authors and moderators."""
    if tag.thread_count or tag.description:
        return True
    viewer = visit.actor
    return viewer is not None and (viewer.is_moderator or tags.is_used_by(visit.db, tag.name, viewer.id))
