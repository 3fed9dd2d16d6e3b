"""The three tables agree with each other and with what posts can do."""

import pytest

from forum.discussion.posts import MOVES
from forum.discussion.tables import PostState
from forum.moderation.rules import REASONS, RULES, VERDICTS, Urgency, offered
from forum.moderation.tables import Decision, Flag


def test_every_verdict_is_a_move_that_posts_allow() -> None:
    for verdict in VERDICTS:
        for source in verdict.sources:
            assert verdict.to is None or verdict.to in MOVES[source], (verdict.key, source)


def test_keys_are_unique_and_fit_their_columns() -> None:
    for table, column in ((REASONS, Flag.reason), (RULES, Decision.rule), (VERDICTS, Decision.verdict)):
        keys = [line.key for line in table]
        assert len(set(keys)) == len(keys)
        assert max(map(len, keys)) <= column.type.length


@pytest.mark.parametrize(
    ("state", "is_open", "expected"),
    [
        (PostState.HELD, True, "publish hide remove"),
        (PostState.SHOWN, True, "keep dismiss hide remove"),
        (PostState.SHOWN, False, "hide remove"),
        (PostState.HIDDEN, True, "dismiss remove restore"),
        (PostState.HIDDEN, False, "remove restore"),
        (PostState.REMOVED, False, "hide restore"),
        (PostState.WITHDRAWN, True, "dismiss"),
        (PostState.WITHDRAWN, False, ""),
    ],
)
def test_the_buttons_for_each_state(state: PostState, is_open: bool, expected: str) -> None:
    assert [verdict.key for verdict in offered(state, is_open)] == expected.split()


def test_an_open_item_always_has_a_way_out() -> None:
    for state in PostState:
        assert offered(state, is_open=True), state


def test_unsafe_advice_comes_first() -> None:
    assert min(REASONS, key=lambda reason: reason.urgency).key == "unsafe-advice"
    assert [reason.key for reason in REASONS if reason.urgency == Urgency.AT_ONCE] == ["unsafe-advice"]


def test_taking_a_post_away_needs_a_rule_and_nothing_else_does() -> None:
    assert {verdict.key for verdict in VERDICTS if verdict.needs_rule} == {"hide", "remove"}
