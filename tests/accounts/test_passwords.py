"""Passwords are hashed with argon2id, slowly, and equally slowly for nobody."""

import time

import pytest

from forum.accounts import passwords

GOOD = "a sentence of my own"


def test_only_the_right_password_matches() -> None:
    stored = passwords.make_hash(GOOD)
    assert stored.startswith("$argon2id$")
    assert len(stored) <= 200
    assert passwords.matches(stored, GOOD)
    assert not passwords.matches(stored, GOOD.title())
    assert not passwords.matches(stored, "")
    assert passwords.make_hash(GOOD) != stored
    assert not passwords.is_outdated(stored)


def test_the_way_of_typing_an_accent_does_not_matter() -> None:
    assert passwords.matches(passwords.make_hash("pass phrase é"), "pass phrase e\u0301")


def test_nobody_and_a_damaged_hash_match_nothing() -> None:
    for stored in (None, "", "$argon2id$nonsense", "plain"):
        assert not passwords.matches(stored, "nobody has this password")


def test_nobody_takes_as_long_as_somebody() -> None:
    stored = passwords.make_hash(GOOD)
    somebody = min(_seconds(stored) for _ in range(3))
    nobody = min(_seconds(None) for _ in range(3))
    assert nobody > somebody / 3


def _seconds(stored: str | None) -> float:
    begun = time.perf_counter()
    passwords.matches(stored, "wrong password")
    return time.perf_counter() - begun


@pytest.mark.parametrize(
    "password", ["", "short", "aaaaaaaaaaaa", "abababababab", "x" * 201, "Ada-Lovelace-1"]
)
def test_weak_passwords_are_refused(password: str) -> None:
    assert passwords.problem(password, "ada-lovelace-1", "ada@example.org").endswith(".")


def test_a_sentence_will_do() -> None:
    assert passwords.problem(GOOD, "ada", "ada@example.org") == ""


def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    assert not passwords.is_outdated(passwords._NOBODY)


def test_an_old_hash_is_outdated() -> None:
    old = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$mAYRK3bdvj8NUYBVpiBOgUSnqwWRl7VQ6KVRAtjDgZ0"
    assert passwords.is_outdated(old)
