"""What an account may do here at all: the one table of changes, and the one function that makes them."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, AccountMove, Standing
from forum.clock import now
from forum.errors import Conflict
from forum.languages.words import _

HELD, ACTIVE = Standing.HELD, Standing.ACTIVE
SILENCED, SUSPENDED = Standing.SILENCED, Standing.SUSPENDED

#: Every allowed change of an account's standing; to the same one, it only gets another end.
MOVES: dict[Standing, frozenset[Standing]] = {
    HELD: frozenset({ACTIVE, SILENCED, SUSPENDED}),
    ACTIVE: frozenset({HELD, SILENCED, SUSPENDED}),
    SILENCED: frozenset({ACTIVE, HELD, SILENCED, SUSPENDED}),
    SUSPENDED: frozenset({ACTIVE, HELD, SILENCED, SUSPENDED}),
}


def present(standing: str, until: datetime | None) -> Standing:
    """What the account may do now: a sanction is over at its end, whether or not the worker has seen it."""
    return ACTIVE if until is not None and until <= now() else Standing(standing)


def of(db: Session, account_id: int) -> Standing:
    """What the account may do now; there must be one."""
    found = db.execute(select(Account.standing, Account.standing_until).where(Account.id == account_id)).one()
    return present(found.standing, found.standing_until)


def move(
    db: Session, account_id: int, to: Standing, actor_id: int | None, until: datetime | None = None
) -> None:
    """The account has this standing `until` then (None: until it is changed). Conflict if not allowed."""
    # As stored: the end of one that has run out may not have been written down yet.
    before = Standing(db.scalars(select(Account.standing).where(Account.id == account_id)).one())
    if to not in MOVES[before]:
        words = _("An account that is {before} cannot become {to}.")
        raise Conflict(words.format(before=before, to=to))
    _put(db, account_id, before, to, actor_id, until)


def _put(
    db: Session, account_id: int, before: Standing, to: Standing, actor_id: int | None, until: datetime | None
) -> None:
    db.execute(
        update(Account).where(Account.id == account_id).values(standing=to, standing_until=until),
        execution_options={"synchronize_session": "fetch"},
    )
    db.add(
        AccountMove(
            account_id=account_id,
            from_standing=before,
            to_standing=to,
            until=until,
            actor_id=actor_id,
            at=now(),
        )
    )
    db.flush()
