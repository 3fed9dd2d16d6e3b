"""When two names look alike: the same skeleton (Unicode Technical Standard 39, sections 4 and 5.2).

The data is Unicode's confusables.txt and Scripts.txt, as the package `confusable_homoglyphs` has them.
"""

import unicodedata
from functools import lru_cache

from confusable_homoglyphs import categories
from confusable_homoglyphs.confusables import confusables_data

#: As many characters as the column `account.likeness` has.
LONGEST = 120
#: What confusables.txt leaves to each reader of small letters on a screen.
_OURS = str.maketrans({"i": "l", "w": "vv", "_": "-"})
#: The data writes letters that run from right to left between two of these.
_MARK = "\u200e"
#: From this class on, combining marks are accents; those below belong to their letter, as in か and が.
_ACCENT = 200
#: Scripts that are written together; every name may be of one script and of what all scripts share.
_TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)
_SHARED = frozenset({"COMMON", "INHERITED", "Unknown"})


def skeleton(name: str) -> str:
    """What this name and all that look like it have in common: case, accents and look-alike letters are gone.

    Only "" has the skeleton "".
    """
    seen = _plain(unicodedata.normalize("NFKC", name))
    # Twice, because "I" looks like "l" and "i" does not.
    folded = _plain(seen.casefold()).casefold().translate(_OURS)
    while "--" in folded:
        folded = folded.replace("--", "-")
    return (folded or name)[:LONGEST]


def is_mixed(name: str) -> bool:
    """Whether letters of different scripts stand in the name, such as a Cyrillic “а” among Latin ones."""
    scripts = {categories.alias(character) for character in name} - _SHARED
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def _plain(name: str) -> str:
    return "".join(_prototype(character) for character in unicodedata.normalize("NFD", name))


@lru_cache(4096)
def _prototype(character: str) -> str:
    """The character or characters that stand for all that look like this one; "" for what nobody sees."""
    if unicodedata.combining(character) >= _ACCENT or unicodedata.category(character) == "Cf":
        return ""
    # The data leads both ways: what stands for the others is what has most of them.
    found = max((character, *_alike(character)), key=lambda each: (len(_alike(each)), each.isascii(), each))
    return found.strip(_MARK)


def _alike(characters: str) -> list[str]:
    marked = f"{_MARK}{characters}{_MARK}"
    found = confusables_data.get(characters) or confusables_data.get(marked) or ()
    return [each["c"] for each in found]
