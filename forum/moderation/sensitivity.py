"""How soon the forum holds a post by itself: one choice for the whole community, in three steps."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.choices import Setting
from forum.clock import now

_KEY = "sensitivity"
_CHOSEN = select(Setting.value).where(Setting.key == _KEY)


class Sensitivity(StrEnum):
    """From the one that trusts most to the one that holds soonest."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


def of(db: Session) -> Sensitivity:
    """What this community has chosen; MIDDLE as long as nobody has."""
    value = db.scalar(_CHOSEN)
    return Sensitivity(value) if value in tuple(Sensitivity) else Sensitivity.MIDDLE


def choose(db: Session, sensitivity: Sensitivity, actor_id: int) -> None:
    """The forum is this sensitive from now on."""
    setting = db.get(Setting, _KEY) or Setting(key=_KEY)
    setting.value, setting.changed_by_id, setting.changed_at = sensitivity, actor_id, now()
    db.add(setting)
    db.flush()
