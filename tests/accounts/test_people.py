"""Accounts: one name and one address each, however they are written."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts import directory, ownership, people
from forum.accounts.factor_tables import Passkey
from forum.accounts.tables import Account, Role
from forum.clock import now
from forum.errors import Invalid, NotFound


def test_an_account_is_found_by_name_and_address(db: Session) -> None:
    ada = people.add(db, "Ada", "Ada@example.org", "hash")
    for typed in ("Ada", "ADA", "ada@EXAMPLE.org", " ada "):
        assert people.login(db, typed) == people.Login(ada.id, "hash")
    for typed in ("", "ad", "ada@example.com", "%", "ada'--"):
        assert people.login(db, typed) is None
    person = people.named(db, "aDa")
    assert person is not None
    assert (person.name, person.role, person.is_claimed) == ("Ada", Role.MEMBER, True)


def test_a_taken_name_or_address_is_refused_and_the_rest_goes_on(db: Session) -> None:
    people.add(db, "Ada", "ada@example.org", "hash")
    with pytest.raises(Invalid) as error:
        people.add(db, "ADA", "Ada@example.org", "hash")
    assert error.value.fields == {"name": people.NAME_TAKEN, "email": people.ADDRESS_TAKEN}
    with pytest.raises(Invalid) as error:
        people.add(db, "Grace", "ADA@example.org", None)
    assert error.value.fields == {"email": people.ADDRESS_TAKEN}
    people.add(db, "Grace", None, None)
    people.add(db, "Joan", None, None)
    assert db.scalar(select(func.count()).select_from(Account)) == 3


def test_only_an_admin_who_can_sign_in_is_one(db: Session) -> None:
    assert not directory.has_admin(db)
    people.add(db, "Ada", None, "hash", Role.MODERATOR)
    people.add(db, "Grace", None, None, Role.ADMIN)
    assert not directory.has_admin(db)
    joan = people.add(db, "Joan", None, None, Role.ADMIN)
    key = {"credential_id": b"1", "public_key": b"k", "sign_count": 0, "name": "key", "created_at": now()}
    db.add(Passkey(account_id=joan.id, **key))
    assert directory.has_admin(db)


def test_a_setup_code_is_spent_once(db: Session) -> None:
    code = ownership.issue(db) or ""
    with pytest.raises(NotFound):
        ownership.spend(db, code + "x")
    ownership.spend(db, code)
    assert not ownership.is_valid(db, code)
    with pytest.raises(NotFound):
        ownership.spend(db, code)


def test_a_setup_code_is_worth_nothing_once_there_is_an_admin(db: Session) -> None:
    code = ownership.issue(db) or ""
    people.add(db, "Joan", None, "hash", Role.ADMIN)
    with pytest.raises(NotFound):
        ownership.spend(db, code)


def test_only_the_last_setup_code_is_valid_until_there_is_an_admin(db: Session) -> None:
    first, second = ownership.issue(db), ownership.issue(db)
    assert first and second
    assert not ownership.is_valid(db, first)
    assert not ownership.is_valid(db, "")
    assert ownership.is_valid(db, second)
    people.add(db, "Joan", None, "hash", Role.ADMIN)
    assert not ownership.is_valid(db, second)
    assert ownership.issue(db) is None
