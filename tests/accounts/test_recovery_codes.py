"""Recovery codes: each opens its account once, and they are long enough that a plain hash keeps them."""

from math import log2

from makers import make_account
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import recovery_codes
from forum.accounts.factor_tables import RecoveryCode


def test_a_recovery_code_counts_once_however_it_is_typed(db: Session) -> None:
    ada, eve = make_account(db), make_account(db)
    first, second, *_ = recovery_codes.make(db, ada.id)
    assert recovery_codes.left(db, ada.id) == 10
    assert not recovery_codes.take(db, eve.id, first)
    assert recovery_codes.take(db, ada.id, first.upper().replace("-", " "))
    assert not recovery_codes.take(db, ada.id, first)
    assert recovery_codes.left(db, ada.id) == 9
    assert not recovery_codes.take(db, ada.id, "")
    newer = recovery_codes.make(db, ada.id)
    assert not recovery_codes.take(db, ada.id, second), "new ones end the old ones"
    assert recovery_codes.take(db, ada.id, newer[9])
    assert len(set(newer)) == 10 and all(len(code.replace("-", "")) == 24 for code in newer)


def test_nobody_guesses_a_code_from_its_hash(db: Session) -> None:
    codes = recovery_codes.make(db, make_account(db).id)
    assert 24 * log2(len(recovery_codes._LETTERS)) >= 112
    stored = db.scalars(select(RecoveryCode.code_hash)).all()
    assert len(set(stored)) == 10 and not {code.encode() for code in codes} & set(stored)
