"""Being told by web push, browser by browser. Nobody else learns of it."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import open_sessions
from forum.accounts.tables import Actor
from forum.errors import SignInRequired
from forum.inbox import browsers
from forum.policy import Permit


def subscribe(
    db: Session, actor: Actor, session_id: int, endpoint: str, p256dh: str, auth: str, device: str
) -> None:
    """The actor is told in this browser too, until this session ends; Invalid if it did not say how.

    SignInRequired if the session has ended meanwhile.
    """
    policy.require(Permit.INBOX, actor)
    if not open_sessions.goes_on(db, actor.id, session_id):
        raise SignInRequired
    browsers.add(db, actor.id, session_id, endpoint, p256dh, auth, device)


def unsubscribe(db: Session, actor: Actor, subscription_id: int) -> None:
    """The actor is not told in that browser any more."""
    policy.require(Permit.INBOX, actor)
    browsers.remove(db, actor.id, subscription_id)
