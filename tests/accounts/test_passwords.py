"""Passwords are hashed with argon2id, slowly, and equally slowly for nobody."""

import string
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.accounts import passwords

GOOD = "a sentence of my own"


@pytest.mark.usefixtures("own_hasher")
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


@pytest.mark.usefixtures("own_hasher")
def test_nobody_and_a_damaged_hash_match_nothing() -> None:
    for stored in (None, "", "$argon2id$nonsense", "plain"):
        assert not passwords.matches(stored, "nobody has this password")


@pytest.mark.parametrize(
    "password",
    ["", "short", "nine char", "aaaaaaaaaaaa", "abababababab", "x" * 201, "Ada-Lovelace-1", " " * 12,
     "ada@example.org", "ada-lovelaceada-lovelace", "Footnote Footnote", "qwertyuiop", "1234567890",
     "Password123!", "p4$$w0rd1234", "Summer2024!", "iloveyou1234", "trustno1trustno1"],
)  # fmt: skip
def test_weak_passwords_are_refused(password: str) -> None:
    assert passwords.problem(password, "ada-lovelace-1", "ada@example.org").endswith(".")


@pytest.mark.parametrize(
    "password",
    [GOOD, "citation-needed", "мой собственный пароль", "日本語のパスワードです", "blue 7 tea 🍵 cup",
     "  " + GOOD + "  ", "ada reads in the garden", "kS8#xq0vLp", "w" * 3 + GOOD * 9],
)  # fmt: skip
def test_a_sentence_will_do(password: str) -> None:
    assert passwords.problem(password, "ada", "ada@example.org") == ""


def test_each_reason_has_its_sentence() -> None:
    assert passwords.problem("qwertyuiop") == passwords.problem("QWERTYUIOP") == passwords.STOLEN
    assert passwords.problem("Ada@Example.org!", "lovelace", "ada@example.org") == passwords.OWN
    assert passwords.problem("footnote footnote") == passwords.OWN
    assert passwords.problem("abcdefghijklmnop") == passwords.EASY
    assert "at least 10" in passwords.problem("short") and "at most 200" in passwords.problem("x" * 201)


def test_all_of_a_long_password_counts() -> None:
    long = ("a long sentence of my own, pasted " * 7)[:200]
    assert passwords.problem(long) == ""
    stored = passwords.make_hash(long)
    assert passwords.matches(stored, long)
    assert not passwords.matches(stored, long[:-1]) and not passwords.matches(stored, long[:-1] + "x")


@given(st.text(min_size=0, max_size=220))
def test_any_text_has_a_verdict(password: str) -> None:
    found = passwords.problem(password, "ada", "ada@example.org")
    assert found == "" or found.endswith(".")


def test_a_password_of_many_signs_is_judged_by_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """zxcvbn takes ten seconds for the whole of this one, and three for 100 letters that are all alike."""
    judged: list[str] = []
    whole = passwords.zxcvbn
    monkeypatch.setattr(
        passwords, "zxcvbn", lambda part, *known, **more: judged.append(part) or whole(part, *known, **more)
    )
    signs = "4@8({[<369&!1|0$5+7%2"
    assert passwords.problem(signs * 9) == "" and passwords.problem(string.ascii_lowercase * 7)
    assert [len(part) for part in judged] == [15, 50]


def test_one_password_is_hashed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many come at once: in a thread that gives way to those of readers."""
    at_work: list[int] = []
    most: list[int] = []
    niceness: set[int] = set()

    class Slow:
        def verify(self, _stored: str, _typed: str) -> bool:
            at_work.append(1)
            most.append(len(at_work))
            time.sleep(0.005)
            at_work.pop()
            if sys.platform == "linux":
                niceness.add(passwords.os.getpriority(passwords.os.PRIO_PROCESS, threading.get_native_id()))
            return True

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: passwords.matches("hash", GOOD), range(16)))
    assert max(most) == 1
    assert niceness <= {10}


@pytest.mark.usefixtures("own_hasher")
def test_an_unknown_name_costs_what_a_wrong_password_does() -> None:
    """The hash that stands in for nobody's was made with the settings of today."""
    assert not passwords.is_outdated(passwords._NOBODY)


@pytest.mark.usefixtures("own_hasher")
def test_what_no_password_has_looks_like_a_hash_of_today() -> None:
    found = {passwords.unmatched() for _ in range(9)}
    assert len(found) == 9 and not any(map(passwords.is_outdated, found))
    assert len(passwords.unmatched()) == len(passwords.make_hash(GOOD))
    assert not passwords.matches(passwords.unmatched(), "nobody has this password")


@pytest.mark.usefixtures("own_hasher")
def test_an_old_hash_is_outdated() -> None:
    old = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$mAYRK3bdvj8NUYBVpiBOgUSnqwWRl7VQ6KVRAtjDgZ0"
    assert passwords.is_outdated(old)
