"""Editing an own post; two edits at once are put together."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from starlette.responses import Response

from forum.actions import editing
from forum.discussion import combining, drafts, revisions
from forum.discussion.combining import Conflict
from forum.discussion.tables import PostKind, PostState
from forum.errors import Invalid, TooMany
from forum.languages.words import _
from forum.policy import Opened, Permit
from forum.web import forms
from forum.web.endpoint import Visit
from forum.web.pages import drafts as draft_pages
from forum.web.pages import preview
from forum.web.pages.posts import open_here, place


class Merge(NamedTuple):
    """An edit put together with what the post says by now. `fields` fill the form, on the new revision.

    `errors` are about fields of which one reading has to be chosen; without any, and without conflicts in the
    text, the two go together.
    """

    fields: Mapping[str, str]
    conflicts: Sequence[Conflict]
    errors: Mapping[str, str]

    @property
    def is_clean(self) -> bool:
        return not self.conflicts and not self.errors


def form(visit: Visit) -> Response:
    opened = post, thread = open_here(visit, Permit.EDIT)
    typed = {"text": post.text, "title": thread.title, "tags": thread.tag_names, "why": ""}
    typed["revision"] = str(post.revision)
    kept = draft_pages.kept(visit, drafts.editing(post.id))
    if kept:
        typed |= kept.typed
    if typed["revision"] != str(post.revision):
        merge = _merged(visit, opened, typed)
        return _page(visit, opened, merge.fields, merge=merge, errors=merge.errors, kept=kept)
    return _page(visit, opened, typed, kept=kept)


def edit(visit: Visit) -> Response:
    typed = visit.form
    opened = open_here(visit, Permit.EDIT)
    draft = drafts.editing(opened.post.id)
    if draft_pages.is_asked_for(visit):
        return draft_pages.save_here(visit, draft, visit.here)
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
    except (Invalid, TooMany) as error:
        draft_pages.keep(visit, draft)
        if isinstance(error, editing.Outdated):
            return _outdated(visit, error.status)
        return _page(visit, opened, typed, error.status, errors=error.fields)
    told = "edited-held" if changed.state == PostState.HELD else "edited"
    return place(visit, changed.id, told + preview.afterthought(visit))


def _outdated(visit: Visit, status: int) -> Response:
    """The form once more with both edits in it, to be looked over and saved on what the post says now."""
    opened = open_here(visit, Permit.EDIT)
    merge = _merged(visit, opened, visit.form)
    return _page(visit, opened, merge.fields, status, merge=merge, errors=merge.errors)


def _merged(visit: Visit, opened: Opened, typed: Mapping[str, str]) -> Merge:
    post, thread = opened
    base = revisions.wording(visit.db, post.id, forms.number(typed.get("revision", "")))
    text = combining.texts(base.text, post.text, typed.get("text", ""))
    fields = {**typed, "text": text.text, "revision": str(post.revision)}
    errors = {"text": _(combining.STILL_THERE)} if text.conflicts else {}
    if post.kind == PostKind.OPENING:
        title = combining.line(base.title, thread.title, typed.get("title", ""))
        if title is None:
            errors["title"] = _("It says now “{title}”. Leave yours, or take that.").format(
                title=thread.title
            )
        fields["title"] = typed.get("title", "") if title is None else title
        names = [tags.split() for tags in (base.tag_names, thread.tag_names, typed.get("tags", ""))]
        fields["tags"] = " ".join(combining.names(*names))
    return Merge(fields, text.conflicts, errors)


def _page(visit: Visit, opened: Opened, typed: Mapping[str, str], status: int = 200, **more: Any) -> Response:
    context = {"preview": None, "merge": None, "revision": typed.get("revision", ""), **more}
    if "kept" not in context:
        context["kept"] = draft_pages.kept(visit, drafts.editing(opened.post.id))
    return visit.page("posts/edit.html", status, **opened._asdict(), form=typed, **context)
