"""One-time codes: a secret counts once a code of it was shown, and no code is taken twice."""

from datetime import timedelta

import pyotp
import pytest
from conftest import Clock
from defusedxml import ElementTree
from keyring import give_codes
from makers import make_account
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import factors, one_time_codes, recovery_codes
from forum.accounts.factor_tables import OneTimeCode
from forum.clock import now
from forum.errors import Conflict


def test_a_secret_counts_once_a_code_of_it_was_shown(db: Session) -> None:
    ada = make_account(db)
    one_time_codes.begin(db, ada.id)
    app = pyotp.TOTP(one_time_codes.begun(db, ada.id) or "")
    assert not one_time_codes.is_on(db, ada.id) and not factors.of(db, ada.id).has_second
    assert not one_time_codes.take(db, ada.id, app.at(now())), "nobody has shown yet that the app has it"
    assert not one_time_codes.confirm(db, ada.id, "000000")
    assert one_time_codes.confirm(db, ada.id, f" {app.at(now())[:3]} {app.at(now())[3:]} ")
    assert one_time_codes.is_on(db, ada.id) and factors.of(db, ada.id).has_second
    assert one_time_codes.begun(db, ada.id) is None, "the secret is shown no more"
    with pytest.raises(Conflict):
        one_time_codes.begin(db, ada.id)


def test_a_secret_that_is_begun_again_is_another(db: Session) -> None:
    ada = make_account(db)
    one_time_codes.begin(db, ada.id)
    first = one_time_codes.begun(db, ada.id)
    one_time_codes.begin(db, ada.id)
    assert first != one_time_codes.begun(db, ada.id)


def test_no_code_is_taken_twice_nor_one_older_than_the_last(db: Session, frozen: Clock) -> None:
    ada = make_account(db)
    app = give_codes(db, ada)
    assert not one_time_codes.take(db, ada.id, app.at(now())), "taken when it was switched on"
    before = app.at(now())
    frozen.forward(seconds=30)
    assert one_time_codes.take(db, ada.id, app.at(now()))
    assert not one_time_codes.take(db, ada.id, app.at(now()))
    assert not one_time_codes.take(db, ada.id, before)


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_of_one_step_around_now_is_taken(
    db: Session, frozen: Clock, steps: int, is_taken: bool
) -> None:
    ada = make_account(db)
    app = give_codes(db, ada)
    frozen.forward(minutes=5)
    assert one_time_codes.take(db, ada.id, app.at(now() + timedelta(seconds=30 * steps))) is is_taken


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "-1", "x" * 5000])
def test_what_is_no_code_is_refused(db: Session, typed: str) -> None:
    ada = make_account(db)
    give_codes(db, ada)
    assert not one_time_codes.take(db, ada.id, typed)


def test_a_code_counts_for_its_own_account_only(db: Session, frozen: Clock) -> None:
    ada, eve = make_account(db), make_account(db)
    app = give_codes(db, ada)
    give_codes(db, eve)
    frozen.forward(minutes=1)
    assert not one_time_codes.take(db, eve.id, app.at(now()))
    assert one_time_codes.end(db, eve.id) and not one_time_codes.end(db, eve.id)
    assert one_time_codes.take(db, ada.id, app.at(now()))


def test_the_secret_is_sealed(db: Session) -> None:
    ada = make_account(db)
    app = give_codes(db, ada)
    assert app.secret.encode() not in db.scalars(select(OneTimeCode.secret)).one()


def test_the_picture_needs_no_style_and_says_the_address() -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    drawn = one_time_codes.picture(secret, "Ada", "Tea & <b>talk</b>")
    assert ElementTree.fromstring(drawn).tag == "svg"
    assert "style" not in drawn and "xmlns" not in drawn and "#fff" in drawn
    address = one_time_codes.address(secret, "Ada", "Tea & talk")
    assert address.startswith("otpauth://totp/Tea%20%26%20talk:Ada?") and f"secret={secret}" in address


def test_what_opens_an_account_is_counted(db: Session) -> None:
    ada = make_account(db)
    give_codes(db, ada)
    recovery_codes.make(db, ada.id)
    assert factors.of(db, ada.id) == (False, True, True, 0, 10, 0)
    factors.end_all(db, ada.id)
    assert factors.of(db, ada.id) == (False, True, False, 0, 0, 0)
