"""Which part of the queue a moderator looks at: by kind, tag, reason, age, and who works on it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple, Self
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, exists, select

from forum.accounts.tables import Actor
from forum.clock import now
from forum.discussion.tables import Post, Tag, ThreadTag
from forum.languages.words import N_
from forum.moderation import claims, jurisdiction
from forum.moderation.tables import Flag, FlagState, ItemKind, ReviewItem

#: Items that have waited for longer than this, and what that is called.
AGES: Mapping[str, tuple[timedelta, str]] = {
    "day": (timedelta(days=1), N_("More than a day")),
    "week": (timedelta(days=7), N_("More than a week")),
    "month": (timedelta(days=30), N_("More than a month")),
}
MINE, FREE = "mine", "free"
#: Who works on the items.
WHOSE: Mapping[str, str] = {FREE: N_("Nobody"), MINE: N_("I do")}
LONGEST_NAME = 40


class Filters(NamedTuple):
    """What is left out of the queue; "" leaves nothing out.

    `kind` is an ItemKind, `tag` a tag of the post's thread, `reason` the key of an open flag's reason, `age`
    one of AGES, `whose` one of WHOSE.
    """

    kind: str = ""
    tag: str = ""
    reason: str = ""
    age: str = ""
    whose: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """The filters in an address; what is none is left away."""
        kind, age, whose = (query.get(name, "") for name in ("kind", "age", "whose"))
        return cls(
            kind if kind in tuple(ItemKind) else "",
            query.get("tag", "").strip().lower()[:LONGEST_NAME],
            query.get("reason", "").strip()[:LONGEST_NAME],
            age if age in AGES else "",
            whose if whose in WHOSE else "",
        )

    @property
    def query(self) -> str:
        """The filters as a part of an address; "" for the whole queue."""
        return urlencode({name: value for name, value in self._asdict().items() if value})

    def where(self, viewer: Actor) -> list[ColumnElement[bool]]:
        """In SQL: conditions on items that are joined with their posts, for this moderator."""
        found = jurisdiction.where(viewer)
        if self.kind:
            found.append(ReviewItem.kind == self.kind)
        if self.tag:
            found.append(_tagged(self.tag))
        if self.reason:
            flagged = exists().where(
                Flag.item_id == ReviewItem.id, Flag.state == FlagState.OPEN, Flag.reason == self.reason
            )
            found.append(flagged)
        if self.age:
            found.append(ReviewItem.opened_at <= now() - AGES[self.age][0])
        if self.whose:
            found.append(mine(viewer) if self.whose == MINE else claims.unheld())
        return found


def mine(viewer: Actor) -> ColumnElement[bool]:
    """In SQL: the moderator holds the item now."""
    return (ReviewItem.claimed_by_id == viewer.id) & (ReviewItem.claimed_until > now())


def _tagged(name: str) -> ColumnElement[bool]:
    tag_id = select(Tag.id).where(Tag.name == name).scalar_subquery()
    return exists().where(ThreadTag.thread_id == Post.thread_id, ThreadTag.tag_id == tag_id)
