"""Why people flag: rows that admins keep, so that each community has its own."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import FlagReason


class Reason(NamedTuple):
    """One reason as it stands; `needs` is what the flagger must add: "", words or link."""

    key: str
    label: str
    help: str
    rule: str
    urgency: int
    needs: str
    hides_at_once: bool
    shows_help: bool
    subjects: str
    is_retired: bool


_REASONS = select(*(getattr(FlagReason, name) for name in Reason._fields)).order_by(
    FlagReason.place, FlagReason.key
)


def every(db: Session) -> Mapping[str, Reason]:
    """All reasons by their key, also those that are no longer offered, in the order in which they are."""
    return {reason.key: Reason(*reason) for reason in rows(db, _REASONS)}


def offered(db: Session, kind: SubjectKind) -> Sequence[Reason]:
    """For what somebody can flag a thing of this kind."""
    return [
        reason for reason in every(db).values() if not reason.is_retired and kind in reason.subjects.split()
    ]
