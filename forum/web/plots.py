"""Where the parts of a plot stand, in percent of its width and height; templates draw them as SVG."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from forum.languages.words import N_

#: The scale of times, in seconds: equal steps are equal factors, because waits are minutes or weeks.
SHORTEST, LONGEST = 60, 30 * 86400
TICKS = ((3600, N_("1 h")), (86400, N_("1 day")), (7 * 86400, N_("1 week")))


class Part(NamedTuple):
    """One piece of a bar: from where, and how long."""

    start: float
    length: float


class Bar(NamedTuple):
    """One row: what it is, its value in words, and its pieces one behind the other."""

    label: str
    words: str
    parts: Sequence[Part]


class Range(NamedTuple):
    """One row of a plot of times: where the median is, and where nine in ten."""

    label: str
    words: str
    median: float
    nine_in_ten: float


class Pillar(NamedTuple):
    """One of the bars that stand side by side; its pieces are measured from the top."""

    label: str
    x: float
    width: float
    parts: Sequence[Part]


def bar(label: str, words: str, values: Sequence[int], most: int) -> Bar:
    """A row of these pieces, where `most` would fill it."""
    return Bar(label, words, _stacked(values, most))


def pillars(labels: Sequence[str], values: Sequence[Sequence[int]]) -> list[Pillar]:
    """Bars that stand side by side, the highest as high as the plot."""
    most, step = max((sum(each) for each in values), default=0), 100 / max(1, len(labels))
    return [
        Pillar(label, round(number * step + step * 0.1, 2), round(step * 0.8, 2), _standing(each, most))
        for number, (label, each) in enumerate(zip(labels, values, strict=True))
    ]


def place(seconds: float) -> float:
    """Where a time stands on the scale."""
    within = min(max(seconds, SHORTEST), LONGEST)
    return round(100 * math.log(within / SHORTEST) / math.log(LONGEST / SHORTEST), 2)


def _stacked(values: Sequence[int], most: int) -> list[Part]:
    scale = 100 / most if most else 0
    starts = (sum(values[:number]) for number in range(len(values)))
    return [
        Part(round(start * scale, 2), round(value * scale, 2))
        for start, value in zip(starts, values, strict=True)
    ]


def _standing(values: Sequence[int], most: int) -> list[Part]:
    return [Part(round(100 - part.start - part.length, 2), part.length) for part in _stacked(values, most)]
