"""Two edits of one text put together: a three-way merge, by lines and within them by sentences.

Each side is compared with the text that both began from (package merge3). What only one side changed is
taken from it; what both changed differently stays in the text twice, between marks that stand on lines of
their own and that no save lets through.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from merge3 import Merge3

from forum.languages.words import N_, _

#: Around two readings of the same place. No keyboard types these brackets by accident.
NOW, TYPED, END = "⟦It says now:⟧", "⟦You typed:⟧", "⟦Keep one of the two, and take these three lines out.⟧"
STILL_THERE = N_("Keep one of the two readings at each mark ⟦…⟧, and take the marks out.")
#: More pieces on one side are not compared: the work grows with their square.
MOST = 600
_SENTENCE = re.compile(r"(?<=[.!?…])(?=[ ])")


class Conflict(NamedTuple):
    """A place that both sides changed: as it is saved now, and as it was typed."""

    now: str
    typed: str


class Combined(NamedTuple):
    """`text` is both together, with marks around each of the conflicts."""

    text: str
    conflicts: Sequence[Conflict]


def texts(base: str, now: str, typed: str) -> Combined:
    """What `now` and `typed` have made of `base`, together; the same conflict in both is none."""
    # All end in a line break, so that a paragraph added at the end changes no line but its own.
    regions = list(_regions(*(f"{text}\n".splitlines(keepends=True) for text in (base, now, typed))))
    parts = [_marked(part) if isinstance(part, Conflict) else part for part in regions]
    conflicts = [part for part in regions if isinstance(part, Conflict)]
    return Combined("".join(parts).removesuffix("\n"), conflicts)


def line(base: str, now: str, typed: str) -> str | None:
    """The line that one side alone has changed; None if both have, and differently."""
    if typed in (base, now):
        return now
    return typed if now == base else None


def names(base: Sequence[str], now: Sequence[str], typed: Sequence[str]) -> list[str]:
    """All names that are there now or were typed, but those that either side has taken out."""
    gone = (set(base) - set(now)) | (set(base) - set(typed))
    return [name for name in dict.fromkeys([*now, *typed]) if name not in gone]


def is_marked(text: str) -> bool:
    """Whether any mark of a conflict is left."""
    return any(mark in text for mark in (NOW, TYPED, END))


def settled(text: str) -> str:
    """The text. ValueError, with what to do, if a mark of a conflict is left in it."""
    if is_marked(text):
        raise ValueError(_(STILL_THERE))
    return text


def _regions(base: list[str], now: list[str], typed: list[str]) -> Iterator[str | Conflict]:
    """Whole lines on which both sides agree, or that one of them changed; or a conflict."""
    for part in _merged(base, now, typed):
        if isinstance(part, str):
            yield part
            continue
        within = list(_merged(*(_SENTENCE.split(side) for side in part)))
        if all(isinstance(each, str) for each in within):
            yield "".join(each for each in within if isinstance(each, str))
        else:
            yield Conflict(part[1], part[2])


def _merged(base: list[str], now: list[str], typed: list[str]) -> Iterator[str | tuple[str, str, str]]:
    """The pieces in order; three texts (base, now, typed) where the sides differ."""
    if max(map(len, (base, now, typed))) > MOST:
        yield _whole("".join(base), "".join(now), "".join(typed))
        return
    for region in Merge3(base, now, typed).merge_regions():
        if region[0] == "conflict":
            _, *ends = region
            sides = zip((base, now, typed), ends[::2], ends[1::2], strict=True)
            yield _whole(*("".join(side[first:last]) for side, first, last in sides))
        else:
            side = {"unchanged": base, "same": now, "a": now, "b": typed}[region[0]]
            yield "".join(side[region[1] : region[2]])


def _whole(base: str, now: str, typed: str) -> str | tuple[str, str, str]:
    found = line(base, now, typed)
    return (base, now, typed) if found is None else found


def _marked(found: Conflict) -> str:
    # Both readings are whole lines, each with its end.
    return f"{NOW}\n{found.now}{TYPED}\n{found.typed}{END}\n"
