"""Beginning a thread."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from forum.actions import posting
from forum.discussion.tables import ThreadKind
from forum.errors import Invalid
from forum.web.endpoint import Visit
from forum.web.pages import preview
from forum.web.pages.posts import posted


def form(visit: Visit) -> Response:
    return _page(visit, {"kind": ThreadKind.QUESTION, "tags": visit.query.get("tags", "")})


def ask(visit: Visit) -> Response:
    typed = visit.form
    if shown := preview.asked_for(visit):
        return _page(visit, typed, preview=shown)
    try:
        post = visit.act(
            posting.ask,
            typed.get("kind", ""),
            typed.get("title", ""),
            typed.get("tags", ""),
            typed.get("text", ""),
            key=typed.get("key", ""),
            held_posts=visit.settings.held_posts,
        )
    except Invalid as error:
        return _page(visit, typed, error.status, errors=error.fields)
    return posted(visit, post.id, post.state)


def _page(visit: Visit, typed: Mapping[str, str], status: int = 200, **more: Any) -> Response:
    key = typed.get("key") or visit.new_key()
    return visit.page("asking/ask.html", status, **{"preview": None, "form": typed, "key": key, **more})
