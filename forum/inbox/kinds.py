"""The kinds of messages, in the groups by which people choose how they hear of them."""

from collections.abc import Mapping
from enum import StrEnum


class Group(StrEnum):
    """Kinds that are chosen together; in the order in which they are shown."""

    ANSWERS = "answers"
    COMMENTS = "comments"
    MENTIONS = "mentions"
    ACCEPTED = "accepted"
    FOLLOWS = "follows"
    REMINDERS = "reminders"
    SOURCES = "sources"
    MODERATION = "moderation"
    ACCOUNT = "account"


class Mail(StrEnum):
    """How a message goes by mail: soon if it is still unread then, in the next digest, or not."""

    ONCE = "once"
    DIGEST = "digest"
    NONE = "none"


_KINDS: Mapping[Group, tuple[str, ...]] = {
    Group.ANSWERS: ("answer",),
    Group.COMMENTS: ("comment",),
    Group.MENTIONS: ("mention",),
    Group.ACCEPTED: ("accepted",),
    Group.FOLLOWS: ("followed", "new_question", "new_post", "found", "cited"),
    Group.REMINDERS: ("reminder",),
    Group.SOURCES: ("retracted", "source-wanted", "source-settled", "verified", "noticed"),
    Group.MODERATION: (
        "decision", "statement", "outcome", "appeal", "overturned", "held", "tended", "case", "claim",
        "asked", "revealed", "report",
    ),
    Group.ACCOUNT: (
        "account", "security", "welcome", "renamed", "password_changed", "codes_changed", "way_changed",
        "address_changed", "address_kept", "second_address", "second_sign_up", "level-up", "level-down",
    ),
}  # fmt: skip

#: Every kind that is sent, and its group.
GROUPS: Mapping[str, Group] = {kind: group for group, kinds in _KINDS.items() for kind in kinds}

#: Mailed at once, whatever anybody chose and at any hour: decisions by law, one's own account for its safety.
ALWAYS = frozenset({Group.MODERATION, Group.ACCOUNT})
#: The others: their ways are for each person to choose.
CHOOSABLE = tuple(group for group in Group if group not in ALWAYS)

#: How each group goes by mail unless somebody chose otherwise.
DEFAULT: Mapping[Group, Mail] = {
    group: Mail.DIGEST if group is Group.FOLLOWS else Mail.ONCE for group in Group
}
#: What is pushed to a browser that asked for pushes, unless its owner chose otherwise.
PUSHED = frozenset({Group.ANSWERS, Group.COMMENTS, Group.MENTIONS, Group.REMINDERS})


def group_of(kind: str) -> Group:
    """The group of a kind of message. One that is unknown here is the account's: it is never withheld."""
    return GROUPS.get(kind, Group.ACCOUNT)


def kinds_of(group: Group) -> tuple[str, ...]:
    """The kinds of messages in the group."""
    return _KINDS[group]
