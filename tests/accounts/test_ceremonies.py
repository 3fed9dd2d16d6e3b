"""What a passkey's answer must be to count: a real one does, one that is wrong in any single way does not."""

from typing import Any

import pytest
from accounts.device import PRESENT, VERIFIED, Device
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.accounts import ceremonies
from forum.accounts.ceremonies import Made, NotProven
from forum.config import Settings

HERE = Settings(base_url="https://forum.example.org")
ORIGIN, HOST = "https://forum.example.org", "forum.example.org"
HANDLE = b"h" * 32


def device(**more: Any) -> Device:
    return Device(**{"origin": ORIGIN, "host": HOST, **more})


def made(on: Device, asked: str) -> Made:
    options = ceremonies.to_make(HERE, asked, "mira", HANDLE, ())
    return ceremonies.made(HERE, asked, on.make(options))


def shown(on: Device, asked: str) -> dict[str, Any]:
    return on.show(ceremonies.to_show(HERE, asked))


@pytest.mark.parametrize(
    ("base", "origin"),
    [
        ("https://forum.example.org", "https://forum.example.org"),
        ("https://forum.example.org:8443/talk", "https://forum.example.org:8443"),
        ("https://forum.example.org:443", "https://forum.example.org"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://Bücher.example", "https://xn--bcher-kva.example"),
        ("https://Forum.Example.org", "https://forum.example.org"),
    ],
)
def test_the_origin_is_as_browsers_write_it(base: str, origin: str) -> None:
    assert Settings(base_url=base).origin == origin


def test_what_is_asked_of_a_browser() -> None:
    options = ceremonies.to_make(HERE, ceremonies.challenge(), "mira", HANDLE, [b"one"])
    assert options["rp"] == {"name": "Footnote", "id": HOST}
    wanted = options["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    assert (options["attestation"], len(options["excludeCredentials"])) == ("none", 1)
    options = ceremonies.to_show(HERE, ceremonies.challenge())
    assert (options["rpId"], options["userVerification"]) == (HOST, "required")
    assert options["allowCredentials"] == [], "whichever the device finds"


def test_no_two_challenges_are_alike() -> None:
    assert len({ceremonies.challenge() for _ in range(50)}) == 50


def test_a_passkey_is_made_and_shown() -> None:
    on, asked, again = device(), ceremonies.challenge(), ceremonies.challenge()
    key = made(on, asked)
    assert ceremonies.shown(shown(on, again)) == (key.credential_id, HANDLE)
    assert ceremonies.proven(HERE, again, shown(on, again), key.public_key, key.sign_count) == 2


WRONG = {
    "from another site": {"origin": "https://forum.example.org.evil.test"},
    "from a subdomain": {"origin": "https://a.forum.example.org"},
    "without https": {"origin": "http://forum.example.org"},
    "for another host": {"host": "evil.test"},
    "without its owner's proof": {"flags": PRESENT},
    "with nobody there": {"flags": VERIFIED},
    "from a frame of another site": {"cross_origin": True},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_device_makes_no_passkey(wrong: dict[str, Any]) -> None:
    with pytest.raises(NotProven):
        made(device(**wrong), ceremonies.challenge())


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_device_proves_nothing(wrong: dict[str, Any]) -> None:
    on, asked = device(), ceremonies.challenge()
    key = made(on, asked)
    for name, value in wrong.items():
        setattr(on, name, value)
    with pytest.raises(NotProven):
        ceremonies.proven(HERE, asked, shown(on, asked), key.public_key, key.sign_count)


def test_another_challenge_is_not_answered() -> None:
    on = device()
    key = made(on, ceremonies.challenge())
    with pytest.raises(NotProven):
        ceremonies.proven(
            HERE, ceremonies.challenge(), shown(on, ceremonies.challenge()), key.public_key, key.sign_count
        )


def test_anothers_key_does_not_fit() -> None:
    asked = ceremonies.challenge()
    mine, other = device(), device()
    key = made(mine, asked)
    made(other, asked)
    with pytest.raises(NotProven):
        ceremonies.proven(HERE, asked, shown(other, asked), key.public_key, key.sign_count)


def test_a_copy_of_a_passkey_is_noticed() -> None:
    """A device that counts says so many times; who says fewer, or as many, is a copy."""
    on, asked = device(), ceremonies.challenge()
    key = made(on, asked)
    answer = shown(on, asked)
    assert ceremonies.proven(HERE, asked, answer, key.public_key, 0) == 1
    for seen in (1, 7):
        with pytest.raises(NotProven):
            ceremonies.proven(HERE, asked, answer, key.public_key, seen)


def test_a_device_that_does_not_count_is_fine() -> None:
    on, asked = device(counts=False), ceremonies.challenge()
    key = made(on, asked)
    for _ in range(2):
        assert ceremonies.proven(HERE, asked, shown(on, asked), key.public_key, 0) == 0


def test_making_is_not_showing() -> None:
    on, asked = device(), ceremonies.challenge()
    key = made(on, asked)
    with pytest.raises(NotProven):
        ceremonies.made(HERE, asked, shown(on, asked))
    with pytest.raises(NotProven):
        ceremonies.proven(
            HERE, asked, on.make(ceremonies.to_make(HERE, asked, "m", HANDLE, ())), key.public_key, 0
        )


@settings(max_examples=60, deadline=None)
@given(
    st.booleans(), st.integers(0, 1), st.integers(0, 40), st.sampled_from(["cut", "changed", "[" * 3000, "é"])
)
def test_damage_is_refused_and_breaks_nothing(is_new: bool, number: int, at: int, how: str) -> None:
    on, asked = device(), ceremonies.challenge()
    key = made(on, asked)
    good = on.make(ceremonies.to_make(HERE, asked, "m", HANDLE, ())) if is_new else shown(on, asked)
    part = ("clientDataJSON", "attestationObject" if is_new else "signature")[number]
    was = good["response"][part]
    changed = was[:at] + ("A" if was[at] != "A" else "B") + was[at + 1 :]
    good["response"][part] = {"cut": was[:at], "changed": changed}.get(how, how)
    with pytest.raises(NotProven):
        ceremonies.proven(HERE, asked, good, key.public_key, 0)
    if (part, how) != ("attestationObject", "changed"):
        with pytest.raises(NotProven):
            ceremonies.made(HERE, asked, good)
