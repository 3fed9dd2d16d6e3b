"""How much waits, of each kind: counted only up to a limit, so that the answer never takes longer."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, literal, select, union_all
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.db import AnySelect, rows
from forum.discussion.tables import Post
from forum.moderation import jurisdiction
from forum.moderation.filters import MINE, mine
from forum.moderation.tables import ItemKind, ItemState, ReviewItem

#: More of one kind are "100+".
MOST_COUNTED = 100


class Counts(NamedTuple):
    """Open items by their kind, and those that the viewer holds; each at most MOST_COUNTED + 1."""

    by_kind: Mapping[str, int]
    mine: int

    @property
    def total(self) -> int:
        """Of all kinds together; at least so many if any was `over`."""
        return sum(min(count, MOST_COUNTED) for count in self.by_kind.values())

    @property
    def is_all(self) -> bool:
        """Whether every kind was counted to its end."""
        return max(self.by_kind.values(), default=0) <= MOST_COUNTED


def read(db: Session, viewer: Actor) -> Counts:
    """What waits now; one query, which looks at MOST_COUNTED + 1 items of a kind at most."""
    parts = [_part(viewer, kind, ReviewItem.kind == kind) for kind in ItemKind]
    parts.append(_part(viewer, MINE, mine(viewer)))
    found = {part.name: part.waiting for part in rows(db, union_all(*parts))}
    return Counts({kind: found[kind] for kind in ItemKind}, found[MINE])


def _part(viewer: Actor, name: str, which: ColumnElement[bool]) -> AnySelect:
    some = select(ReviewItem.id).where(ReviewItem.state == ItemState.OPEN, which).limit(MOST_COUNTED + 1)
    if theirs := jurisdiction.where(viewer):
        some = some.join(Post, Post.id == ReviewItem.post_id).where(*theirs)
    return select(literal(name).label("name"), func.count().label("waiting")).select_from(some.subquery())
