"""What moderators do with review items: claim, release, decide."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import carrying_out, effects, telling
from forum.errors import Forbidden
from forum.moderation import casefile, claims, decisions, log
from forum.moderation.decisions import Case, Order
from forum.moderation.tables import Decision
from forum.policy import Permit


def claim(db: Session, actor: Actor, item_id: int) -> None:
    """The item is the actor's for twenty minutes from now; Claimed if it is somebody else's."""
    policy.require(Permit.REVIEW, actor)
    claims.claim(db, item_id, actor.id)


def release(db: Session, actor: Actor, item_id: int) -> None:
    """The item is free for other moderators."""
    policy.require(Permit.REVIEW, actor)
    claims.release(db, item_id, actor.id)


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
) -> Decision:
    """The verdict is carried out, is in the public log, and is told to the author and to those who flagged.

    `version` is the item's as the actor read it. A later decision on the same item reverses this one. A
    sanction goes with it if one is named, for so many days; `more` is what the verdict asks for beside.
    """
    policy.require(Permit.REVIEW, actor)
    case = _open(db, actor, item_id)
    order = Order(verdict, rule, reason, sanction, days, more)
    ruling = decisions.decide(db, case, actor.id, order, version)
    change = carrying_out.carry_out(db, actor, case, ruling, order)
    log.write(db, ruling.decision)
    telling.tell(db, actor, case, ruling)
    effects.publish_decision(db, case, change)
    return ruling.decision


def _open(db: Session, actor: Actor, item_id: int) -> Case:
    """The item, if this moderator may decide it."""
    case = decisions.read(db, item_id)
    if case.author_id is not None and not casefile.may_decide(actor, case.author_id):
        raise Forbidden("This is about yourself: another moderator decides about it.")
    if case.is_escalated and not actor.is_admin:
        raise Forbidden("This waits for an admin: a moderator has asked them to decide it.")
    return case
