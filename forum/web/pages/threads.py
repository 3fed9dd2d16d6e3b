"""A thread, page by page; answering in it, and following it."""

import re
from typing import Any

from starlette.responses import RedirectResponse, Response

from forum import policy
from forum.actions import following, posting
from forum.clock import now
from forum.discussion import drafts, outline, sources, threads, transfers, wording
from forum.discussion.happening import Since
from forum.discussion.threads import ThreadPage
from forum.errors import Invalid, NotFound, TooMany
from forum.inbox import following as followed
from forum.inbox.following import Kind
from forum.policy import Permit
from forum.web import structured
from forum.web.endpoint import Visit
from forum.web.pages import drafts as draft_pages
from forum.web.pages import following as levels
from forum.web.pages import preview, unnamed
from forum.web.pages.posts import posted

#: What an address may say beside the place, and keeps when it is put right.
KEPT = ("told", "undo")


def read(visit: Visit) -> Response:
    number, sort = visit.query.get("page", ""), visit.query.get("sort", "")
    page_number = int(number) if re.fullmatch("[0-9]{1,6}", number) else 1
    try:
        page = policy.read_thread(visit.db, visit.actor, visit.path["thread_id"], sort, page_number)
    except NotFound:
        return to_home(visit)
    if away := _elsewhere(visit, page):
        return RedirectResponse(*away)
    actor, thread = visit.actor, page.thread
    # Said once: in the usual order, where the question is.
    tells = actor is None and not page.query
    answers = Permit.ANSWER in page.opening.may
    return visit.page(
        "threads/read.html",
        thread=thread,
        opening=page.opening,
        answers=page.answers,
        page=page,
        pages=_offered(page),
        sorts=outline.SORTS[thread.kind],
        sources=sources.of_page(page),
        moderates=policy.tends(visit.db, actor, thread.id),
        menu=_menu(visit, thread.id),
        key=visit.new_key() if actor else "",
        kept=draft_pages.kept(visit, drafts.answering(thread.id)) if answers else None,
        undo=draft_pages.undo_offered(visit),
        since=Since.at(thread.active_at, now()) if thread.shown else "",
        schema=structured.of_thread(page, visit.settings.base_url) if tells else "",
    )


def _elsewhere(visit: Visit, page: ThreadPage) -> tuple[str, int] | None:
    """The address of this page, and a status, if the visitor has come by another one."""
    here = threads.address(page.thread.id, page.thread.slug, {})
    asked = {name: visit.query[name] for name in ("sort", "page") if name in visit.query}
    if visit.here == here and asked == page.query:
        return None
    told = {name: visit.query[name] for name in KEPT if name in visit.query}
    address = threads.address(page.thread.id, page.thread.slug, {**page.query, **told})
    return address, 301 if asked == page.query else 302


def _offered(page: ThreadPage) -> list[tuple[int, str]]:
    """Numbers and addresses of pages to go on to: the first, the last, those near by; (0, "") for a gap."""
    last = page.outline.pages
    near = {1, last, *range(max(1, page.page - 2), min(last, page.page + 2) + 1)}
    offered: list[tuple[int, str]] = []
    for number in sorted(near):
        if offered and number > offered[-1][0] + 1:
            offered.append((0, ""))
        offered.append((number, page.addresses[number - 1]))
    return offered


def follow(visit: Visit) -> Response:
    """The member hears so much of what is new here from now on."""
    level = levels.chosen(visit)
    thread = visit.act(following.follow_thread, visit.path["thread_id"], level)
    return levels.back(visit, threads.address(thread.id, thread.slug, {}), Kind.THREAD, level)


def _menu(visit: Visit, thread_id: int) -> levels.Menu | None:
    if visit.actor is None:
        return None
    level = followed.level_of(visit.db, visit.actor.id, Kind.THREAD, thread_id)
    return levels.menu(visit, Kind.THREAD, level)


def to_home(visit: Visit, page: str = "") -> Response:
    """A thread that was merged leads to where its posts went, or to `page` there; NotFound for others."""
    thread_id: int = visit.path["thread_id"]
    home = transfers.home(visit.db, thread_id)
    if home == thread_id:
        raise NotFound
    thread = policy.open_thread(visit.db, visit.actor, home, Permit.READ)
    return RedirectResponse(f"/t/{thread.id}{page or f'/{thread.slug}'}", 301)


def answer(visit: Visit) -> Response:
    typed, draft = visit.form, drafts.answering(visit.path["thread_id"])
    if draft_pages.is_asked_for(visit):
        return draft_pages.save_here(visit, draft, visit.here)
    if shown := preview.asked_for(visit):
        return _page(visit, preview=shown)
    if unsourced := preview.to_check(visit, wording.body):
        draft_pages.keep(visit, draft)
        return _page(visit, 422, unsourced=unsourced)
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
        draft_pages.keep(visit, draft)
        return _page(visit, error.status, errors=error.fields)
    return posted(visit, post.id, post.state)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    """The form alone: at the end of a long thread nobody would find the message beside it."""
    thread = policy.open_thread(visit.db, visit.actor, visit.path["thread_id"], Permit.ANSWER)
    key = visit.form.get("key") or visit.new_key()
    context = {"preview": None, "unsourced": (), "form": visit.form, "thread": thread, "key": key, **more}
    context["unnamed"] = unnamed.offered(visit, thread.id)
    context["kept"] = draft_pages.kept(visit, drafts.answering(thread.id))
    return visit.page("threads/answer.html", status, **context)
