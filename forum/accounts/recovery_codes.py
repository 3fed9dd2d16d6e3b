"""Ten codes on paper for who has lost the second factor; each opens the account once, beside the password."""

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from forum.accounts.factor_tables import RecoveryCode
from forum.clock import now

COUNT = 10
#: Nothing that is read as something else. 24 of 31 are 118 bits: enough to keep a plain hash of them.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 6


def make(db: Session, account_id: int) -> Sequence[str]:
    """Ten new codes, in place of all older ones; they can be shown now and never again."""
    end(db, account_id)
    codes = [_draw() for _ in range(COUNT)]
    db.execute(insert(RecoveryCode), [{"account_id": account_id, "code_hash": _hash(code)} for code in codes])
    return codes


def take(db: Session, account_id: int, typed: str) -> bool:
    """Whether this is an unused code of the account; it is used now."""
    mine = RecoveryCode.account_id == account_id, RecoveryCode.code_hash == _hash(typed)
    used = update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=now())
    done = used.returning(RecoveryCode.id).execution_options(synchronize_session=False)
    return db.scalar(done) is not None


def left(db: Session, account_id: int) -> int:
    """How many codes of the account are unused."""
    mine = RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    return db.scalars(select(func.count()).where(*mine)).one()


def end(db: Session, account_id: int) -> None:
    """The account has no recovery codes."""
    db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def _draw() -> str:
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP)]
    return "-".join("".join(letters[at : at + _GROUP]) for at in range(0, len(letters), _GROUP))


def _hash(typed: str) -> bytes:
    """However it was typed: in capitals, with or without its hyphens."""
    return hashlib.sha256("".join(filter(str.isalnum, typed.casefold())).encode()).digest()
