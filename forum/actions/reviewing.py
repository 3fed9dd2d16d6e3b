"""What moderators do with review items: claim, release, take over, decide one or many."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Account, Actor
from forum.actions import admitting, carrying_out, covering, effects, telling, trusting
from forum.discussion.wording import Form
from forum.errors import Forbidden, ForumError, Invalid, NotFound
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import _
from forum.moderation import claims, decisions, jurisdiction, log, recusal
from forum.moderation.decisions import Case, Order
from forum.moderation.rules import AGAINST_ACCOUNTS, ALONE, VERDICT
from forum.moderation.statement import within
from forum.moderation.tables import Decision
from forum.policy import Permit

#: So long a word to the former holder of an item is at most.
WORD_LENGTH = 300
#: So many items are decided with one click at most.
MOST_AT_ONCE = 50


class Outcome(NamedTuple):
    """What came of one of many items: its decision, or in words why there is none."""

    item_id: int
    decision: Decision | None
    refusal: str


def claim(db: Session, actor: Actor, item_id: int) -> None:
    """The item is the actor's for twenty minutes from now; Claimed if it is somebody else's.

    Forbidden, here and below, if it is not theirs to decide.
    """
    policy.require(Permit.REVIEW_THREADS, actor)
    _open(db, actor, item_id)
    claims.claim(db, item_id, actor.id)


def keep_on(db: Session, actor: Actor, item_id: int) -> None:
    """If the actor holds the item, then for twenty minutes from now: working on it extends a claim."""
    policy.require(Permit.REVIEW_THREADS, actor)
    claims.extend(db, item_id, actor.id)


def release(db: Session, actor: Actor, item_id: int) -> None:
    """The item is free for other moderators."""
    policy.require(Permit.REVIEW_THREADS, actor)
    claims.release(db, item_id, actor.id)


def take_over(db: Session, actor: Actor, item_id: int, holder_id: int, words: str) -> None:
    """The item is the actor's instead of `holder_id`’s, who is told so with the actor's words.

    Invalid (`words`) without any; Claimed if somebody else than that holder has it meanwhile. If nobody has,
    it is a claim like any other, and nobody is told.
    """
    policy.require(Permit.REVIEW_THREADS, actor)
    _open(db, actor, item_id)
    form = Form()
    said = form.take("words", _word, words)
    form.done()
    if claims.take_over(db, item_id, actor.id, holder_id):
        letter = compose("claim", moderator=actor.name, words=said)
        path = f"/moderation/items/{item_id}"
        messages.send(db, holder_id, "claim", letter, path, author_id=actor.id)


def decide(
    db: Session,
    actor: Actor,
    item_id: int,
    verdict: str,
    rule: str,
    reason: str,
    version: int,
    *,
    sanction: str = "",
    days: str = "",
    more: str = "",
    all_of_author: bool = False,
) -> Decision:
    """The verdict is carried out, is in the public log, and is told to the author and to those who flagged.

    `version` is the item's as the actor read it. A later decision on the same item reverses this one. A
    sanction goes with it if one is named, for so many days; `more` is what the verdict asks for beside.
    `all_of_author`: every other post of the same author to which that can be done is decided alike.
    """
    policy.require(Permit.REVIEW_THREADS, actor)
    case = _open(db, actor, item_id)
    order = Order(verdict, rule, reason, sanction, days, more)
    _spare(db, actor, case, order)
    _stay_with_threads(db, actor, case, order, all_of_author)
    ruling = decisions.decide(db, case, actor.id, order, version)
    change = carrying_out.carry_out(db, actor, case, ruling, order)
    admitting.end_pause(db, case, ruling)
    log.write(db, ruling.decision)
    also = covering.cover(db, actor, ruling, order, all_of_author=all_of_author)
    telling.tell(db, actor, case, ruling)
    trusting.look_again(db, (case.author_id, *(flag.account_id for flag in ruling.news)))
    effects.publish_decision(db, case, carrying_out.together([change, also]))
    return ruling.decision


def decide_many(
    db: Session, actor: Actor, versions: Mapping[int, int], verdict: str, rule: str, reason: str
) -> Sequence[Outcome]:
    """Each of the items (by their ids, with the versions that the actor read) is decided like the others.

    One that cannot be, because somebody was faster or because the verdict is not offered for it, stays as it
    is and says why. Invalid, and nothing is decided, when rule or reason are missing, without items, or if
    the verdict is for one item at a time.
    """
    policy.require(Permit.REVIEW_THREADS, actor)
    if not 0 < len(versions) <= MOST_AT_ONCE:
        raise Invalid(
            {
                "items": _("Choose the items first: from one to {most_at_once}.").format(
                    most_at_once=MOST_AT_ONCE
                )
            }
        )
    if verdict in ALONE:
        raise Invalid(
            {"verdict": _("“{label}” is for one item at a time.").format(label=_(VERDICT[verdict].label))}
        )
    order = Order(verdict, rule, reason)
    outcomes = [_one_of_many(db, actor, item_id, versions[item_id], order) for item_id in sorted(versions)]
    made = [outcome.decision for outcome in outcomes if outcome.decision is not None]
    for decision in made:
        decision.batch_id = decision.batch_id or made[0].id
    db.flush()
    return outcomes


def _one_of_many(db: Session, actor: Actor, item_id: int, version: int, order: Order) -> Outcome:
    try:
        # What one of them has begun is undone when it fails, and nothing else.
        with db.begin_nested():
            made = decide(db, actor, item_id, order.verdict, order.rule, order.reason, version)
    except ForumError as error:
        if isinstance(error, Invalid) and error.fields.keys() != {"verdict"}:
            raise
        return Outcome(item_id, None, error.words)
    return Outcome(item_id, made, "")


def _word(typed: str) -> str:
    said = within(typed, WORD_LENGTH)
    if not said:
        raise ValueError(_("Say a word to whoever works on it: why you take it over."))
    return said


def _open(db: Session, actor: Actor, item_id: int) -> Case:
    """The item, if this moderator may decide it; NotFound if it is not even theirs to see."""
    case = decisions.read(db, item_id)
    if not jurisdiction.covers(db, actor, case.subject):
        raise NotFound
    if refusal := recusal.why(db, actor, case):
        raise Forbidden(refusal)
    return case


def _spare(db: Session, actor: Actor, case: Case, order: Order) -> None:
    """Nobody sanctions themselves, and only an admin an admin: Forbidden."""
    if case.author_id is None or not (order.sanction or order.verdict in AGAINST_ACCOUNTS):
        return
    role = db.scalars(select(Account.role).where(Account.id == case.author_id)).one()
    if recusal.is_spared(actor, case.author_id, role):
        raise Forbidden(_(recusal.SPARED))


def _stay_with_threads(db: Session, actor: Actor, case: Case, order: Order, all_of_author: bool) -> None:
    """Who moderates some tags decides about one post at a time, and takes back only what they did."""
    if actor.is_moderator:
        return
    if order.sanction or order.verdict in AGAINST_ACCOUNTS or all_of_author:
        raise Forbidden(_(jurisdiction.ONLY_THREADS))
    if order.verdict in jurisdiction.of_others(db, actor, case):
        raise Forbidden(_(jurisdiction.ONLY_OWN))
