"""Which decisions did not last: in SQL, for the public log and for the figures."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from forum.discussion.posts import DOWN
from forum.moderation.rules import TAKEN_DOWN, VERDICTS
from forum.moderation.tables import Appeal, AppealState, Decision

TAKES_BACK = tuple(verdict.key for verdict in VERDICTS if verdict.takes_back)
_Later, _Between = aliased(Decision), aliased(Decision)


def is_reversed(made: Any) -> ColumnElement[bool]:
    """Whether the decision, `Decision` or an alias of it, was taken back, changed, or overturned."""
    return or_(_changed(made), _taken_back(made), is_overturned(made))


def is_overturned(made: Any) -> ColumnElement[bool]:
    """Whether an appeal against the decision was granted."""
    return exists().where(Appeal.decision_id == made.id, Appeal.state == AppealState.GRANTED).correlate(made)


def _changed(made: Any) -> ColumnElement[bool]:
    """A later decision on the same item undid its change of state."""
    later = (_Later.item_id == made.item_id, _Later.id > made.id, made.from_state != made.to_state)
    moved = and_(_Later.from_state == made.to_state, _Later.to_state != made.to_state)
    shown = and_(_Later.from_state.in_(DOWN), _Later.to_state.not_in(DOWN))
    takes_down = made.verdict.in_(TAKEN_DOWN)
    undone = or_(and_(takes_down, shown), and_(~takes_down, moved))
    return exists().where(*later, undone).correlate(made)


def _taken_back(made: Any) -> ColumnElement[bool]:
    """The next decision on the item takes the last one back, which this was."""
    between = exists().where(_Between.item_id == made.item_id, _Between.id > made.id, _Between.id < _Later.id)
    later = (_Later.item_id == made.item_id, _Later.id > made.id, _Later.verdict.in_(TAKES_BACK))
    return exists().where(*later, ~between.correlate(made, _Later)).correlate(made)
