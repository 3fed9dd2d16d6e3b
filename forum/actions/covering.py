"""One decision for all posts of an author: every other one is decided alike, as one batch.

Of very many posts only some are decided at once, and jobs go on: nobody else can write while one transaction
decides.
"""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts import people
from forum.accounts.tables import Actor
from forum.actions import admitting, carrying_out, effects, telling
from forum.actions.carrying_out import MOST_AT_ONCE
from forum.config import Settings
from forum.db import Database
from forum.discussion import anonymity
from forum.discussion.tables import Post
from forum.discussion.visibility import Change
from forum.errors import Invalid
from forum.languages.words import _
from forum.moderation import batches, decisions, log, subjects, waiting
from forum.moderation.decisions import Order, Ruling
from forum.moderation.rules import VERDICT, Verdict
from forum.moderation.tables import Decision, ItemState, ReviewItem

#: Verdicts that always cover all of an author's posts, and as what they reach the other ones.
ALWAYS = {"spammer": "remove", "spam-account": "remove"}
#: Those that can.
OFTEN = ("publish", "keep", "dismiss", "return", "hide", "remove", "restore")


def cover(db: Session, actor: Actor, first: Ruling, order: Order, *, all_of_author: bool) -> Change:
    """Every other post of the author to which the verdict can be done is decided alike, with its flags.

    Whoever holds the claim of one loses it. Invalid (`verdict`) if it is one for a single post only.
    """
    if not all_of_author and order.verdict not in ALWAYS:
        return carrying_out.NOTHING
    if ALWAYS.get(order.verdict, order.verdict) not in OFTEN:
        raise Invalid(
            {"verdict": _("“{verdict}” is for one post at a time.").format(verdict=_(first.verdict.label))}
        )
    if first.decision.author_id == anonymity.ACCOUNT_ID:
        raise Invalid({"verdict": _("Posts without a name are by many people: decide about one at a time.")})
    count = db.scalar(select(func.count()).select_from(_others(first.decision).subquery()))
    first.decision.before = {**first.decision.before, "others": count}
    return _some(db, actor, first.decision, 0)


def go_on(database: Database, _settings: Settings, decision_id: int, after: int) -> None:
    """More of the author's posts are decided like that one. The job `moderation.cover`.

    Nothing is, if that decision does not hold any more. Done twice, it finds nothing that is decided already.
    """
    with database.writing() as db:
        first = _held(db, decision_id)
        if first.moderator_id is None or decisions.in_force(db, first.item_id) is not first:
            return
        change = _some(db, people.acting(db, first.moderator_id), first, after)
        effects.publish_decision(db, decisions.read(db, first.item_id), change)


def go_back(database: Database, _settings: Settings, decision_id: int, actor_id: int, after: int) -> None:
    """More of what the decision covered is taken back by that actor. The job `moderation.uncover`.

    Done twice, it finds nothing that still holds.
    """
    with database.writing() as db:
        undone = _held(db, decision_id)
        change = carrying_out.take_back_covered(db, people.acting(db, actor_id), undone, after)
        effects.publish_decision(db, decisions.read(db, undone.item_id), change)


def _held(db: Session, decision_id: int) -> Decision:
    """The decision, whose item nobody else decides until the transaction ends."""
    made = db.get_one(Decision, decision_id)
    db.scalars(select(ReviewItem).where(ReviewItem.id == made.item_id).with_for_update()).one()
    return made


def _some(db: Session, actor: Actor, first: Decision, after: int) -> Change:
    """The next posts behind that id are decided; if there are more, a job goes on."""
    wanted = _others(first).where(Post.id > after).order_by(Post.id).limit(MOST_AT_ONCE + 1)
    found = db.scalars(wanted).all()
    changes = [_decide(db, actor, first, post_id) for post_id in found[:MOST_AT_ONCE]]
    if len(found) > MOST_AT_ONCE:
        last = found[MOST_AT_ONCE - 1]
        key = f"cover-{first.id}-{last}"
        jobs.put(db, "moderation.cover", key=key, decision_id=first.id, after=last)
    return carrying_out.together(changes)


def _verdict(first: Decision) -> Verdict:
    return VERDICT[ALWAYS.get(first.verdict, first.verdict)]


def _others(first: Decision) -> Select[int]:
    """Ids of what the author had posted by then, and about which nothing was decided since."""
    verdict = _verdict(first)
    since = select(Decision.post_id).where(
        Decision.author_id == first.author_id, Decision.id >= first.id, Decision.post_id.is_not(None)
    )
    posts = select(Post.id).where(
        Post.author_id == first.author_id,
        Post.created_at <= first.at,
        Post.state.in_(verdict.sources),
        Post.id.not_in(since),
    )
    if verdict.while_open:
        waits = select(ReviewItem.post_id).where(ReviewItem.state == ItemState.OPEN)
        posts = posts.where(Post.id.in_(waits.where(ReviewItem.post_id == Post.id)))
    return posts


def _decide(db: Session, actor: Actor, first: Decision, post_id: int) -> Change:
    item = waiting.take(db, subjects.post(post_id))
    item.claimed_by_id = item.claimed_until = None
    db.flush()
    case = decisions.read(db, item.id)
    if case.is_escalated and not actor.is_admin:
        return carrying_out.NOTHING
    order = Order(_verdict(first).key, first.rule, first.reason, goes_on=True)
    ruling = decisions.decide(db, case, actor.id, order, case.version)
    batches.put(first, ruling.decision)
    change = carrying_out.carry_out(db, actor, case, ruling, order)
    admitting.end_pause(db, case, ruling)
    log.write(db, ruling.decision)
    telling.tell_flaggers(db, case, ruling)
    return change
