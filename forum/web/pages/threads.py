"""A thread, and answering in it."""

from typing import Any

from starlette.responses import RedirectResponse, Response

from forum import policy
from forum.actions import posting
from forum.discussion import sources, transfers
from forum.errors import Invalid, NotFound, TooMany
from forum.policy import Permit
from forum.web import structured
from forum.web.endpoint import Visit
from forum.web.pages import preview, unnamed
from forum.web.pages.posts import posted


def read(visit: Visit) -> Response:
    try:
        page = policy.read_thread(visit.db, visit.actor, visit.path["thread_id"])
    except NotFound:
        return _to_home(visit)
    address = f"/t/{page.thread.id}/{page.thread.slug}"
    if visit.here != address:
        return RedirectResponse(address, 301)
    return visit.page(
        "threads/read.html",
        thread=page.thread,
        opening=page.opening,
        answers=page.answers,
        sources=sources.of_page(page),
        moderates=policy.tends(visit.db, visit.actor, page.thread.id),
        key=visit.new_key() if visit.actor else "",
        schema="" if visit.actor else structured.of_thread(page, visit.settings.base_url),
    )


def _to_home(visit: Visit) -> Response:
    """A thread that was merged leads to where its posts went; NotFound for any other."""
    thread_id: int = visit.path["thread_id"]
    home = transfers.home(visit.db, thread_id)
    if home == thread_id:
        raise NotFound
    thread = policy.open_thread(visit.db, visit.actor, home, Permit.READ)
    return RedirectResponse(f"/t/{thread.id}/{thread.slug}", 301)


def answer(visit: Visit) -> Response:
    typed = visit.form
    if shown := preview.asked_for(visit):
        return _page(visit, preview=shown)
    try:
        post = visit.act(
            posting.answer,
            visit.path["thread_id"],
            typed.get("text", ""),
            key=typed.get("key", ""),
            held_posts=visit.settings.held_posts,
            anonymous=unnamed.chosen(visit, visit.path["thread_id"]),
        )
    except (Invalid, TooMany) as error:
        return _page(visit, error.status, errors=error.fields)
    return posted(visit, post.id, post.state)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    """The form alone: at the end of a long thread nobody would find the message beside it."""
    thread = policy.open_thread(visit.db, visit.actor, visit.path["thread_id"], Permit.ANSWER)
    key = visit.form.get("key") or visit.new_key()
    context = {"preview": None, "form": visit.form, "thread": thread, "key": key, **more}
    context["unnamed"] = unnamed.offered(visit, thread.id)
    return visit.page("threads/answer.html", status, **context)
