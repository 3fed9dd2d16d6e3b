"""Sentences that need a source: asking for one, and what becomes of that."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from forum import policy
from forum.actions import requesting
from forum.discussion import requests
from forum.discussion.requests import RequestView
from forum.discussion.tables import RequestState
from forum.errors import Invalid, TooMany
from forum.languages.words import N_, _
from forum.markup.sentences import bare, sentences
from forum.policy import Permit
from forum.web.endpoint import Visit
from forum.web.pages.posts import open_here, place

#: What became of a wish, after its sentence.
OUTCOMES = {
    RequestState.OPEN: N_("no source yet"),
    RequestState.CITED: N_("a source was added"),
    RequestState.DECLINED: N_("the author adds none"),
    RequestState.CLEARED: N_("the mark was taken away"),
    RequestState.GONE: N_("the sentence is no longer there"),
}


def read(visit: Visit) -> Response:
    return _page(visit)


def ask(visit: Visit) -> Response:
    try:
        post = visit.act(requesting.ask, visit.path["post_id"], visit.form.get("sentence", ""))
    except (Invalid, TooMany) as error:
        return _page(visit, error.status, form=visit.form, errors=error.fields)
    return place(visit, post.id, "source-asked")


def settle(visit: Visit) -> Response:
    request_id = visit.path["request_id"]
    try:
        post = visit.act(requesting.settle, request_id, visit.form.get("why", ""))
    except Invalid as error:
        visit.path["post_id"] = requests.post_of(visit.db, request_id)
        return _page(visit, error.status, refused=request_id, form=visit.form, errors=error.fields)
    return place(visit, post.id, "source-settled")


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    post, thread = open_here(visit, Permit.READ)
    viewer = visit.actor
    subject = policy.subject_of(visit.db, viewer, thread, post)
    wanting = requests.wanting(post)
    everything = requests.of_post(visit.db, post.id)
    context = {
        "post": post,
        "thread": thread,
        "sentences": wanting,
        "open": [request for request in everything if request.state == RequestState.OPEN],
        "settled": _settled(post.plain, everything),
        "outcomes": {str(state): _(words) for state, words in OUTCOMES.items()},
        "may_ask": policy.allows(Permit.ASK_SOURCE, viewer, subject),
        "may_settle": policy.allows(Permit.SETTLE_SOURCE, viewer, subject),
        "is_author": viewer is not None and viewer.id == subject.author_id,
        "why_length": requesting.WHY_LENGTH,
        "refused": 0,
        "form": {"sentence": _chosen(wanting, visit.query.get("words", ""))},
        **more,
    }
    return visit.page("requesting/read.html", status, **context)


def _settled(plain: str, everything: Sequence[RequestView]) -> list[RequestView]:
    """Those whose sentence still stands in the post: an earlier wording may have been taken away."""
    there = {bare(sentence) for sentence in sentences(plain)}
    return [r for r in everything if r.state != RequestState.OPEN and bare(r.sentence) in there]


def _chosen(wanting: list[str], words: str) -> str:
    """The sentence that somebody has marked a part of in the page; "" if it is none of these."""
    part = bare(words)
    return next((sentence for sentence in wanting if part and part in bare(sentence)), "")
