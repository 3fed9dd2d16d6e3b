"""From when on flags hold a post before a moderator has looked: what each counts, and how many are enough."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import standing
from forum.accounts.tables import Account, Level, Role, Standing
from forum.db import rows
from forum.languages.words import N_
from forum.moderation import scoring
from forum.moderation.rules import Urgency
from forum.moderation.sensitivity import Sensitivity
from forum.moderation.tables import Flag, FlagReason, FlagState

#: What a flag counts: that of a member; of a trusted one, or of one whose flags are mostly upheld; of one who
#: is not in order, whose flags are mostly declined, or who is a newcomer.
MEMBERS, TRUSTED, LITTLE = 2, 4, 1
#: Enough to hold a post, as sensitive as the community wants it.
ENOUGH: Mapping[Sensitivity, int] = {Sensitivity.LOW: 16, Sensitivity.MIDDLE: 10, Sensitivity.HIGH: 6}
#: So many times as much is enough for a post that takes other people's answers with it.
WITH_ANSWERS = 2


class Raised(NamedTuple):
    """One open flag with what counts of its reason and of its flagger."""

    label: str
    urgency: int
    hides_at_once: bool
    upheld: int
    declined: int
    is_newcomer: bool
    is_moderator: bool
    is_trusted: bool
    #: Neither sanctioned, nor warned, nor under review.
    is_in_order: bool


class Held(NamedTuple):
    """Why the forum holds a post by itself: for moderators, and for everybody, naming nobody."""

    because: str
    public: str


def judge(flags: Sequence[Raised], sensitivity: Sensitivity, *, has_answers: bool) -> Held | None:
    """Why these flags are enough to hold their post until somebody looks; None if they are not."""
    at_once = next((flag for flag in flags if flag.hides_at_once and _is_in_good_standing(flag)), None)
    if at_once and not has_answers:
        label = at_once.label.rstrip(".")
        return Held(
            f"The forum held it by itself: it was flagged as “{label}”, and that hides a post at once.",
            N_("A flag of a kind that hides a post until a moderator has looked."),
        )
    counted = sum(map(weight, flags))
    needed = ENOUGH[sensitivity] * (WITH_ANSWERS if has_answers else 1)
    if counted < needed:
        return None
    people = "One person" if len(flags) == 1 else f"{len(flags)} people"
    return Held(
        f"The forum held it by itself: {people} flagged it, which counts {counted}; {needed} are enough.",
        N_("Enough members flagged it; it waits until a moderator has looked."),
    )


def weight(flag: Raised) -> int:
    """What the flag counts: by its flagger, doubled where it may be urgent, halved where nothing hurries."""
    trust = _trust(flag)
    if flag.urgency == Urgency.AT_ONCE:
        return trust * 2
    return max(trust // 2, 1) if flag.urgency == Urgency.WHEN_QUIET else trust


def raised(db: Session, item_id: int) -> Sequence[Raised]:
    """The item's open flags, oldest first."""
    found = rows(
        db,
        select(
            FlagReason.label,
            FlagReason.urgency,
            FlagReason.hides_at_once,
            Account.flags_upheld,
            Account.flags_declined,
            Account.role,
            Account.level,
            Account.standing,
            Account.standing_until,
            Account.is_warned,
            Account.is_watched,
        )
        .select_from(Flag)
        .join(FlagReason, FlagReason.key == Flag.reason)
        .join(Account, Account.id == Flag.account_id)
        .where(Flag.item_id == item_id, Flag.state == FlagState.OPEN)
        .order_by(Flag.id),
    )
    return [_raised(flag) for flag in found]


def _raised(flag: Any) -> Raised:
    is_active = standing.present(flag.standing, flag.standing_until) == Standing.ACTIVE
    return Raised(
        label=flag.label,
        urgency=flag.urgency,
        hides_at_once=flag.hides_at_once,
        upheld=flag.flags_upheld,
        declined=flag.flags_declined,
        is_newcomer=flag.level == Level.NEWCOMER,
        is_moderator=flag.role in (Role.MODERATOR, Role.ADMIN),
        is_trusted=flag.level == Level.TRUSTED,
        is_in_order=is_active and not flag.is_warned and not flag.is_watched,
    )


def _trust(flag: Raised) -> int:
    if not flag.is_in_order:
        return LITTLE
    accuracy = scoring.trust(flag.upheld, flag.declined)
    if accuracy == scoring.BAD_FLAGGER:
        return LITTLE
    if flag.is_moderator or flag.is_trusted or accuracy == scoring.GOOD_FLAGGER:
        return TRUSTED
    return LITTLE if flag.is_newcomer else MEMBERS


def _is_in_good_standing(flag: Raised) -> bool:
    return flag.is_in_order and _trust(flag) >= MEMBERS
