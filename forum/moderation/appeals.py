"""Appeals: an author's one answer to a decision, which somebody else than its moderator decides."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row
from forum.discussion import anonymity
from forum.discussion.tables import Post
from forum.errors import Conflict, NotFound
from forum.languages.words import _
from forum.moderation import subjects, waiting
from forum.moderation.reversals import TAKES_BACK
from forum.moderation.tables import (
    Appeal,
    AppealState,
    Decision,
    Happening,
    Sanction,
)

WORDS_LENGTH = 2000
#: Six months, even the longest ones.
WITHIN = timedelta(days=184)
#: What can be appealed against, beside every sanction: what takes something from its author.
AGAINST = frozenset(
    {
        "return", "edit", "hide", "remove", "duplicate", "retag", "close", "lock", "spammer",
        "sanction", "spam-account", "turn-away", "uphold-msg",
    }
)  # fmt: skip


class AppealView(NamedTuple):
    """An appeal as its author and the moderators see it; `decided_by` is "" while it is open."""

    id: int
    decision_id: int
    account_id: int
    words: str
    state: str
    created_at: datetime
    decided_by: str
    decided_at: datetime | None
    answer: str


_decider = aliased(Account)
_VIEWS = select(
    Appeal.id,
    Appeal.decision_id,
    Appeal.account_id,
    Appeal.words,
    Appeal.state,
    Appeal.created_at,
    func.coalesce(_decider.name, "").label("decided_by"),
    Appeal.decided_at,
    Appeal.answer,
).outerjoin(_decider, _decider.id == Appeal.decided_by_id)


def until(verdict: str, sanction: str, at: datetime) -> datetime | None:
    """Up to when a decision can be appealed against; None if it takes nothing from anybody."""
    return at + WITHIN if verdict in AGAINST or sanction else None


def of_decision(db: Session, decision_id: int) -> AppealView | None:
    """The appeal against the decision; None if there is none."""
    found = row(db, _VIEWS.where(Appeal.decision_id == decision_id))
    return None if found is None else AppealView(*found)


def read(db: Session, appeal_id: int) -> AppealView | None:
    """The appeal; None if there is none."""
    found = row(db, _VIEWS.where(Appeal.id == appeal_id))
    return None if found is None else AppealView(*found)


def own_decision(db: Session, account_id: int, decision_id: int) -> Decision:
    """The decision, if it concerns this person; else NotFound, as for one that never was."""
    decision = db.get(Decision, decision_id)
    if decision is None or decision.author_id is None:
        raise NotFound
    if account_id != anonymity.writer(db, decision.author_id, decision.post_id):
        raise NotFound
    return decision


def obstacle(db: Session, decision: Decision) -> str:
    """Why the decision cannot be appealed against (any more), in a sentence; "" if it can."""
    sanction = db.scalars(select(Sanction).where(Sanction.decision_id == decision.id)).first()
    end = until(decision.verdict, sanction.kind if sanction else "", decision.at)
    if end is None:
        return _("This decision takes nothing from you, so there is nothing to appeal against.")
    if db.scalar(select(exists().where(Appeal.decision_id == decision.id))):
        return _("You have appealed against this decision already; it is answered once.")
    if end < now():
        return _("An appeal is possible for six months, and they are over.")
    if not _holds(db, decision, sanction):
        return _("This decision does not hold any more, so there is nothing left to appeal against.")
    return ""


def _holds(db: Session, decision: Decision, sanction: Sanction | None) -> bool:
    """Whether anything of what the decision did is still so."""
    if sanction is not None and sanction.lifted_at is None:
        return True
    if decision.post_id is not None and decision.from_state != decision.to_state:
        return db.get_one(Post, decision.post_id).state == decision.to_state
    undone = select(Decision.id).where(
        Decision.item_id == decision.item_id,
        Decision.id > decision.id,
        Decision.verdict.in_(TAKES_BACK),
    )
    return sanction is None and db.scalar(undone.limit(1)) is None


def add(db: Session, decision: Decision, words: str) -> Appeal:
    """The appeal waits in the queue; sent twice, it is one. Conflict, saying why, if none is possible."""
    sent = db.scalars(select(Appeal).where(Appeal.decision_id == decision.id, Appeal.words == words)).first()
    if sent is not None:
        return sent
    if why := obstacle(db, decision):
        raise Conflict(why)
    assert decision.author_id is not None, "own_decision was asked"
    appeal = Appeal(decision_id=decision.id, account_id=decision.author_id, words=words, created_at=now())
    db.add(appeal)
    db.flush()
    item = waiting.take(db, subjects.appeal(appeal.id))
    waiting.refresh(db, item, Happening.HELD)
    return appeal


def settle(db: Session, appeal_id: int, ruling: Decision, state: AppealState) -> Appeal:
    """The appeal is granted or refused by this decision, and its review item waits no longer."""
    appeal = db.get_one(Appeal, appeal_id)
    appeal.state, appeal.answer = state, ruling.reason
    appeal.decided_by_id, appeal.decided_at = ruling.moderator_id, ruling.at
    db.flush()
    return appeal
