"""Whether two names mean one journal: “PLoS One” and “PLOS ONE”, “Br J Psychiatry” and its full name."""

import re

from forum.references.freetext.comparable import words

_SMALL = re.compile(r"a|an|and|at|das|de|del|der|des|die|du|e|en|et|for|fur|in|la|le|of|on|the|und|y|zur")
_SEGMENT = re.compile(r"[,;:()\[\]/]| [-–—] ")
#: So much of an abbreviation must stand in the full name, where one has words that the other leaves out.
_ENOUGH = 0.8


def same_container(written: str, recorded: str) -> bool:
    """True if both may name one container, forgiving abbreviations and what follows a comma or bracket."""
    return any(
        _same(_content(one), _content(other)) for one in _segments(written) for other in _segments(recorded)
    )


def _segments(name: str) -> list[str]:
    return [name, *(part for part in _SEGMENT.split(name) if part.strip())]


def _content(name: str) -> list[str]:
    return [word for word in words(name).split() if not _SMALL.fullmatch(word)]


def _same(one: list[str], other: list[str]) -> bool:
    if not one or not other:
        return False
    short, long = sorted((one, other), key=len)
    if len(short) == 1 and len(long) > 1:
        return _is_acronym(short[0], long)
    if len(short) >= 3 and all(_abbreviates(a, b) for a, b in zip(short, long, strict=False)):
        # “Proceedings of the National Academy of Sciences” goes on “of the United States of America”.
        return True
    return _common(short, long) >= max(_ENOUGH * len(long), min(len(long), 3))


def _is_acronym(name: str, of: list[str]) -> bool:
    return len(name) > 2 and "".join(word[0] for word in of).startswith(name)


def _common(short: list[str], long: list[str]) -> int:
    """How many words of `short` stand in `long`, in order."""
    count = place = 0
    for word in short:
        found = next((i for i in range(place, len(long)) if _abbreviates(word, long[i])), None)
        if found is not None:
            count, place = count + 1, found + 1
    return count


def _abbreviates(one: str, other: str) -> bool:
    """True if either word is the other’s beginning, or a contraction of it: Natl, Dtsch."""
    short, long = sorted((one, other), key=len)
    if long.startswith(short):
        return True
    letters = iter(long)
    return short[0] == long[0] and len(short) <= 0.6 * len(long) and all(char in letters for char in short)
