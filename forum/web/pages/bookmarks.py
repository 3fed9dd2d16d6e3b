"""One's own bookmarks, and the mark on a post."""

from starlette.responses import Response

from forum.actions import bookmarking
from forum.discussion import bookmarks
from forum.errors import SignInRequired
from forum.web.endpoint import Visit
from forum.web.pages.posts import place


def listing(visit: Visit) -> Response:
    if visit.actor is None:
        raise SignInRequired
    after = visit.query.get("after", "")
    page = bookmarks.of_account(visit.db, visit.actor.id, after, visit.settings.page_size)
    return visit.page("bookmarks/listing.html", page=page, after=after)


def mark(visit: Visit) -> Response:
    """The post is among the member's bookmarks, or no longer."""
    post_id = visit.path["post_id"]
    if visit.form.get("bookmark") == "0":
        visit.act(bookmarking.remove, post_id)
        told = "unbookmarked"
    else:
        visit.act(bookmarking.bookmark, post_id)
        told = "bookmarked"
    # From the list one comes back to the list: the post may not be there any more.
    return visit.redirect(visit.next_path(), told) if "next" in visit.form else place(visit, post_id, told)
