"""Sanctions: what a decision does to an account, when it ends, and how it is taken back."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from forum.accounts import standing
from forum.accounts.tables import Account, Standing
from forum.clock import now
from forum.db import rows
from forum.errors import NotFound
from forum.moderation.tables import Decision, ReviewItem, Sanction, SanctionKind

#: So long a sanction lasts at most; who should stay away longer is sanctioned again.
LONGEST_DAYS = 365
_STANDINGS = {SanctionKind.SILENCE: Standing.SILENCED, SanctionKind.SUSPENSION: Standing.SUSPENDED}


class SanctionView(NamedTuple):
    """A sanction as the sanctioned and the moderators see it; `ends_at` is None for a warning."""

    id: int
    decision_id: int
    kind: str
    rule: str
    reason: str
    began_at: datetime
    ends_at: datetime | None
    acknowledged_at: datetime | None
    lifted_at: datetime | None

    @property
    def in_force(self) -> bool:
        """Whether it still does anything."""
        if self.lifted_at is not None or self.acknowledged_at is not None:
            return False
        return self.ends_at is None or self.ends_at > now()


_VIEWS = select(
    Sanction.id,
    Sanction.decision_id,
    Sanction.kind,
    Decision.rule,
    Decision.reason,
    Sanction.began_at,
    Sanction.ends_at,
    Sanction.acknowledged_at,
    Sanction.lifted_at,
).join(Decision, Decision.id == Sanction.decision_id)


def impose(db: Session, decision: Decision, account_id: int, kind: SanctionKind, days: int) -> Sanction:
    """The account is warned, silenced or suspended for so many days, because of the decision."""
    moment = now()
    ends = None if kind == SanctionKind.WARNING else moment + timedelta(days=days)
    sanction = Sanction(
        account_id=account_id, decision_id=decision.id, kind=kind, began_at=moment, ends_at=ends
    )
    db.add(sanction)
    db.flush()
    _settle(db, sanction, decision.moderator_id)
    return sanction


def lift(db: Session, decision_id: int, actor_id: int | None) -> Sanction | None:
    """The sanction of this decision is over, as if it had not been; None if it had none in force."""
    wanted = select(Sanction).where(Sanction.decision_id == decision_id, Sanction.lifted_at.is_(None))
    sanction = db.scalars(wanted).first()
    if sanction is None:
        return None
    sanction.lifted_at = now()
    db.flush()
    _settle(db, sanction, actor_id)
    return sanction


def outworn(db: Session) -> list[int]:
    """Ids of the accounts whose sanction has run out, and nobody has written that down yet."""
    # In order, because of locks; sorted here, or SQLite would read all accounts to have them in order.
    return sorted(db.scalars(select(Account.id).where(Account.standing_until <= now())))


def end_outworn(db: Session) -> list[int]:
    """Accounts whose sanction has run out are what a lesser one makes of them, else active: their ids."""
    over = outworn(db)
    for account_id in over:
        _settle_standing(db, account_id, None)
    return over


def acknowledge(db: Session, account_id: int, sanction_id: int) -> None:
    """The person has read the warning; NotFound if it is not theirs."""
    sanction = db.get(Sanction, sanction_id)
    if sanction is None or sanction.account_id != account_id or sanction.kind != SanctionKind.WARNING:
        raise NotFound
    sanction.acknowledged_at = sanction.acknowledged_at or now()
    db.flush()
    _settle_warnings(db, account_id)


def of_account(db: Session, account_id: int) -> list[SanctionView]:
    """All sanctions of the account, the newest first."""
    wanted = _VIEWS.where(Sanction.account_id == account_id).order_by(Sanction.id.desc())
    return [SanctionView(*sanction) for sanction in rows(db, wanted)]


def since(db: Session, account_ids: Collection[int], moment: datetime) -> Mapping[int, int]:
    """How many silences and suspensions of each of these accounts began since then, and were not taken back;
    one query.
    """
    harsh = Sanction.kind != SanctionKind.WARNING
    lately = (Sanction.began_at >= moment, Sanction.lifted_at.is_(None), harsh)
    counted = select(Sanction.account_id, func.count()).where(Sanction.account_id.in_(account_ids), *lately)
    return dict(map(tuple, rows(db, counted.group_by(Sanction.account_id))))


def _settle(db: Session, sanction: Sanction, actor_id: int | None) -> None:
    if sanction.kind == SanctionKind.WARNING:
        _settle_warnings(db, sanction.account_id)
    else:
        _settle_standing(db, sanction.account_id, actor_id)


def _settle_warnings(db: Session, account_id: int) -> None:
    waits = exists().where(
        Sanction.account_id == account_id,
        Sanction.kind == SanctionKind.WARNING,
        Sanction.acknowledged_at.is_(None),
        Sanction.lifted_at.is_(None),
    )
    db.execute(
        update(Account).where(Account.id == account_id).values(is_warned=waits),
        execution_options={"synchronize_session": "fetch"},
    )


def _settle_standing(db: Session, account_id: int, actor_id: int | None) -> None:
    """The account is what the strongest sanction that is still in force makes of it; else active, or held."""
    in_force = (
        Sanction.account_id == account_id,
        Sanction.lifted_at.is_(None),
        Sanction.ends_at > now(),
        Sanction.kind != SanctionKind.WARNING,
    )
    left = list(db.scalars(select(Sanction).where(*in_force)))
    strongest = max(left, key=lambda one: (one.kind == SanctionKind.SUSPENSION, one.ends_at), default=None)
    to, until = _without(db, account_id), None
    if strongest is not None:
        to, until = _STANDINGS[SanctionKind(strongest.kind)], strongest.ends_at
    stored = db.execute(
        select(Account.standing, Account.standing_until).where(Account.id == account_id)
    ).one()
    if (to, until) != (stored.standing, stored.standing_until):
        standing.move(db, account_id, to, actor_id, until)


def _without(db: Session, account_id: int) -> Standing:
    """What the account is without a sanction."""
    waits = exists().where(ReviewItem.account_id == account_id, ReviewItem.held_because != "")
    return Standing.HELD if db.scalar(select(waits)) else Standing.ACTIVE
