"""One post: where it stands, its history, votes, acceptance, and taking it back."""

from typing import NamedTuple

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from forum import policy
from forum.actions import accepting, voting, withdrawing
from forum.discussion import cited, revisions, threads
from forum.discussion.tables import PostState
from forum.policy import Permit
from forum.web.endpoint import Visit
from forum.web.pages import preview

#: Wordings on one page of a history.
WORDINGS = 20


class Voted(NamedTuple):
    """What the small form beside a post shows after a vote."""

    id: int
    score: int
    my_vote: int
    may: frozenset[str] = frozenset({Permit.VOTE})


def open_here(visit: Visit, permit: Permit) -> policy.Opened:
    """The post of this address with its thread, if the visitor may do this with it."""
    return policy.open_post_and_thread(visit.db, visit.actor, visit.path["post_id"], permit)


def place(visit: Visit, post_id: int, told: str = "") -> Response:
    """Sends the browser to the post in its thread; `told` is the key of a sentence to show there."""
    found = threads.place_of(visit.db, post_id, visit.actor)
    return visit.redirect(f"{found.address}#p{post_id}", told)


def posted(visit: Visit, post_id: int, state: str) -> Response:
    """Sends the browser to a new post; says there if it waits for review, and what else there is to say."""
    told = "held" if state == PostState.HELD else "posted"
    landed = place(visit, post_id, told + preview.afterthought(visit))
    # The page it leads to offers to undo that, for a minute.
    landed.headers["location"] = landed.headers["location"].replace("?", f"?undo={post_id}&", 1)
    return landed


def moved(visit: Visit) -> Response:
    """A post's own short address; it leads to the page of the thread on which the post stands now."""
    post, thread = open_here(visit, Permit.READ)
    found = threads.place_in(visit.db, thread, post.id, visit.actor, visit.query.get("sort", ""))
    told = {name: visit.query[name] for name in ("told",) if name in visit.query}
    there = found._replace(query={**found.query, **told})
    return RedirectResponse(f"{there.address}#p{post.id}", 302)


def history(visit: Visit) -> Response:
    post, thread = open_here(visit, Permit.READ)
    # Whoever would see the post if readers did not also sees the wordings that readers do not.
    unseen = policy.subject_of(visit.db, visit.actor, thread, post)._replace(visible=False)
    everything = policy.allows(Permit.READ, visit.actor, unseen)
    after = visit.query.get("after", "")
    page = revisions.of_post(visit.db, post.id, everything, after, WORDINGS)
    return visit.page("posts/revisions.html", post=post, thread=thread, page=page, after=after)


def vote(visit: Visit) -> Response:
    typed = visit.form.get("value", "")
    value = int(typed) if typed in ("-1", "0", "1") else 2
    post = visit.act(voting.vote, visit.path["post_id"], value)
    if visit.form.get("part"):
        return visit.fragment("posts/_votes.html", post=Voted(post.id, post.score, value))
    return place(visit, post.id)


def accept(visit: Visit) -> Response:
    accepted = visit.form.get("accepted") != "0"
    post = visit.act(accepting.accept, visit.path["post_id"], accepted)
    return place(visit, post.id, "accepted" if accepted else "unaccepted")


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
    return place(visit, visit.act(withdrawing.withdraw, visit.path["post_id"]).id, "withdrawn")


def restore(visit: Visit) -> Response:
    post = visit.act(withdrawing.restore, visit.path["post_id"])
    return place(visit, post.id, "restored-held" if post.state == PostState.HELD else "restored")
