"""Names for imported accounts, made from names that people had elsewhere."""

import re
import unicodedata
from collections.abc import Collection, Iterable

from forum.accounts.names import LONGEST, LONGEST_KEY, SHORTEST, key, normal
from forum.importers.records import Person

_APOSTROPHES = re.compile("['’ʼ`´]")


def account_names(people: Iterable[Person], taken: Collection[str] = ()) -> dict[str, str]:
    """An account name for each person's key: 3 to 30 letters, digits, "-" and "_"; no two alike in any case.

    The same people get the same names in whatever order they come; who joined first keeps the plain name, and
    later ones get "-2", "-3" and so on. Names in `taken` are not given to anybody.
    """
    used = {key(name) for name in taken}
    names: dict[str, str] = {}
    for person in sorted(people, key=lambda person: (person.joined_at, person.key)):
        names[person.key] = _free(_plain(person.name), used)
        used.add(key(names[person.key]))
    return names


def _free(name: str, used: set[str]) -> str:
    candidate, number = _cut(name, ""), 1
    while key(candidate) in used:
        number += 1
        candidate = _cut(name, f"-{number}")
    return candidate


def _plain(name: str) -> str:
    """`name` with only letters, digits, "-" and "_" left, and at least three of them."""
    composed = _APOSTROPHES.sub("", normal(name))
    kept = "".join(_keep(character) for character in composed)
    plain = re.sub(r"-{2,}", "-", kept).strip("-_")
    if not plain:
        return "member"
    return plain if len(plain) >= SHORTEST else f"member-{plain}"


def _keep(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "L" or category == "Nd" or character == "_":
        return character
    # An accent that has no composed letter, or an invisible joiner, is no gap between two words.
    return "" if category[0] == "M" or category == "Cf" else "-"


def _cut(name: str, ending: str) -> str:
    room = LONGEST - len(ending)
    while len(key(name[:room])) > LONGEST_KEY - len(ending):
        room -= 1
    return name[:room].rstrip("-_") + ending
