"""What can be done with a whole thread: one table of acts, one function that does them, and the way back."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.clock import now
from forum.discussion import tags
from forum.discussion.tables import Thread, ThreadMove, ThreadState
from forum.errors import Conflict
from forum.languages.words import N_, _

OPEN, CLOSED, LOCKED = ThreadState.OPEN, ThreadState.CLOSED, ThreadState.LOCKED


class Act(StrEnum):
    """What is done with a thread."""

    CLOSE = "close"
    DUPLICATE = "duplicate"
    REOPEN = "reopen"
    LOCK = "lock"
    UNLOCK = "unlock"
    SLOW = "slow"
    RETAG = "retag"
    MERGE = "merge"


#: Every allowed change: from which states, and to which ones. A locked thread that is unlocked is open or
#: closed, as it was before; acts that leave a thread's state alone lead to no state.
MOVES: Mapping[Act, tuple[frozenset[ThreadState], frozenset[ThreadState]]] = {
    Act.CLOSE: (frozenset({OPEN, CLOSED}), frozenset({CLOSED})),
    Act.DUPLICATE: (frozenset({OPEN, CLOSED}), frozenset({CLOSED})),
    Act.REOPEN: (frozenset({CLOSED}), frozenset({OPEN})),
    Act.LOCK: (frozenset({OPEN, CLOSED}), frozenset({LOCKED})),
    Act.UNLOCK: (frozenset({LOCKED}), frozenset({OPEN, CLOSED})),
    Act.SLOW: (frozenset(ThreadState), frozenset()),
    Act.RETAG: (frozenset(ThreadState), frozenset()),
    Act.MERGE: (frozenset(ThreadState), frozenset()),
}
#: What is said when the table does not allow it.
NO_LONGER: Mapping[str, str] = {
    OPEN: N_("This thread is open: that is no longer possible."),
    CLOSED: N_("This thread is closed: that is no longer possible."),
    LOCKED: N_("This thread is locked: that is no longer possible."),
}
#: In `ThreadMove.before`: the threads that named this one as their original, and name another one now.
DUPLICATES = "duplicates"
#: Facts of a thread that a move can change, beside its state.
FACTS = ("closed_reason", "duplicate_of_id", "merged_into_id", "slow_minutes", "tag_names")


def offered(state: str) -> list[Act]:
    """What can be done with a thread in this state."""
    return [act for act, (sources, _) in MOVES.items() if state in sources]


def move(
    db: Session,
    thread: Thread,
    act: Act,
    actor_id: int,
    why: str,
    to: ThreadState | None = None,
    **facts: Any,
) -> ThreadMove:
    """The thread is in state `to` (None: as before) and has these facts, of FACTS; the move is recorded.

    Conflict if the table of moves does not allow it, or if nothing would change.
    """
    sources, targets = MOVES[act]
    if thread.state not in sources or (to is not None and to not in targets):
        raise Conflict(_(NO_LONGER[thread.state]))
    before = {name: getattr(thread, name) for name in facts if getattr(thread, name) != facts[name]}
    if not before and to in (None, thread.state):
        raise Conflict(_("It is so already: nothing was changed."))
    return _record(db, thread, actor_id, why, before, to or ThreadState(thread.state), facts)


def unlock(db: Session, thread: Thread, actor_id: int, why: str) -> ThreadMove:
    """The thread is what it was before it was locked: open, or closed for the reason that it had then."""
    locked = _locked_by(db, thread)
    if locked is not None:
        return move(db, thread, Act.UNLOCK, actor_id, why, ThreadState(locked.from_state), **_facts(locked))
    # An imported one: with a reason, or an original, it was closed as well.
    was_closed = thread.closed_reason or thread.duplicate_of_id
    return move(db, thread, Act.UNLOCK, actor_id, why, CLOSED if was_closed else OPEN)


def undo(db: Session, undone: ThreadMove, actor_id: int) -> ThreadMove:
    """What the move changed is as it was before it, unless it was changed again since; this is a move too.

    Conflict if the move belongs to a merge of threads: that is undone as a whole.
    """
    if "merged_into_id" in undone.before:
        raise Conflict(_("Undo the merge of the two threads instead."))
    return put_back(db, undone, actor_id)


def put_back(db: Session, undone: ThreadMove, actor_id: int) -> ThreadMove:
    """As `undo`, for the moves of merges too."""
    thread = db.get_one(Thread, undone.thread_id)
    if not is_in_force(thread, undone, _since(db, undone)):
        return _record(db, thread, actor_id, "", {}, ThreadState(thread.state), {})
    facts = _facts(undone)
    before = {name: getattr(thread, name) for name in facts}
    if "duplicate_of_id" in facts:
        facts["duplicate_of_id"] = _end_of(db, thread, facts["duplicate_of_id"])
        _point(db, undone.before.get(DUPLICATES, ()), thread.duplicate_of_id, thread.id)
    state = thread.state if undone.from_state == undone.to_state else undone.from_state
    made = _record(db, thread, actor_id, "", before, ThreadState(state), facts)
    if thread.duplicate_of_id is not None:
        take_duplicates(db, made, thread.duplicate_of_id)
    return made


def merge_of(db: Session, thread_id: int) -> ThreadMove:
    """The move with which the thread became a signpost to another one; it is one."""
    # Nobody can tend a signpost: nothing came after it.
    (made,) = history(db, thread_id, 1)
    return made


def is_in_force(thread: Thread, made: ThreadMove, later: Sequence[ThreadMove]) -> bool:
    """Whether all that the move changed is as it left it; `later` are those after it, the oldest first."""
    facts, is_of_state = _facts(made), made.from_state != made.to_state
    if not (facts or is_of_state) or (is_of_state and thread.state != made.to_state):
        return False
    # What it set a fact to is what the next move found that changed it again.
    left = {
        name: next((each.before[name] for each in later if name in each.before), getattr(thread, name))
        for name in facts
    }
    return all(getattr(thread, name) == value for name, value in left.items())


def history(db: Session, thread_id: int, limit: int) -> Sequence[ThreadMove]:
    """The thread's latest moves, the newest first."""
    mine = select(ThreadMove).where(ThreadMove.thread_id == thread_id)
    return db.scalars(mine.order_by(ThreadMove.id.desc()).limit(limit)).all()


def take_duplicates(db: Session, made: ThreadMove, to_id: int) -> list[int]:
    """Threads that named the moved one as their original name `to_id` now; the move remembers them."""
    wanted = select(Thread.id).where(Thread.duplicate_of_id == made.thread_id, Thread.id != to_id)
    found = list(db.scalars(wanted.order_by(Thread.id)))
    _point(db, found, made.thread_id, to_id)
    remember(made, **{DUPLICATES: found})
    return found


def remember(made: ThreadMove, **more: Any) -> None:
    """The move knows this too when it is undone."""
    # A new dictionary: a change inside the old one would not be noticed.
    made.before = {**made.before, **{name: value for name, value in more.items() if value}}


def _record(
    db: Session,
    thread: Thread,
    actor_id: int,
    why: str,
    before: dict[str, Any],
    to: ThreadState,
    facts: Mapping[str, Any],
) -> ThreadMove:
    made = ThreadMove(
        thread_id=thread.id,
        from_state=thread.state,
        to_state=to,
        before=before,
        actor_id=actor_id,
        why=why,
        at=now(),
    )
    thread.state = to
    for name, value in facts.items():
        if name == "tag_names":
            tags.assign(db, thread, value.split())
        else:
            setattr(thread, name, value)
    db.add(made)
    db.flush()
    return made


def _facts(made: ThreadMove) -> dict[str, Any]:
    return {name: made.before[name] for name in FACTS if name in made.before}


def _since(db: Session, made: ThreadMove) -> Sequence[ThreadMove]:
    """The moves of the thread after this one, the oldest first."""
    later = select(ThreadMove).where(ThreadMove.thread_id == made.thread_id, ThreadMove.id > made.id)
    return db.scalars(later.order_by(ThreadMove.id)).all()


def _locked_by(db: Session, thread: Thread) -> ThreadMove | None:
    """The move that locked it; None for a thread that came locked."""
    wanted = select(ThreadMove).where(ThreadMove.thread_id == thread.id, ThreadMove.to_state == LOCKED)
    wanted = wanted.where(ThreadMove.from_state != LOCKED)
    return db.scalars(wanted.order_by(ThreadMove.id.desc()).limit(1)).first()


def _end_of(db: Session, thread: Thread, original_id: int | None) -> int | None:
    """The former original, or what that one went into or is a duplicate of by now: there are no chains."""
    if original_id is None:
        return None
    former = db.get_one(Thread, original_id)
    end = former.merged_into_id or former.duplicate_of_id or original_id
    if end == thread.id:
        raise Conflict(_("The thread that it was a duplicate of is a duplicate of this one by now."))
    return end


def _point(db: Session, thread_ids: Sequence[int], from_id: int | None, to_id: int) -> None:
    which = (Thread.id.in_(thread_ids), Thread.duplicate_of_id == from_id)
    db.execute(
        update(Thread).where(*which).values(duplicate_of_id=to_id),
        execution_options={"synchronize_session": "fetch"},
    )
