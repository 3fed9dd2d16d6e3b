"""Several orders of the same things as one: reciprocal rank fusion (Cormack et al., SIGIR 2009)."""

from collections.abc import Sequence

#: The authors' constant: how little the difference between the first places counts.
K = 60


def fused(orders: Sequence[Sequence[int]]) -> dict[int, float]:
    """For each thing of the orders the sum of 1 / (K + its place), the first being 1; more is better."""
    scores: dict[int, float] = {}
    for order in orders:
        for place, each in enumerate(order, 1):
            scores[each] = scores.get(each, 0.0) + 1 / (K + place)
    return scores
