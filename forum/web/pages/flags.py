"""Telling the moderators about a post."""

from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from forum.accounts import people
from forum.actions import flagging
from forum.discussion import cited
from forum.errors import Invalid
from forum.moderation import reasons, subjects
from forum.moderation.flags import is_flagged_by
from forum.moderation.subjects import SubjectKind
from forum.policy import Permit
from forum.web.endpoint import Visit
from forum.web.pages.posts import open_here, place


def form(visit: Visit) -> Response:
    return _page(visit)


def flag(visit: Visit) -> Response:
    typed = visit.form
    post, _ = open_here(visit, Permit.FLAG)
    again = visit.actor is not None and is_flagged_by(visit.db, subjects.post(post.id), visit.actor.id)
    try:
        visit.act(flagging.flag, post.id, typed.get("reason", ""), typed.get("words", ""))
    except Invalid as error:
        return _page(visit, error.status, errors=error.fields)
    return place(visit, post.id, "flag-changed" if again else "flagged")


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    post, thread = open_here(visit, Permit.FLAG)
    context = {
        "post": post,
        "thread": thread,
        "author": people.name_of(visit.db, post.author_id),
        "html": Markup(post.html),  # noqa: S704 - sanitised when it was saved
        "citations": cited.by_post(visit.db, post.id),
        "reasons": [
            (reason.key, reason.label, reason.help) for reason in reasons.offered(visit.db, SubjectKind.POST)
        ],
        "form": visit.form,
        **more,
    }
    return visit.page("flags/flag.html", status, **context)
