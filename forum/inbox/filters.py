"""Which part of an inbox is looked at: all, what is unread, one group of kinds, or one thread."""

import re
from typing import NamedTuple, Self

from sqlalchemy import ColumnElement

from forum.inbox.kinds import GROUPS, Group, kinds_of
from forum.inbox.tables import Message

UNREAD = "unread"
_THREAD = re.compile("thread-([1-9][0-9]{0,8})")


class Filter(NamedTuple):
    """A part of an inbox; with nothing set, all of it."""

    is_unread: bool = False
    group: Group | None = None
    thread_id: int | None = None

    @classmethod
    def of(cls, name: str) -> Self:
        """The filter of that name in an address; all of the inbox if there is none."""
        if name == UNREAD:
            return cls(is_unread=True)
        if name in list(Group):
            return cls(group=Group(name))
        thread = _THREAD.fullmatch(name)
        return cls(thread_id=int(thread[1])) if thread else cls()

    @property
    def name(self) -> str:
        """As an address names it; "" for all."""
        if self.thread_id is not None:
            return f"thread-{self.thread_id}"
        return UNREAD if self.is_unread else self.group or ""

    def conditions(self, table: type[Message] = Message) -> list[ColumnElement[bool]]:
        """In SQL: the message is in this part of its reader's inbox."""
        found: list[ColumnElement[bool]] = []
        if self.is_unread:
            found.append(table.read_at.is_(None))
        if self.group is Group.ACCOUNT:
            # With what nobody knows any more: see kinds.group_of.
            found.append(table.kind.not_in([k for k, group in GROUPS.items() if group is not Group.ACCOUNT]))
        elif self.group is not None:
            found.append(table.kind.in_(kinds_of(self.group)))
        if self.thread_id is not None:
            found.append(table.thread_id == self.thread_id)
        return found


ALL = Filter()
