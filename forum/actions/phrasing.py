"""Moderators keep the texts that they use again and again."""

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor
from forum.moderation import log, saved_reasons
from forum.moderation.tables import SavedReason
from forum.policy import Permit


def keep(db: Session, actor: Actor, text_id: int | None, title: str, rule: str, text: str) -> SavedReason:
    """The text of this id, or a new one, says this from now on, and the log says so."""
    policy.require(Permit.KEEP_HOUSE, actor)
    kept = saved_reasons.keep(db, text_id, title, rule, text)
    _log(db, actor, kept)
    return kept


def retire(db: Session, actor: Actor, text_id: int, is_retired: bool) -> None:
    """The text is no longer offered, or is again."""
    policy.require(Permit.KEEP_HOUSE, actor)
    kept = saved_reasons.find(db, text_id)
    kept.is_retired = is_retired
    _log(db, actor, kept)


def _log(db: Session, actor: Actor, kept: SavedReason) -> None:
    log.write_act(db, "saved-text", actor.id, reason=kept.title)
    freshness.touch(db, "log")
