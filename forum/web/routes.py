"""Every address of the forum, on one screen. They are public and do not change."""

from collections.abc import Mapping
from typing import Any

from forum.policy import Permit
from forum.web.endpoint import Keeps
from forum.web.pages import (
    asking,
    citing,
    commenting,
    corrections,
    editing,
    exports,
    flags,
    health,
    inbox,
    joining,
    listings,
    log,
    moderation,
    people,
    posts,
    preview,
    references,
    requesting,
    rules,
    search,
    sources,
    tags,
    threads,
    verifying,
)
from forum.web.routing import Way, get, post


def _shows(*names: str) -> Keeps:
    """The generations of a page; a name may hold a part of its address: `thread:{thread_id}`."""

    def keeps(path: Mapping[str, Any], _query: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(name.format_map(path) for name in names)

    return keeps


ROUTES: tuple[Way, ...] = (
    get("/", listings.latest, keeps=_shows("threads")),
    get("/unanswered", listings.unanswered, keeps=_shows("threads")),
    get("/tags", tags.listing, keeps=_shows("threads")),
    get("/tags/{name}", tags.named, keeps=_shows("threads")),
    get("/tags/{name}/references.{extension}", exports.of_tag, slow=True),
    get("/ask", asking.form, Permit.ASK),
    post("/ask", asking.ask, Permit.ASK),
    get("/t/{thread_id:int}", threads.read),
    get("/t/{thread_id:int}/references.{extension}", exports.of_thread, slow=True),
    # Before the slugs, because one of them may be "answer".
    get("/t/{thread_id:int}/answer", threads.read),
    post("/t/{thread_id:int}/answer", threads.answer, Permit.ANSWER),
    get("/t/{thread_id:int}/{slug}", threads.read, keeps=_shows("thread:{thread_id}")),
    get("/p/{post_id:int}", posts.moved),
    get("/p/{post_id:int}/comment", commenting.form, Permit.COMMENT),
    post("/p/{post_id:int}/comment", commenting.comment, Permit.COMMENT),
    get("/p/{post_id:int}/edit", editing.form, Permit.EDIT),
    post("/p/{post_id:int}/edit", editing.edit, Permit.EDIT),
    get("/p/{post_id:int}/revisions", posts.history, slow=True),
    post("/p/{post_id:int}/vote", posts.vote, Permit.VOTE),
    post("/p/{post_id:int}/accept", posts.accept, Permit.ACCEPT),
    get("/p/{post_id:int}/withdraw", posts.withdraw_form, Permit.WITHDRAW),
    post("/p/{post_id:int}/withdraw", posts.withdraw, Permit.WITHDRAW),
    post("/p/{post_id:int}/restore", posts.restore, Permit.RESTORE),
    get("/p/{post_id:int}/flag", flags.form, Permit.FLAG),
    post("/p/{post_id:int}/flag", flags.flag, Permit.FLAG),
    get("/p/{post_id:int}/references.{extension}", exports.of_post),
    get("/p/{post_id:int}/sources/{reference_id:int}", verifying.read),
    post("/p/{post_id:int}/sources/{reference_id:int}", verifying.verify, Permit.VERIFY),
    post("/p/{post_id:int}/sources/{reference_id:int}/purpose", verifying.mark_purpose, Permit.MARK_PURPOSE),
    get("/p/{post_id:int}/source-needed", requesting.read),
    post("/p/{post_id:int}/source-needed", requesting.ask, Permit.ASK_SOURCE),
    post("/source-requests/{request_id:int}/settle", requesting.settle, Permit.SETTLE_SOURCE),
    post("/preview", preview.preview, Permit.PREVIEW),
    get("/cite", citing.read, Permit.CITE),
    post("/cite", citing.paste, Permit.CITE),
    get("/cite/find", citing.find, Permit.CITE),
    post("/cite/look", citing.look, Permit.CITE),
    get("/references", references.listing, keeps=_shows("references"), slow=True),
    get("/references.{extension}", exports.of_search, slow=True),
    get("/references/{reference_id:int}", references.read),
    get("/references/{reference_id:int}.{extension}", exports.of_reference),
    post("/references/{reference_id:int}/follow", references.follow, Permit.FOLLOW),
    get("/references/{reference_id:int}/propose", corrections.proposal, Permit.PROPOSE),
    post("/references/{reference_id:int}/propose", corrections.propose, Permit.PROPOSE),
    get("/references/{reference_id:int}/duplicate", corrections.twin, Permit.PROPOSE, slow=True),
    post("/references/{reference_id:int}/duplicate", corrections.report_twin, Permit.PROPOSE),
    get("/references/{reference_id:int}/correct", corrections.correction, Permit.CORRECT),
    post("/references/{reference_id:int}/correct", corrections.correct, Permit.CORRECT),
    get("/references/{reference_id:int}/merge", corrections.merger, Permit.CORRECT, slow=True),
    post("/references/{reference_id:int}/merge", corrections.merge, Permit.CORRECT),
    post("/references/merges/{merge_id:int}/undo", corrections.undo, Permit.CORRECT),
    # Which other sources have a page here is on it too.
    get(
        "/references/{reference_id:int}/{slug}",
        references.read,
        keeps=_shows("reference:{reference_id}", "references"),
    ),
    get("/search", search.search, slow=True),
    get("/people/{name}", people.read, keeps=_shows("threads")),
    get("/people/{name}/references.{extension}", exports.of_person, slow=True),
    get("/inbox", inbox.listing, Permit.INBOX),
    post("/inbox/read", inbox.mark_read, Permit.INBOX),
    get("/moderation", moderation.listing, Permit.REVIEW),
    get("/moderation/posts/{post_id:int}", moderation.of_post, Permit.REVIEW),
    get("/moderation/items/{item_id:int}", moderation.read, Permit.REVIEW),
    post("/moderation/items/{item_id:int}/claim", moderation.claim, Permit.REVIEW),
    post("/moderation/items/{item_id:int}/release", moderation.release, Permit.REVIEW),
    post("/moderation/items/{item_id:int}/decide", moderation.decide, Permit.REVIEW),
    post("/moderation/cases/{case_id:int}/settle", moderation.settle, Permit.REVIEW),
    get("/moderation/sources", sources.listing, Permit.REVIEW, slow=True),
    post("/moderation/sources", sources.keep, Permit.REVIEW),
    get("/log", log.listing, keeps=_shows("log", "threads")),
    get("/rules", rules.listing, keeps=_shows()),
    get("/sign-up", joining.sign_up_form),
    post("/sign-up", joining.sign_up, Permit.SIGN_UP),
    get("/sign-in", joining.sign_in_form),
    post("/sign-in", joining.sign_in, Permit.SIGN_IN),
    post("/sign-out", joining.sign_out, Permit.SIGN_OUT),
    get("/setup", joining.setup_form),
    post("/setup", joining.setup, Permit.SETUP),
    get("/healthz", health.healthz),
    get("/readyz", health.readyz),
)
