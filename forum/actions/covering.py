"""One decision for all posts of an author: every other one is decided alike, as one batch."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.actions import carrying_out, telling
from forum.discussion.tables import Post
from forum.discussion.visibility import Change
from forum.errors import Invalid
from forum.moderation import decisions, log, subjects, waiting
from forum.moderation.decisions import Order, Ruling
from forum.moderation.rules import VERDICT, Verdict
from forum.moderation.tables import Decision, ItemState, ReviewItem

#: Verdicts that always cover all of an author's posts, and as what they reach the other ones.
ALWAYS = {"spammer": "remove", "spam-account": "remove"}
#: Those that can.
OFTEN = ("publish", "keep", "dismiss", "return", "hide", "remove", "restore")

_Done = tuple[Decision | None, Change]


def cover(db: Session, actor: Actor, first: Ruling, order: Order, *, all_of_author: bool) -> Change:
    """Every other post of the author to which the verdict can be done is decided alike, with its flags.

    Whoever holds the claim of one loses it. Invalid (`verdict`) if it is one for a single post only.
    """
    if not all_of_author and order.verdict not in ALWAYS:
        return carrying_out.NOTHING
    key = ALWAYS.get(order.verdict, order.verdict)
    if key not in OFTEN:
        raise Invalid({"verdict": f"“{first.verdict.label}” is for one post at a time."})
    alike = Order(key, order.rule, order.reason)
    found = _others(db, first.decision, VERDICT[key])
    done = [_decide(db, actor, first.decision, post_id, alike) for post_id in found]
    made = [decision for decision, _ in done if decision is not None]
    first.decision.before = {**first.decision.before, "covers": [decision.id for decision in made]}
    return carrying_out.together(change for _, change in done)


def _others(db: Session, first: Decision, verdict: Verdict) -> Sequence[int]:
    posts = select(Post.id).where(Post.author_id == first.author_id, Post.state.in_(verdict.sources))
    if first.post_id is not None:
        posts = posts.where(Post.id != first.post_id)
    if verdict.while_open:
        waits = select(ReviewItem.post_id).where(ReviewItem.state == ItemState.OPEN)
        posts = posts.where(Post.id.in_(waits.where(ReviewItem.post_id == Post.id)))
    return db.scalars(posts.order_by(Post.id)).all()


def _decide(db: Session, actor: Actor, first: Decision, post_id: int, order: Order) -> _Done:
    item = waiting.take(db, subjects.post(post_id))
    item.claimed_by_id = item.claimed_until = None
    db.flush()
    case = decisions.read(db, item.id)
    if case.is_escalated and not actor.is_admin:
        return None, carrying_out.NOTHING
    ruling = decisions.decide(db, case, actor.id, order, case.version)
    first.batch_id = ruling.decision.batch_id = first.id
    change = carrying_out.carry_out(db, actor, case, ruling, order)
    log.write(db, ruling.decision)
    telling.tell_flaggers(db, case, ruling)
    return ruling.decision, change
