"""How soon the forum holds a post by itself: one choice for the whole community, in three steps."""

from enum import StrEnum

from sqlalchemy.orm import Session

from forum import choices

KEY = "sensitivity"


class Sensitivity(StrEnum):
    """From the one that trusts most to the one that holds soonest."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


def of(db: Session) -> Sensitivity:
    """What this community has chosen; MIDDLE as long as nobody has."""
    return Sensitivity(choices.get(db, KEY))


def choose(db: Session, sensitivity: Sensitivity, actor_id: int) -> None:
    """The forum is this sensitive from now on, and the history of the choice says by whom."""
    choices.choose(db, KEY, sensitivity, actor_id)
