"""Two references that turned out to be one work become one, with all that hangs on them, or two again."""

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor
from forum.actions import effects
from forum.actions.posting import look_up
from forum.discussion import repointing
from forum.discussion.wording import Form, why
from forum.errors import NotFound
from forum.inbox import following
from forum.inbox.following import Kind, Level
from forum.moderation import log
from forum.policy import Permit
from forum.references import merging
from forum.references.tables import Reference, ReferenceMerge


def merge(db: Session, actor: Actor | None, loser_id: int, winner_id: int, reason: str) -> ReferenceMerge:
    """Everything about the loser is the winner's from now on; its address leads there.

    Without an actor the forum itself does it. `reason` is for the public log. Invalid if it cannot be.
    """
    if actor is not None:
        _open(db, actor, loser_id)
        _open(db, actor, merging.home(db, winner_id))
    made = merging.merge(db, loser_id, winner_id, _checked(reason))
    shared = following.followers(db, Kind.REFERENCE, made.winner_id, Level.MUTE)
    made.moved = {
        **made.moved,
        **repointing.repoint(db, made.loser_id, made.winner_id),
        "followers": following.repoint(db, Kind.REFERENCE, made.loser_id, made.winner_id),
        "shared_followers": shared,
    }
    log.write_of_reference(db, "merge", made.winner_id, actor.id if actor else None, made.why)
    _publish(db, made)
    return made


def undo(db: Session, actor: Actor, merge_id: int) -> ReferenceMerge:
    """The two are two again, each with what was its own. Invalid unless it is the last merge of a chain."""
    made = db.get(ReferenceMerge, merge_id)
    if made is None:
        raise NotFound
    _open(db, actor, merging.home(db, made.winner_id))
    merging.undo(db, merge_id)
    pending = repointing.restore(db, made.loser_id, made.winner_id, made.moved, made.at)
    _part_followers(db, made)
    log.write_of_reference(db, "undo-merge", made.loser_id, actor.id, "")
    # What registries said in the meantime was said of both together.
    look_up(db, sorted({*pending, made.loser_id, made.winner_id}))
    _publish(db, made)
    return made


def _open(db: Session, actor: Actor, reference_id: int) -> Reference:
    return policy.open_reference(db, actor, reference_id, Permit.CORRECT)


def _checked(reason: str) -> str:
    form = Form()
    words = form.take("why", why, reason)
    form.done()
    return words or ""


def _part_followers(db: Session, made: ReferenceMerge) -> None:
    """Who followed the loser does so again; whoever has stopped meanwhile has stopped."""
    moved, shared = made.moved["followers"], made.moved["shared_followers"]
    following.part(db, Kind.REFERENCE, made.loser_id, made.winner_id, moved, shared)


def _publish(db: Session, made: ReferenceMerge) -> None:
    freshness.touch(db, "log")
    effects.publish_references(db, made.loser_id, made.winner_id)
