"""What readers say of a source in a post, and saying it oneself."""

from typing import Any

from starlette.responses import Response

from forum import policy
from forum.actions import purposing, verifying
from forum.discussion import cited, verifications
from forum.discussion.verifications import Verdict
from forum.errors import Invalid, NotFound, TooMany
from forum.languages.words import N_, _
from forum.policy import Permit
from forum.web.endpoint import Visit
from forum.web.pages.posts import open_here, place

#: What can be said of a source: as one chooses it, as others read it, and what it is about.
WORDS = {
    Verdict.SUPPORTED: (
        N_("It supports this"),
        N_("supports this"),
        N_("The source says what the post says."),
    ),
    Verdict.PARTLY: (
        N_("It partly supports this"),
        N_("partly supports this"),
        N_("It says less, or of others."),
    ),
    Verdict.UNSUPPORTED: (
        N_("It does not support this"),
        N_("does not support this"),
        N_("It says something else."),
    ),
    Verdict.UNREACHED: (
        N_("I could not reach it"),
        N_("could not be reached"),
        N_("It is gone, or not open to me."),
    ),
}


def read(visit: Visit) -> Response:
    return _page(visit)


def verify(visit: Visit) -> Response:
    post_id, reference_id = visit.path["post_id"], visit.path["reference_id"]
    typed = visit.form
    if typed.get("step") == "back":
        visit.act(verifying.take_back, post_id, reference_id)
        return _again(visit, "unverified")
    try:
        visit.act(verifying.verify, post_id, reference_id, typed.get("verdict", ""), typed.get("note", ""))
    except (Invalid, TooMany) as error:
        return _page(visit, error.status, form=typed, errors=error.fields)
    return _again(visit, "verified")


def mark_purpose(visit: Visit) -> Response:
    on_purpose = visit.form.get("on_purpose") == "1"
    post = visit.act(purposing.mark, visit.path["post_id"], visit.path["reference_id"], on_purpose)
    return place(visit, post.id, "on-purpose" if on_purpose else "not-on-purpose")


def _again(visit: Visit, told: str) -> Response:
    return visit.redirect(visit.here, told)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    post, thread = open_here(visit, Permit.READ)
    reference_id = visit.path["reference_id"]
    uses = [use for use in cited.by_post(visit.db, post.id) if use.reference_id == reference_id]
    if not uses:
        raise NotFound
    viewer = visit.actor
    subject = policy.subject_of(visit.db, viewer, thread, post)
    mine = verifications.mine(visit.db, post.id, reference_id, viewer.id) if viewer else {}
    context = {
        "post": post,
        "thread": thread,
        "use": uses[0],
        "said": verifications.of_citation(visit.db, post.id, reference_id),
        "verdicts": [(str(key), _(choice), _(help)) for key, (choice, _says, help) in WORDS.items()],
        "words": {str(key): _(says) for key, (_choice, says, _help) in WORDS.items()},
        "may_verify": policy.allows(Permit.VERIFY, viewer, subject),
        "may_mark": policy.allows(Permit.MARK_PURPOSE, viewer, subject),
        "mine": mine,
        "form": mine,
        "note_length": verifying.NOTE_LENGTH,
        **more,
    }
    return visit.page("verifying/read.html", status, **context)
