"""Writing under a post."""

from typing import Any

from starlette.responses import Response

from forum.actions import posting
from forum.discussion import drafts, wording
from forum.errors import Invalid, TooMany
from forum.policy import Permit
from forum.web.endpoint import Visit
from forum.web.pages import drafts as draft_pages
from forum.web.pages import preview, unnamed
from forum.web.pages.posts import open_here, posted


def form(visit: Visit) -> Response:
    return _page(visit)


def comment(visit: Visit) -> Response:
    typed, draft = visit.form, drafts.commenting(visit.path["post_id"])
    if draft_pages.is_asked_for(visit):
        return draft_pages.save_here(visit, draft, visit.here)
    if shown := preview.asked_for(visit):
        return _page(visit, preview=shown)
    place = open_here(visit, Permit.COMMENT).thread.id
    if unsourced := preview.to_check(visit, wording.comment):
        draft_pages.keep(visit, draft)
        return _page(visit, 422, unsourced=unsourced)
    try:
        post = visit.act(
            posting.comment,
            visit.path["post_id"],
            typed.get("text", ""),
            key=typed.get("key", ""),
            held_posts=visit.settings.held_posts,
            anonymous=unnamed.chosen(visit, place),
        )
    except (Invalid, TooMany) as error:
        draft_pages.keep(visit, draft)
        return _page(visit, error.status, errors=error.fields)
    return posted(visit, post.id, post.state)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    post, thread = open_here(visit, Permit.COMMENT)
    key = visit.form.get("key") or visit.new_key()
    kept = draft_pages.kept(visit, drafts.commenting(post.id))
    form = visit.form or (kept.typed if kept else {})
    context = {"preview": None, "form": form, "post": post, "thread": thread, "key": key, **more}
    context.setdefault("unsourced", ())
    context["kept"] = kept
    context["unnamed"] = unnamed.offered(visit, thread.id)
    return visit.page("posts/comment.html", status, **context)
