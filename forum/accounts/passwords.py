"""Passwords: argon2id hashes, and what makes a password too easy to guess.

Any character counts, spaces too; nobody is told what kinds of characters to use.
"""

import os
import secrets
import sys
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import prod
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS
from zxcvbn.matching import L33T_TABLE, relevant_l33t_subtable

from forum.config import settings
from forum.languages.words import N_, _

SHORTEST = 10
LONGEST = 200
#: Guesses that a password must outlast: zxcvbn's “safely unguessable”.
GUESSES = 10**8
#: zxcvbn gets so many characters at most, because of 100 like letters it takes seconds; what comes later can
#: only make a password better.
LOOKED_AT = (50, 25, 15)
#: The square of the characters times the ways to read the digits and signs among them as letters: with more
#: of both, zxcvbn takes ten seconds and not a tenth of one.
MOST_READINGS = 160_000
#: A word of what others know of the owner counts from this length on.
TELLING = 4

EASY = N_("This password is easy to guess. A sentence of your own is a good one.")
STOLEN = N_(
    "This password is on lists of stolen ones, which are tried first. A sentence of your own is better."
)
OWN = N_("This password is made of what others know of you. A sentence of your own is a good one.")

# OWASP's first choice for argon2id; one lane, because what is hashed is hashed in one thread.
_HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
#: Verified when there is no account, so that an unknown name takes as long as a wrong password.
_NOBODY = "$argon2id$v=19$m=47104,t=1,p=1$YjYIr3UavbFQqhHF+rYmjA$5/QctewwawpeIaWg66fYj5+q7Qzf7RjNFNKKvSabSSs"
_STOLEN = frozenset(FREQUENCY_LISTS["passwords"])
#: zxcvbn keeps the words of one password's owner in a list that all share.
_JUDGING = threading.Lock()

Result = TypeVar("Result")


def _give_way() -> None:
    """This thread gets the processor when no other wants it; on Linux each thread has its own priority."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


#: One hash at a time, whoever hurries: 46 MiB and one processor at most, and readers go first.
_THREAD = ThreadPoolExecutor(1, "hashing", initializer=_give_way)


def make_hash(password: str) -> str:
    """The argon2id hash to store; takes tens of milliseconds, and those of whoever asked before."""
    return _apart(lambda: _HASHER.hash(_normal(password)))


def unmatched() -> str:
    """What looks like a hash and takes as long to check, and no password has it; made at once."""
    settings_of_today = _NOBODY.rsplit("$", 2)[0]
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"{settings_of_today}${salt}${digest}"


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one. No hash at all takes as long and never matches."""
    typed = _normal(password)[: LONGEST * 4]
    try:
        found = _apart(lambda: _HASHER.verify(stored or _NOBODY, typed))
    except (VerificationError, InvalidHashError):
        return False
    return found and bool(stored)


def _apart(work: Callable[[], Result]) -> Result:
    return _THREAD.submit(work).result()


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(stored)


def problem(password: str, *known: str) -> str:
    """Why this password is too weak, in one sentence, or "". `known`: what others know of its owner."""
    password = _normal(password)
    if not password:
        return _("Please choose a password.")
    if len(password) < SHORTEST:
        words = _("A password has at least {least} characters. A sentence of your own is a good one.")
        return words.format(least=SHORTEST)
    if len(password) > LONGEST:
        return _("A password has at most {most} characters.").format(most=LONGEST)
    if password.casefold() in _STOLEN:
        return _(STOLEN)
    telling = _words([settings().name, *known])
    if _is_made_of(password.casefold(), telling):
        return _(OWN)
    return "" if _guesses(password, telling) >= GUESSES else _(EASY)


def _words(known: list[str]) -> list[str]:
    """What is known, whole and in its parts: of "ada@example.org" also "ada", "example.org", "example"."""
    whole = [word.casefold() for word in known if word]
    parts = [part for word in whole for mark in "@. " for part in word.split(mark)]
    return sorted({*whole, *parts}, key=lambda word: (-len(word), word))


def _is_made_of(folded: str, words: list[str]) -> bool:
    """Whether hardly anything is left of the password without the longer ones of the words."""
    for word in words:
        if len(word) >= TELLING:
            folded = folded.replace(word, "")
    return len(folded) < TELLING


def _guesses(password: str, words: list[str]) -> float:
    part = next(part for most in LOOKED_AT if _is_soon_read(part := password[:most]) or most == LOOKED_AT[-1])
    with _JUDGING:
        return float(zxcvbn(part, words, max_length=len(part))["guesses"])


def _is_soon_read(part: str) -> bool:
    signs = relevant_l33t_subtable(part, L33T_TABLE)
    return len(part) ** 2 * prod(map(len, signs.values())) <= MOST_READINGS


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
