"""How often somebody may do something: a bucket that leaks, shared by all processes through one row.

The row holds when all of a limit will be free again (GCRA, the generic cell rate algorithm of ITU-T I.371),
so there is nothing to count and nothing to reset.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum import sealing
from forum.accounts.door_tables import Rate
from forum.clock import now
from forum.config import settings


class Limit(NamedTuple):
    """So many in so long; all of them may come at once, and then one after the other as time goes on."""

    name: str
    most: int
    per: timedelta


def spend(db: Session, limit: Limit, who: str, cost: int = 1) -> int:
    """Takes `cost` from what `who` has left: 0 if there was enough, else the seconds until there will be."""
    if not settings().limits:
        return 0
    moment = now().timestamp()
    key = sealing.digest(limit.name, who)
    free_at = max(db.scalar(select(Rate.free_at).where(Rate.key == key)) or 0.0, moment)
    long = limit.per.total_seconds()
    after = free_at + cost * long / (limit.most * settings().limits)
    if after > moment + long * max(1.0, cost / limit.most / settings().limits) + 1e-3:
        return max(1, round(after - moment - long))
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    put = insert(Rate).values(key=key, free_at=after)
    db.execute(put.on_conflict_do_update(index_elements=[Rate.key], set_={"free_at": after}))
    return 0


def forget(db: Session, limit: Limit, who: str) -> None:
    """All of the limit is free again for `who`."""
    db.execute(delete(Rate).where(Rate.key == sealing.digest(limit.name, who)))


def clear_outworn(db: Session) -> None:
    """What says nothing any more is gone."""
    db.execute(delete(Rate).where(Rate.free_at < now().timestamp()))
