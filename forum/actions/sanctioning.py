"""Accounts that are kept from something: held until a moderator looks, warned, and free again in the end."""

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts import standing
from forum.accounts.tables import Actor, Standing
from forum.config import Settings
from forum.db import Database
from forum.moderation import log, sanctions, subjects, waiting
from forum.moderation.tables import Happening
from forum.policy import Permit


def acknowledge(db: Session, actor: Actor, sanction_id: int) -> None:
    """The actor has read the warning, and can write again; NotFound if it is somebody else's."""
    policy.require(Permit.OWN_STANDING, actor)
    sanctions.acknowledge(db, actor.id, sanction_id)


def hold(db: Session, account_id: int, because: str) -> None:
    """What the account writes waits until a moderator has let it in; `because` is for moderators."""
    standing.move(db, account_id, Standing.HELD, None)
    item = waiting.take(db, subjects.account(account_id))
    item.held_because = because
    waiting.refresh(db, item, Happening.HELD)


def end_outworn(db: Session) -> int:
    """Sanctions whose time is over are over for everybody to see; answers how many accounts that changed."""
    ended = sanctions.end_outworn(db)
    for account_id in ended:
        log.write_act(db, "sanction-ended", None, account_id=account_id)
    if ended:
        freshness.touch(db, "log")
    return len(ended)


def end(database: Database, _settings: Settings) -> None:
    """Sanctions whose time is over have ended. The job `moderation.end_sanctions`."""
    with database.reading() as db:
        if not sanctions.outworn(db):
            return
    with database.writing() as db:
        end_outworn(db)
