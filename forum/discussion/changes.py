"""What changed from one text to the next, marked; the work is bounded whatever the texts are."""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

#: A comparison of so many pieces on each side takes a few milliseconds, and time grows with their square.
MOST = 600
_PIECE = re.compile(r"\s+|\w+|[^\w\s]")


class Pieces(NamedTuple):
    """Two texts: what both begin with, what each has in the middle, what both end with."""

    head: str
    old: list[str]
    new: list[str]
    tail: str


def marked(before: str, after: str) -> Markup:
    """`after` with what was put in as <ins> and what was taken out as <del>; everything escaped."""
    found = pieces(before, after)
    return Markup("").join([escape(found.head), *_marked(found.old, found.new), escape(found.tail)])


def pieces(before: str, after: str) -> Pieces:
    """The texts in words where that makes at most MOST pieces on each side, else in lines, else whole."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    shortest = min(len(old), len(new))
    first = next((i for i in range(shortest) if old[i] != new[i]), shortest)
    last = next((i for i in range(shortest - first) if old[-1 - i] != new[-1 - i]), shortest - first)
    head, tail = "".join(new[:first]), "".join(new[len(new) - last :])
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    if max(len(old), len(new)) > MOST:
        old, new = ["".join(side).splitlines(keepends=True) for side in (old, new)]
    if max(len(old), len(new)) > MOST:
        old, new = [["".join(side)] if side else [] for side in (old, new)]
    return Pieces(head, old, new, tail)


def _marked(old: Sequence[str], new: Sequence[str]) -> Iterator[Markup]:
    # With its heuristic for what is frequent the matcher does not look at every pair of spaces.
    for change, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        if change == "equal":
            yield escape("".join(new[c:d]))
            continue
        if b > a:
            yield Markup("<del>{}</del>").format("".join(old[a:b]))
        if d > c:
            yield Markup("<ins>{}</ins>").format("".join(new[c:d]))
