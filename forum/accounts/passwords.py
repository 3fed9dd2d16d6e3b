"""Passwords: argon2id hashes, and what makes a password too easy to guess."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 200

# OWASP's first choice for argon2id; one lane, because the pool of slow threads is what runs in parallel.
_HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
#: Verified when there is no account, so that an unknown name takes as long as a wrong password.
_NOBODY = "$argon2id$v=19$m=47104,t=1,p=1$YjYIr3UavbFQqhHF+rYmjA$5/QctewwawpeIaWg66fYj5+q7Qzf7RjNFNKKvSabSSs"


def make_hash(password: str) -> str:
    """The argon2id hash to store; takes tens of milliseconds and 46 MiB."""
    return _HASHER.hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one. No hash at all takes as long and never matches."""
    try:
        found = _HASHER.verify(stored or _NOBODY, _normal(password)[: LONGEST * 4])
    except (VerificationError, InvalidHashError):
        return False
    return found and bool(stored)


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(stored)


def problem(password: str, *known: str) -> str:
    """Why this password is too weak, in one sentence, or "". `known`: what others know of its owner."""
    if not password:
        return "Please choose a password."
    if len(password) < SHORTEST:
        return f"A password has at least {SHORTEST} characters. A sentence of your own is a good one."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    folded = password.casefold()
    if len(set(folded)) < 5 or any(word and word.casefold() == folded for word in known):
        return "This password is easy to guess. A sentence of your own is a good one."
    return ""


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
