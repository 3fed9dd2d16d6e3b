"""One's own bookmarks, and the mark on a post."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.responses import Response

from forum.actions import bookmarking
from forum.discussion import bookmarks
from forum.errors import Invalid, SignInRequired
from forum.inbox import channels
from forum.web import forms
from forum.web.endpoint import Visit
from forum.web.pages.posts import place


def listing(visit: Visit) -> Response:
    """The list or, with `of`, the bookmark of that post alone, to write its note."""
    return _page(visit, visit.query)


def keep_note(visit: Visit) -> Response:
    """The bookmark has the note and the reminder of the form."""
    post_id = visit.path["post_id"]
    try:
        visit.act(bookmarking.annotate, post_id, visit.form.get("note", ""), visit.form.get("day", ""))
    except Invalid as error:
        query = dict(parse_qsl(urlsplit(visit.next_path()).query))
        return _page(visit, query, error.status, wrong=post_id, errors=error.fields, form=visit.form)
    return visit.redirect(visit.next_path(), "bookmark-kept")


def _page(visit: Visit, query: Mapping[str, str], status: int = 200, **more: Any) -> Response:
    if visit.actor is None:
        raise SignInRequired
    after, of = query.get("after", ""), forms.number(query.get("of", ""))
    if of:
        page = bookmarks.one(visit.db, visit.actor.id, of)
    else:
        page = bookmarks.of_account(visit.db, visit.actor.id, after, visit.settings.page_size)
    zone = channels.zone(channels.of(visit.db, visit.actor.id).time_zone)
    days = {each.post_id: each.remind_at.astimezone(zone).date() for each in page.items if each.remind_at}
    context = {"page": page, "after": after, "of": of, "days": days, "wrong": 0, **more}
    return visit.page("bookmarks/listing.html", status, **context)


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
