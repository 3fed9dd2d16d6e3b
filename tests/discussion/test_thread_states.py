"""Threads' states: only what the table allows, every move recorded, every move taken back."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import make_account, make_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.discussion import originals, thread_history, thread_states
from forum.discussion.tables import Thread, ThreadMove, ThreadState
from forum.discussion.thread_states import MOVES, Act
from forum.errors import Conflict

OPEN, CLOSED, LOCKED = ThreadState.OPEN, ThreadState.CLOSED, ThreadState.LOCKED


@pytest.fixture
def moderator(db: Session) -> Actor:
    return make_account(db, role=Role.MODERATOR)


def act_on(db: Session, thread: Thread, actor: Actor, act: Act, number: int = 1) -> ThreadMove:
    """The act, as an action would do it; `number` makes it another one each time."""
    why = f"because {number}"
    if act is Act.UNLOCK:
        return thread_states.unlock(db, thread, actor.id, why)
    facts: dict[Act, dict[str, Any]] = {
        Act.CLOSE: {"closed_reason": why},
        Act.REOPEN: {"closed_reason": "", "duplicate_of_id": None},
        Act.LOCK: {"closed_reason": why},
        Act.SLOW: {"slow_minutes": thread.slow_minutes + number},
        Act.RETAG: {"tag_names": f"evidence tag-{number}"},
    }
    to = {Act.CLOSE: CLOSED, Act.REOPEN: OPEN, Act.LOCK: LOCKED}.get(act)
    return thread_states.move(db, thread, act, actor.id, why, to, **facts[act])


def facts_of(thread: Thread) -> tuple[object, ...]:
    return (thread.state, *(getattr(thread, name) for name in thread_states.FACTS))


@pytest.mark.parametrize("state", list(ThreadState))
@pytest.mark.parametrize("act", [Act.CLOSE, Act.REOPEN, Act.LOCK, Act.UNLOCK])
def test_the_table_says_what_is_possible(db: Session, moderator: Actor, state: str, act: Act) -> None:
    thread = make_thread(db)
    thread.state = state
    assert (act in thread_states.offered(state)) == (state in MOVES[act][0])
    if act not in thread_states.offered(state):
        with pytest.raises(Conflict):
            act_on(db, thread, moderator, act)
        return
    move = act_on(db, thread, moderator, act)
    assert (move.from_state, move.to_state, move.actor_id) == (state, thread.state, moderator.id)
    assert thread.state in MOVES[act][1]


def test_what_changes_nothing_is_refused(db: Session, moderator: Actor) -> None:
    thread = make_thread(db)
    with pytest.raises(Conflict):
        thread_states.move(db, thread, Act.SLOW, moderator.id, "", slow_minutes=0)
    assert db.scalars(select(ThreadMove).where(ThreadMove.thread_id == thread.id)).all() == []


def test_unlocking_leads_to_what_was_before(db: Session, moderator: Actor) -> None:
    thread = make_thread(db)
    act_on(db, thread, moderator, Act.CLOSE, 1)
    act_on(db, thread, moderator, Act.LOCK, 2)
    assert thread.closed_reason == "because 2"
    act_on(db, thread, moderator, Act.UNLOCK)
    assert (thread.state, thread.closed_reason) == (CLOSED, "because 1")


def test_a_thread_that_came_locked_is_open_unless_a_reason_says_that_it_was_closed(
    db: Session, moderator: Actor
) -> None:
    thread = make_thread(db)
    for reason, state in (("", OPEN), ("off topic", CLOSED)):
        thread.state, thread.closed_reason = LOCKED, reason
        thread_states.unlock(db, thread, moderator.id, "")
        assert thread.state == state


def test_an_undo_leaves_what_was_changed_since(db: Session, moderator: Actor) -> None:
    thread = make_thread(db)
    closed = act_on(db, thread, moderator, Act.CLOSE, 1)
    act_on(db, thread, moderator, Act.RETAG, 2)
    thread_states.undo(db, closed, moderator.id)
    assert (thread.state, thread.closed_reason, thread.tag_names) == (OPEN, "", "evidence tag-2")
    act_on(db, thread, moderator, Act.CLOSE, 3)
    thread_states.undo(db, closed, moderator.id)
    assert (thread.state, thread.closed_reason) == (CLOSED, "because 3"), "it was undone before"


def test_the_undo_of_other_facts_leaves_the_state_alone(db: Session, moderator: Actor) -> None:
    thread = make_thread(db, tags="evidence")
    retagged = act_on(db, thread, moderator, Act.RETAG)
    act_on(db, thread, moderator, Act.CLOSE)
    thread_states.undo(db, retagged, moderator.id)
    assert (thread.state, thread.tag_names) == (CLOSED, "evidence")


def test_what_was_changed_and_changed_back_since_does_not_matter(db: Session, moderator: Actor) -> None:
    thread = make_thread(db)
    moves = [act_on(db, thread, moderator, Act.CLOSE, number) for number in (1, 2)]
    thread_states.undo(db, moves[0], moderator.id)
    assert (thread.state, thread.closed_reason) == (CLOSED, "because 2"), "there is another reason now"
    thread_states.undo(db, moves[1], moderator.id)
    thread_states.undo(db, moves[0], moderator.id)
    assert (thread.state, thread.closed_reason) == (OPEN, "")


def test_what_can_be_undone_is_offered(db: Session, moderator: Actor) -> None:
    thread = make_thread(db)
    act_on(db, thread, moderator, Act.CLOSE, 1)
    act_on(db, thread, moderator, Act.SLOW, 2)
    act_on(db, thread, moderator, Act.CLOSE, 3)
    moves = thread_states.history(db, thread.id, 10)
    found = [thread_states.is_in_force(thread, move, moves[:place][::-1]) for place, move in enumerate(moves)]
    assert found == [True, True, False], "the reason was replaced"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from([a for a in Act if a not in (Act.DUPLICATE, Act.MERGE)]), max_size=6))
def test_any_acts_are_taken_back_one_by_one(db: Session, acts: list[Act]) -> None:
    moderator, thread = make_account(db, role=Role.MODERATOR), make_thread(db)
    states, moves = [facts_of(thread)], []
    for number, act in enumerate(acts, 1):
        if act in thread_states.offered(thread.state):
            moves.append(act_on(db, thread, moderator, act, number))
            states.append(facts_of(thread))
    for before in reversed(states[:-1]):
        undone = moves.pop()
        back = thread_states.undo(db, undone, moderator.id)
        assert facts_of(thread) == before, (undone.from_state, undone.to_state, undone.before)
        assert back is thread_states.history(db, thread.id, 1)[0]


@pytest.mark.parametrize(
    "typed",
    [
        "{id}",
        " {id} ",
        "#{id}",
        "/t/{id}",
        "/t/{id}/any-words",
        "http://127.0.0.1:8000/t/{id}/words?x=1#p3",
        "127.0.0.1:8000/t/{id}",
    ],
)
def test_an_address_names_a_thread(db: Session, typed: str) -> None:
    thread = make_thread(db)
    assert originals.named(db, typed.format(id=thread.id)) is thread


@pytest.mark.parametrize(
    "typed", ["", "nothing", "/people/7", "/t/", "/t/99999999999999999999", "1 or 2", "²"]
)
def test_other_words_name_none(db: Session, typed: str) -> None:
    make_thread(db)
    assert originals.named(db, typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "https://elsewhere.example/t/{id}", "elsewhere.example/t/{id}", "//elsewhere.example/t/{id}",
        "http://127.0.0.1:8000@elsewhere.example/t/{id}", "http://elsewhere/p/{id}", "http://[/t/{id}",
    ],
)  # fmt: skip
def test_an_address_elsewhere_names_no_thread_here(db: Session, typed: str) -> None:
    thread = make_thread(db)
    with pytest.raises(ValueError, match="not one of this forum"):
        originals.named(db, typed.format(id=thread.id))


def test_the_history_says_what_slow_mode_was_set_to(db: Session, moderator: Actor) -> None:
    thread = make_thread(db)
    for minutes in (30, 1, 0):
        thread_states.move(db, thread, Act.SLOW, moderator.id, "", slow_minutes=minutes)
    said = ["ended slow mode", "set slow mode to 1 minute", "set slow mode to 30 minutes"]
    assert [line.words for line in thread_history.of_thread(db, thread)] == said


def test_the_address_of_a_post_names_its_thread(db: Session) -> None:
    thread = make_thread(db)
    assert originals.named(db, f"/p/{originals.opening_of(db, thread.id).id}") is thread
