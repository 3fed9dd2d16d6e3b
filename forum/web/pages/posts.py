"""One post: where it stands, its history, votes, acceptance, and taking it back."""

from typing import NamedTuple

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from forum import policy
from forum.actions import accepting, voting, withdrawing
from forum.discussion import cited, revisions
from forum.discussion.tables import Post, PostState, Thread
from forum.policy import Permit
from forum.web.endpoint import Visit


class Voted(NamedTuple):
    """What the small form beside a post shows after a vote."""

    id: int
    score: int
    my_vote: int
    may: frozenset[str] = frozenset({Permit.VOTE})


def open_here(visit: Visit, permit: Permit) -> tuple[Post, Thread]:
    """The post of this address with its thread, if the visitor may do this with it."""
    post = policy.open_post(visit.db, visit.actor, visit.path["post_id"], permit)
    return post, visit.db.get_one(Thread, post.thread_id)


def place(visit: Visit, post: Post, told: str = "") -> Response:
    """Sends the browser to the post in its thread; `told` is the key of a sentence to show there."""
    thread = visit.db.get_one(Thread, post.thread_id)
    return visit.redirect(f"/t/{thread.id}/{thread.slug}#p{post.id}", told)


def posted(visit: Visit, post: Post) -> Response:
    """Sends the browser to a new post, which says so if it waits for review."""
    return place(visit, post, "held" if post.state == PostState.HELD else "posted")


def moved(visit: Visit) -> Response:
    """A post's own short address."""
    post, thread = open_here(visit, Permit.READ)
    return RedirectResponse(f"/t/{thread.id}/{thread.slug}#p{post.id}", 302)


def history(visit: Visit) -> Response:
    post, thread = open_here(visit, Permit.READ)
    found = revisions.of_post(visit.db, post.id)
    return visit.page("posts/revisions.html", post=post, thread=thread, revisions=found)


def vote(visit: Visit) -> Response:
    typed = visit.form.get("value", "")
    value = int(typed) if typed in ("-1", "0", "1") else 2
    post = visit.act(voting.vote, visit.path["post_id"], value)
    if visit.form.get("part"):
        return visit.fragment("posts/_votes.html", post=Voted(post.id, post.score, value))
    return place(visit, post)


def accept(visit: Visit) -> Response:
    accepted = visit.form.get("accepted") != "0"
    post = visit.act(accepting.accept, visit.path["post_id"], accepted)
    return place(visit, post, "accepted" if accepted else "unaccepted")


def withdraw_form(visit: Visit) -> Response:
    post, thread = open_here(visit, Permit.READ)
    withdrawn = post.state == PostState.WITHDRAWN
    open_here(visit, Permit.RESTORE if withdrawn else Permit.WITHDRAW)
    return visit.page(
        "posts/withdraw.html",
        post=post,
        thread=thread,
        withdrawn=withdrawn,
        html=Markup(post.html),  # noqa: S704 - sanitised when it was saved
        citations=cited.by_post(visit.db, post.id),
    )


def withdraw(visit: Visit) -> Response:
    return place(visit, visit.act(withdrawing.withdraw, visit.path["post_id"]), "withdrawn")


def restore(visit: Visit) -> Response:
    return place(visit, visit.act(withdrawing.restore, visit.path["post_id"]), "restored")
