"""Decisions that one decision covers: posts of the same author, decided alike with the same click."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.moderation.tables import Decision

_BY = "covered_by"


def put(first: Decision, other: Decision) -> None:
    """The first decision covers the other, and is taken back together with it."""
    # The id alone would not tell: items that are decided with one click are a batch too, and stand alone.
    first.batch_id = other.batch_id = first.id
    other.before = {**other.before, _BY: first.id}


def covered(db: Session, first_id: int, after: int = 0) -> Sequence[Decision]:
    """What the decision covers, in order, of those with ids greater than `after`."""
    batch = select(Decision).where(Decision.batch_id == first_id, Decision.id > after).order_by(Decision.id)
    return [other for other in db.scalars(batch) if other.before.get(_BY) == first_id]
