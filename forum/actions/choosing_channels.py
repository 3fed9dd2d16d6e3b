"""How one wants to be told: kept, and mail tried again after it came back."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.inbox import channels, wishes
from forum.policy import Permit


def keep(db: Session, actor: Actor, typed: Mapping[str, str]) -> None:
    """The actor is told as they typed from now on; Invalid says what is wrong with which field."""
    policy.require(Permit.INBOX, actor)
    channels.keep(db, actor.id, wishes.read(typed, channels.of(db, actor.id)))


def try_again(db: Session, actor: Actor) -> None:
    """Mail goes to the actor's address again, as if none had ever come back."""
    policy.require(Permit.INBOX, actor)
    channels.resume(db, actor.id)
