"""Being told by web push, browser by browser. Nobody else learns of it."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.inbox import browsers
from forum.policy import Permit


def subscribe(db: Session, actor: Actor, endpoint: str, p256dh: str, auth: str, device: str) -> None:
    """The actor is told in this browser too; Invalid if it did not say how."""
    policy.require(Permit.INBOX, actor)
    browsers.add(db, actor.id, endpoint, p256dh, auth, device)


def unsubscribe(db: Session, actor: Actor, subscription_id: int) -> None:
    """The actor is not told in that browser any more."""
    policy.require(Permit.INBOX, actor)
    browsers.remove(db, actor.id, subscription_id)
