"""Beginning a thread; what is like it already is shown first."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from forum.actions import posting
from forum.discussion import anonymity, drafts, near_tags, wording
from forum.discussion.tables import ThreadKind
from forum.errors import Invalid, TooMany
from forum.search import similar
from forum.search.similar import Similar
from forum.web.endpoint import Visit
from forum.web.pages import drafts as draft_pages
from forum.web.pages import preview, unnamed
from forum.web.pages.posts import posted

#: Threads that are shown beside a new one.
SIMILAR = 5
#: Characters of the text that is being typed which count for that.
TEXT = 500


def form(visit: Visit) -> Response:
    title = visit.query.get("title", "")[: wording.TITLE[1]]
    typed = {"kind": ThreadKind.QUESTION, "title": title, "tags": visit.query.get("tags", "")}
    kept = draft_pages.kept(visit, drafts.asking())
    return _page(visit, {**typed, **kept.typed} if kept else typed, kept=kept)


def alike(visit: Visit) -> Response:
    """Threads like the title and the text being typed, for the script; nothing for a few letters."""
    title = visit.query.get("title", "").strip()[: wording.TITLE[1]]
    text = visit.query.get("text", "")[:TEXT]
    found = similar.to_text(visit.db, title, text, SIMILAR) if len(title) >= wording.TITLE[0] else []
    return visit.fragment("asking/_similar.html", found=found)


def ask(visit: Visit) -> Response:
    typed = visit.form
    if draft_pages.is_asked_for(visit):
        return draft_pages.save_here(visit, drafts.asking(), "/ask")
    if shown := preview.asked_for(visit):
        return _page(visit, typed, preview=shown)
    fields = [typed.get(name, "") for name in ("kind", "title", "tags", "text")]
    key = typed.get("key", "")
    try:
        likely, actor = _likely(visit, typed), visit.actor
        unsourced = preview.to_check(visit, wording.body)
        if (likely or unsourced) and actor and posting.is_new(visit.db, actor, *fields, key=key):
            draft_pages.keep(visit, drafts.asking())
            return _page(visit, typed, 422, likely=likely, unsourced=unsourced)
        anonymous = typed.get("as") == unnamed.UNNAMED
        held = visit.settings.held_posts
        post = visit.act(posting.ask, *fields, key=key, held_posts=held, anonymous=anonymous)
    except (Invalid, TooMany) as error:
        draft_pages.keep(visit, drafts.asking())
        return _page(visit, typed, error.status, errors=error.fields)
    return posted(visit, post.id, post.state)


def _likely(visit: Visit, typed: Mapping[str, str]) -> Sequence[Similar]:
    """Threads that ask nearly the same; none if the form has come back with all of them before.

    What the script shows while somebody types does not count: nobody need have looked.
    """
    found = similar.likely(visit.db, typed.get("title", ""), typed.get("text", ""), SIMILAR)
    seen = typed.get("seen", "").split()
    return found if any(str(thread.id) not in seen for thread in found) else ()


def _page(visit: Visit, typed: Mapping[str, str], status: int = 200, **more: Any) -> Response:
    key = typed.get("key") or visit.new_key()
    near = near_tags.of_new(visit.db, _tags(typed)) if visit.method == "POST" else {}
    context = {"preview": None, "likely": (), "form": typed, "key": key, "near": near, **more}
    context.setdefault("unsourced", ())
    if "kept" not in context:
        context["kept"] = draft_pages.kept(visit, drafts.asking())
    return visit.page("asking/ask.html", status, offer=anonymity.offer(visit.db), **context)


def _tags(typed: Mapping[str, str]) -> Sequence[str]:
    """The tags that were typed; none if they cannot be any, which the form says itself."""
    try:
        return wording.tags(typed.get("tags", ""))
    except ValueError:
        return ()
