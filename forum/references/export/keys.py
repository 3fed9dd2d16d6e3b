"""Keys for citing: polito2019systematic. Ours, of a-z and 0-9 only, so that no record can write one."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase
from typing import Any

from forum.references.formatting import year

LONGEST = 24
#: Letters that are no other letter with a mark.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
#: They begin too many titles to tell works apart.
_SKIPPED = frozenset(("a", "an", "the", "on", "of", "in", "to", "for", "and", "retracted", "withdrawn"))


def unique(items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A key for each item, none twice: smith2019dose, smith2019dosea … smith2019dosez, smith2019doseaa."""
    taken: set[str] = set()
    used: Counter[str] = Counter()
    for item in items:
        base = key = _key(item)
        while key in taken:
            used[base] += 1
            key = base + _suffix(used[base])
        taken.add(key)
        yield key


def _key(item: Mapping[str, Any]) -> str:
    """First author, year and first word of the title, as far as ASCII goes; a lone title whole."""
    people = item.get("author") or item.get("editor") or [{}]
    who = _ascii(people[0].get("family") or people[0].get("literal", ""))[:LONGEST]
    start = f"{who}{year(item) or ''}"
    words = map(_ascii, re.split(r"[\W_]+", item["title"]) if start else [item["title"]])
    key = start + next((word for word in words if word and word not in _SKIPPED), "")[:LONGEST]
    # Some programs want a letter first.
    return key if key[:1].isalpha() else f"ref{key}"


def _ascii(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return re.sub(r"[^a-z0-9]", "", letters)


def _suffix(number: int) -> str:
    """1 is a, 26 is z, 27 is aa."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = ascii_lowercase[place] + letters
    return letters
