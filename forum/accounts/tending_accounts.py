"""Accounts that moderate some tags: what becomes of that when one tag becomes another, and back again."""

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.db import rows


def move(db: Session, from_id: int, into_id: int) -> dict[str, bool]:
    """Who moderates the one tag moderates the other instead; answers their ids, and who did so already."""
    found: dict[str, bool] = {}
    for account_id, tends in _tending(db):
        if from_id in tends:
            found[str(account_id)] = into_id in tends
            _put(db, account_id, tends - {from_id} | {into_id})
    return found


def move_back(db: Session, moved: Mapping[str, bool], from_id: int, into_id: int) -> None:
    """Whom `move` has moved, and who moderates the other tag still, moderates again what they did before."""
    for account_id, tends in _tending(db):
        if str(account_id) in moved and into_id in tends:
            kept = tends if moved[str(account_id)] else tends - {into_id}
            _put(db, account_id, kept | {from_id})


def _tending(db: Session) -> list[tuple[int, frozenset[int]]]:
    """All who moderate some tags: a handful."""
    db.flush()
    found = rows(db, select(Account.id, Account.tends).where(Account.tends != ""))
    return [(account.id, frozenset(map(int, account.tends.split()))) for account in found]


def _put(db: Session, account_id: int, tends: frozenset[int]) -> None:
    db.execute(
        update(Account).where(Account.id == account_id).values(tends=" ".join(map(str, sorted(tends)))),
        execution_options={"synchronize_session": "fetch"},
    )
