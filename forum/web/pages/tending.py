"""Where moderators tend a thread: its state, original and pace, merging, splitting; notices and cautions."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from forum import policy
from forum.accounts import people
from forum.actions import annotating, tending, transferring
from forum.discussion import cited, post_notices, tags, thread_history, thread_states, transfers
from forum.discussion.tables import ThreadKind
from forum.errors import Invalid
from forum.languages.words import N_, _
from forum.policy import Permit
from forum.web import forms
from forum.web.endpoint import Visit
from forum.web.pages.posts import open_here, place
from forum.web.pages.tags import open_here as open_tag

KINDS = (
    (ThreadKind.QUESTION, N_("A question"), N_("It asks for answers, of which one can be accepted.")),
    (ThreadKind.DISCUSSION, N_("A discussion"), N_("It goes on from the first post.")),
)


def read(visit: Visit) -> Response:
    return _page(visit)


def close(visit: Visit) -> Response:
    return _act(visit, "close", tending.close, "why")


def duplicate(visit: Visit) -> Response:
    return _act(visit, "duplicate", tending.close_as_duplicate, "original", "why")


def reopen(visit: Visit) -> Response:
    return _act(visit, "reopen", tending.reopen, "why")


def lock(visit: Visit) -> Response:
    return _act(visit, "lock", tending.lock, "why")


def unlock(visit: Visit) -> Response:
    return _act(visit, "unlock", tending.unlock, "why")


def slow(visit: Visit) -> Response:
    return _act(visit, "slow", tending.set_slow, "minutes", "why")


def retag(visit: Visit) -> Response:
    return _act(visit, "retag", tending.retag, "tags", "why")


def merge(visit: Visit) -> Response:
    return _act(visit, "merge", transferring.merge, "into", "why", told="threads-merged")


def split(visit: Visit) -> Response:
    """The chosen posts are ticked: each has a field of its own, because a form holds one value a name."""
    typed = visit.form
    chosen = [forms.number(name.removeprefix("post-")) for name in typed if name.startswith("post-")]
    fields = [typed.get(f"split_{name}", "") for name in ("kind", "title", "tags", "why")]
    try:
        transfer = visit.act(transferring.split, visit.path["thread_id"], chosen, *fields)
    except Invalid as error:
        return _page(visit, error.status, act="split", form=typed, errors=_prefixed("split", error.fields))
    return to_thread(visit, transfer.to_id, "thread-split")


def undo(visit: Visit) -> Response:
    """Takes back one move of the thread, or one transfer: the form says which."""
    move, transfer = visit.form.get("move", ""), visit.form.get("transfer", "")
    if transfer:
        undone = visit.act(transferring.undo, forms.number(transfer))
        return to_thread(visit, undone.from_id, "tending-undone")
    made = visit.act(tending.undo, forms.number(move))
    return to_thread(visit, made.thread_id, "tending-undone")


def notices(visit: Visit) -> Response:
    return _notices(visit)


def keep_notice(visit: Visit) -> Response:
    """A notice is put above the post, or taken off it."""
    typed, post_id = visit.form, visit.path["post_id"]
    if typed.get("step") == "end":
        visit.act(annotating.end, post_id, forms.number(typed.get("notice", "")))
        return place(visit, post_id, "notice-ended")
    try:
        visit.act(annotating.put, post_id, typed.get("kind", ""), typed.get("words", ""))
    except Invalid as error:
        return _notices(visit, error.status, form=typed, errors=error.fields)
    return place(visit, post_id, "notice-put")


def caution(visit: Visit) -> Response:
    return _caution(visit)


def keep_caution(visit: Visit) -> Response:
    name = open_tag(visit).name
    try:
        visit.act(tending.caution, name, visit.form.get("words", ""))
    except Invalid as error:
        return _caution(visit, error.status, form=visit.form, errors=error.fields)
    return visit.redirect(f"/tags/{name}", "caution-kept")


def to_thread(visit: Visit, thread_id: int, told: str) -> Response:
    """Sends the browser to the thread, or to the one that it is by now."""
    home = transfers.home(visit.db, thread_id)
    thread = policy.open_thread(visit.db, visit.actor, home, Permit.READ)
    return visit.redirect(f"/t/{thread.id}/{thread.slug}", told)


def _act(
    visit: Visit, act: str, action: Callable[..., object], *names: str, told: str = "tended"
) -> Response:
    """Does the action with what was typed; the fields of each form on the page begin with its act."""
    thread_id = visit.path["thread_id"]
    try:
        visit.act(action, thread_id, *(visit.form.get(f"{act}_{name}", "") for name in names))
    except Invalid as error:
        return _page(visit, error.status, act=act, form=visit.form, errors=_prefixed(act, error.fields))
    return to_thread(visit, thread_id, told)


def _prefixed(act: str, fields: Mapping[str, str]) -> dict[str, str]:
    return {f"{act}_{name}": words for name, words in fields.items()}


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    thread = policy.open_thread(visit.db, visit.actor, visit.path["thread_id"], Permit.TEND_THREAD)
    movable = transfers.movable(visit.db, thread.id)
    context = {
        "thread": thread,
        "offered": thread_states.offered(thread.state),
        "history": thread_history.of_thread(visit.db, thread),
        "movable": movable,
        "kinds": [(value, _(label), _(help)) for value, label, help in KINDS],
        "why_length": tending.WHY_LENGTH,
        "act": visit.query.get("act", ""),
        "form": {
            "slow_minutes": thread.slow_minutes,
            "retag_tags": thread.tag_names,
            "split_tags": thread.tag_names,
            "split_kind": ThreadKind.DISCUSSION,
        },
        **more,
    }
    return visit.page("tending/read.html", status, **context)


def _notices(visit: Visit, status: int = 200, **more: Any) -> Response:
    post, thread = open_here(visit, Permit.TEND_THREAD)
    found = post_notices.of_post(visit.db, post.id)
    context = {
        "post": post,
        "thread": thread,
        "author": people.name_of(visit.db, post.author_id),
        "html": Markup(post.html),  # noqa: S704 - sanitised when it was saved
        "citations": cited.by_post(visit.db, post.id),
        "notices": found,
        "labels": {kind: _(about.label) for kind, about in post_notices.KINDS.items()},
        "kinds": [(kind, *map(_, post_notices.KINDS[kind])) for kind in post_notices.OFFERED],
        "words_length": post_notices.WORDS_LENGTH,
        **more,
    }
    return visit.page("tending/notices.html", status, **context)


def _caution(visit: Visit, status: int = 200, **more: Any) -> Response:
    visit.needs(Permit.TEND)
    tag = open_tag(visit)
    context = {"tag": tag, "form": {"words": tag.caution}, "length": tags.CAUTION_LENGTH, **more}
    return visit.page("tending/caution.html", status, **context)
