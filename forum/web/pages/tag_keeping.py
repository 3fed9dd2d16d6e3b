"""Where moderators keep a tag: its description, its other names, and merging it into another one."""

from typing import Any

from starlette.responses import Response

from forum.actions import tagging
from forum.discussion import tag_changes, tags
from forum.errors import Invalid
from forum.policy import Permit
from forum.web.endpoint import Visit
from forum.web.pages.tags import open_here


def read(visit: Visit) -> Response:
    return _page(visit)


def describe(visit: Visit) -> Response:
    try:
        tag = visit.act(tagging.describe, visit.path["name"], visit.form.get("description", ""))
    except Invalid as error:
        return _page(visit, error.status, form=visit.form, errors=error.fields)
    return visit.redirect(f"/tags/{tag.name}", "tag-described")


def allow_unnamed(visit: Visit) -> Response:
    """Whether questions with the tag can be asked without a name."""
    allowed = visit.form.get("allowed") == "yes"
    tag = visit.act(tagging.allow_unnamed, visit.path["name"], allowed)
    return visit.redirect(f"/tags/{tag.name}/edit", "tag-allows-unnamed" if allowed else "tag-named-only")


def synonyms(visit: Visit) -> Response:
    """Another name is given to the tag, or taken from it."""
    name, typed = visit.path["name"], visit.form
    if typed.get("step") == "drop":
        tag = visit.act(tagging.drop_synonym, name, typed.get("synonym", ""))
        return visit.redirect(f"/tags/{tag.name}/edit", "tag-unnamed")
    try:
        tag = visit.act(tagging.name_synonym, name, typed.get("synonym", ""))
    except Invalid as error:
        return _page(visit, error.status, form=typed, errors=error.fields)
    return visit.redirect(f"/tags/{tag.name}/edit", "tag-named")


def merge(visit: Visit) -> Response:
    typed = visit.form
    try:
        made = visit.act(tagging.merge, visit.path["name"], typed.get("into", ""), typed.get("why", ""))
    except Invalid as error:
        return _page(visit, error.status, form=typed, errors=error.fields)
    return _edited(visit, made.into_id, "tags-merged")


def undo(visit: Visit) -> Response:
    made = visit.act(tagging.undo, visit.path["merge_id"])
    return _edited(visit, made.from_id, "tags-parted")


def _edited(visit: Visit, tag_id: int, told: str) -> Response:
    """Back to the tag, with what is told, or that it takes a while if its threads are still on their way."""
    soon = "-soon" if tag_changes.is_moving(visit.db, [tag_id]) else ""
    return visit.redirect(f"/tags/{tag_changes.name_of(visit.db, tag_id)}/edit", f"{told}{soon}")


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    visit.needs(Permit.TEND)
    tag = open_here(visit)
    synonyms = tags.synonyms(visit.db, tag.id)
    form = {"description": tag.description, **more.pop("form", {})}
    context = {
        "tag": tag,
        "form": form,
        "synonyms": synonyms,
        "allows_unnamed": tags.allows_unnamed(visit.db, tag.name),
        "merged": tag_changes.merged(visit.db, synonyms),
        "merges": tag_changes.merges_into(visit.db, tag.id),
        "description_length": tags.DESCRIPTION_LENGTH,
        "why_length": tagging.WHY_LENGTH,
        **more,
    }
    return visit.page("tags/edit.html", status, **context)
