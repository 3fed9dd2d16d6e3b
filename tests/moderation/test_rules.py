"""The tables agree with each other and with what posts and accounts can do."""

import pytest

from forum.accounts import standing
from forum.accounts.tables import Standing
from forum.discussion.posts import MOVES
from forum.discussion.tables import PostState
from forum.moderation.rules import RULES, VERDICTS, offered
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import Decision


def test_every_verdict_is_a_move_that_posts_allow() -> None:
    for verdict in VERDICTS:
        for source in verdict.sources if verdict.to else ():
            moves = MOVES[source] if verdict.subject == SubjectKind.POST else standing.MOVES[source]
            assert verdict.to in {*moves, source}, (verdict.key, source)


def test_keys_are_unique_and_fit_their_columns() -> None:
    for table, column in ((RULES, Decision.rule), (VERDICTS, Decision.verdict)):
        keys = [line.key for line in table]
        assert len(set(keys)) == len(keys)
        assert max(map(len, keys)) <= column.type.length


@pytest.mark.parametrize(
    ("state", "is_open", "expected"),
    [
        (PostState.HELD, True, "publish return edit hide remove spammer escalate"),
        (PostState.SHOWN, True, "keep dismiss return edit hide remove spammer escalate"),
        (PostState.SHOWN, False, "return edit hide remove spammer"),
        (PostState.HIDDEN, True, "dismiss edit remove restore spammer escalate"),
        (PostState.HIDDEN, False, "edit remove restore spammer"),
        (PostState.REMOVED, False, "hide restore"),
        (PostState.WITHDRAWN, True, "dismiss remove spammer escalate"),
        (PostState.WITHDRAWN, False, "remove spammer"),
    ],
)
def test_the_buttons_for_each_state(state: PostState, is_open: bool, expected: str) -> None:
    assert [verdict.key for verdict in offered(state, is_open)] == expected.split()


def test_an_open_item_always_has_a_way_out() -> None:
    for state in PostState:
        assert offered(state, is_open=True), state


def test_the_buttons_of_a_thread_stand_at_its_first_post() -> None:
    about = {verdict.key for verdict in offered(PostState.SHOWN, True, opens_thread=True)}
    assert about - {verdict.key for verdict in offered(PostState.SHOWN, True)} == {
        "duplicate", "retag", "close", "lock",
    }  # fmt: skip


def test_a_decision_can_be_taken_back_while_nothing_new_waits() -> None:
    assert "undo" in {verdict.key for verdict in offered(PostState.HIDDEN, False, was_decided=True)}
    assert "undo" not in {verdict.key for verdict in offered(PostState.HIDDEN, True, was_decided=True)}


@pytest.mark.parametrize("state", Standing)
def test_an_open_account_always_has_a_way_out(state: Standing) -> None:
    assert offered(state, is_open=True, subject=SubjectKind.ACCOUNT)


def test_taking_a_post_away_needs_a_rule_and_nothing_else_does() -> None:
    of_posts = (verdict for verdict in VERDICTS if verdict.subject == SubjectKind.POST)
    assert {verdict.key for verdict in of_posts if verdict.needs_rule} == {"hide", "remove", "spammer"}
