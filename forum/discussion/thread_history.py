"""What was done with a thread, for the moderators who tend it: its moves and the transfers of posts."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.discussion import thread_states, transfers
from forum.discussion.tables import Thread, ThreadMove, ThreadState, ThreadTransfer
from forum.languages.words import _, ngettext

#: So many moves are shown, the latest.
MOVES = 30


class Line(NamedTuple):
    """`by` and `words` make a sentence: "anna" "closed it". With an id it can be undone."""

    at: datetime
    by: str
    words: str
    why: str
    move_id: int | None = None
    transfer_id: int | None = None


def of_thread(db: Session, thread: Thread) -> list[Line]:
    """What was done with the thread, the latest first."""
    moves = thread_states.history(db, thread.id, MOVES)
    names = _names(db, moves)
    lines = [
        Line(
            made.at,
            names.get(made.actor_id or 0, ""),
            _words(thread, made, moves[:place]),
            made.why,
            move_id=made.id if _can_be_undone(thread, made, moves[:place]) else None,
        )
        for place, made in enumerate(moves)
    ]
    return sorted([*lines, *_transferred(db, thread.id)], key=lambda line: line.at, reverse=True)


def _can_be_undone(thread: Thread, made: ThreadMove, newer: Sequence[ThreadMove]) -> bool:
    is_of_merge = "merged_into_id" in made.before
    return not is_of_merge and thread_states.is_in_force(thread, made, newer[::-1])


def _words(thread: Thread, made: ThreadMove, newer: Sequence[ThreadMove]) -> str:
    before = made.before
    if made.from_state != made.to_state:
        return _of_state(made)
    if "merged_into_id" in before:
        return _("put an end to a merge")
    if "tag_names" in before:
        return _("changed the tags, which were: {tags}").format(tags=before["tag_names"])
    if "slow_minutes" in before:
        return _of_slow_mode(_slow_after(thread, newer))
    return _("changed why it is closed") if before else _("took something back that had changed since")


def _of_slow_mode(minutes: int) -> str:
    if not minutes:
        return _("ended slow mode")
    return ngettext("set slow mode to {count} minute", "set slow mode to {count} minutes", minutes).format(
        count=minutes
    )


def _slow_after(thread: Thread, newer: Sequence[ThreadMove]) -> int:
    """What slow mode was before these later moves, the latest first: each keeps what was before it."""
    found: list[int] = [made.before["slow_minutes"] for made in newer if "slow_minutes" in made.before]
    return found[-1] if found else thread.slow_minutes


def _of_state(made: ThreadMove) -> str:
    if made.from_state == ThreadState.LOCKED:
        return _("unlocked it")
    if made.to_state == ThreadState.LOCKED:
        return _("locked it")
    if made.to_state == ThreadState.OPEN:
        return _("opened it again")
    return _("closed it as a duplicate") if "duplicate_of_id" in made.before else _("closed it")


def _names(db: Session, moves: Sequence[ThreadMove]) -> dict[int, str]:
    wanted = select(Account.id, Account.name).where(Account.id.in_({made.actor_id for made in moves}))
    return {found.id: found.name for found in db.execute(wanted)}


def _transferred(db: Session, thread_id: int) -> list[Line]:
    """The transfers into the thread and the splits out of it that can be undone."""
    source, target = aliased(Thread), aliased(Thread)
    wanted = (
        select(ThreadTransfer, Account.name, source.title, target.title)
        .join(Account, Account.id == ThreadTransfer.actor_id)
        .join(source, source.id == ThreadTransfer.from_id)
        .join(target, target.id == ThreadTransfer.to_id)
        .where(transfers.in_force(thread_id))
    )
    return [
        Line(made.at, by, _of_transfer(made, thread_id, came_from, went_to), made.why, transfer_id=made.id)
        for made, by, came_from, went_to in db.execute(wanted)
    ]


def _of_transfer(made: ThreadTransfer, thread_id: int, came_from: str, went_to: str) -> str:
    if made.kind == transfers.MERGE:
        return _("merged “{title}” into it").format(title=came_from)
    if made.from_id == thread_id:
        return _("made a thread of its own from part of it: “{title}”").format(title=went_to)
    return _("made it from part of “{title}”").format(title=came_from)
