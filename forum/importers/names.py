"""Names for imported accounts, made from names that people had elsewhere."""

import re
import unicodedata
from collections.abc import Collection, Iterable

from forum.importers.records import Person

_SHORTEST, _LONGEST, _LONGEST_KEY = 3, 30, 60
_APOSTROPHES = re.compile("['’ʼ`´]")


def account_names(people: Iterable[Person], taken: Collection[str] = ()) -> dict[str, str]:
    """An account name for each person's key: 3 to 30 letters, digits, "-" and "_"; no two alike in any case.

    The same people get the same names in whatever order they come; who joined first keeps the plain name, and
    later ones get "-2", "-3" and so on. Names in `taken` are not given to anybody.
    """
    used = {_key(name) for name in taken}
    names: dict[str, str] = {}
    for person in sorted(people, key=lambda person: (person.joined_at, person.key)):
        names[person.key] = _free(_plain(person.name), used)
        used.add(_key(names[person.key]))
    return names


def _free(name: str, used: set[str]) -> str:
    candidate, number = _cut(name, ""), 1
    while _key(candidate) in used:
        number += 1
        candidate = _cut(name, f"-{number}")
    return candidate


def _plain(name: str) -> str:
    """`name` with only letters, digits, "-" and "_" left, and at least three of them."""
    composed = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", name))
    kept = "".join(_keep(character) for character in composed)
    plain = re.sub(r"-{2,}", "-", kept).strip("-_")
    if not plain:
        return "member"
    return plain if len(plain) >= _SHORTEST else f"member-{plain}"


def _keep(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "L" or category == "Nd" or character == "_":
        return character
    # An accent that has no composed letter, or an invisible joiner, is no gap between two words.
    return "" if category[0] == "M" or category == "Cf" else "-"


def _cut(name: str, ending: str) -> str:
    room = _LONGEST - len(ending)
    while len(_key(name[:room])) > _LONGEST_KEY - len(ending):
        room -= 1
    return name[:room].rstrip("-_") + ending


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
