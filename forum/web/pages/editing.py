"""Editing an own post."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from forum.actions import editing
from forum.discussion.tables import PostKind, PostState
from forum.errors import Invalid, TooMany
from forum.policy import Opened, Permit
from forum.web import forms
from forum.web.endpoint import Visit
from forum.web.pages import preview
from forum.web.pages.posts import open_here, place


def form(visit: Visit) -> Response:
    opened = post, thread = open_here(visit, Permit.EDIT)
    typed = {"text": post.text, "title": thread.title, "tags": thread.tag_names, "why": ""}
    return _page(visit, opened, typed, revision=str(post.revision))


def edit(visit: Visit) -> Response:
    typed = visit.form
    opened = open_here(visit, Permit.EDIT)
    if shown := preview.asked_for(visit):
        return _page(visit, opened, typed, preview=shown)
    opening = opened.post.kind == PostKind.OPENING
    try:
        changed = visit.act(
            editing.edit,
            opened.post.id,
            typed.get("text", ""),
            forms.number(typed.get("revision", "")),
            why=typed.get("why", ""),
            title=typed.get("title", "") if opening else None,
            tag_names=typed.get("tags", "") if opening else None,
        )
    except editing.Outdated as error:
        return _outdated(visit, error)
    except (Invalid, TooMany) as error:
        return _page(visit, opened, typed, error.status, errors=error.fields)
    told = "edited-held" if changed.state == PostState.HELD else "edited"
    return place(visit, changed.id, told + preview.afterthought(visit))


def _outdated(visit: Visit, error: editing.Outdated) -> Response:
    """The form once more, with what the post says now above it: saving then replaces that knowingly."""
    opened = open_here(visit, Permit.EDIT)
    now = {"outdated": opened.post.text, "revision": str(opened.post.revision)}
    return _page(visit, opened, visit.form, error.status, errors=error.fields, **now)


def _page(visit: Visit, opened: Opened, typed: Mapping[str, str], status: int = 200, **more: Any) -> Response:
    context = {"preview": None, "outdated": "", "revision": typed.get("revision", ""), **more}
    return visit.page("posts/edit.html", status, **opened._asdict(), form=typed, **context)
