"""How good a list of results is, from 0 to 1, and how long the searches took."""

import statistics
from collections.abc import Collection, Sequence
from math import log2
from typing import NamedTuple


class Outcome(NamedTuple):
    """What one query found, the best first, what it should have found, and the seconds that it took."""

    found: Sequence[int]
    wanted: Collection[int]
    seconds: float


def ndcg(outcome: Outcome, at: int = 10) -> float:
    """Normalised discounted cumulative gain with gains of 0 and 1 (Järvelin and Kekäläinen 2002)."""
    gain = sum(1 / log2(place + 2) for place, each in enumerate(outcome.found[:at]) if each in outcome.wanted)
    return gain / sum(1 / log2(place + 2) for place in range(min(at, len(outcome.wanted))))


def recall(outcome: Outcome, at: int = 100) -> float:
    """Which part of what is wanted is among the first `at`."""
    return len(set(outcome.found[:at]) & set(outcome.wanted)) / len(outcome.wanted)


def milliseconds(seconds: Sequence[float]) -> tuple[float, float]:
    """The median, and what nineteen of twenty stay under."""
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1000, ordered[min(len(ordered) - 1, len(ordered) * 19 // 20)] * 1000
