"""Reciprocal rank fusion: several orders as one, whatever is in them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.search.semantic.fusing import K, fused

ORDER = st.lists(st.integers(1, 40), unique=True, max_size=30)


def test_the_sum_of_what_each_place_is_worth() -> None:
    scores = fused([[7, 8], [8, 9, 7]])
    assert K == 60
    assert scores == pytest.approx({7: 1 / 61 + 1 / 63, 8: 1 / 62 + 1 / 61, 9: 1 / 62})


@settings(max_examples=60, deadline=None)
@given(st.lists(ORDER, max_size=4))
def test_everything_of_any_order_has_a_score_and_nothing_else(orders: list[list[int]]) -> None:
    scores = fused(orders)
    assert set(scores) == {each for order in orders for each in order}
    assert all(0 < score <= len(orders) / (K + 1) + 1e-12 for score in scores.values())


@settings(max_examples=60, deadline=None)
@given(ORDER)
def test_what_is_before_another_in_all_orders_stays_before_it(order: list[int]) -> None:
    other = [each for each in order if each % 2] + [each for each in order if not each % 2]
    scores = fused([order, other])
    for first in order:
        for second in order:
            if order.index(first) < order.index(second) and other.index(first) < other.index(second):
                assert scores[first] > scores[second]


@settings(max_examples=40, deadline=None)
@given(ORDER)
def test_the_same_order_twice_is_that_order(order: list[int]) -> None:
    scores = fused([order, order])
    assert sorted(scores, key=lambda each: -scores[each]) == order
