"""Levels of trust explained: one's own, with what comes next, and all of them for everybody."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.responses import Response

from forum.accounts import allowances, trust
from forum.accounts.allowances import Allowed
from forum.accounts.tables import Level
from forum.accounts.trust import Facts, Wanted
from forum.actions import trusting
from forum.discussion import trust_facts
from forum.errors import SignInRequired
from forum.inbox import marking
from forum.languages.words import N_, _
from forum.web.endpoint import Visit

#: What people of each level are called, and what each level can do that the one below cannot.
PEOPLE: Mapping[Level, str] = {
    Level.NEWCOMER: N_("newcomer"),
    Level.MEMBER: N_("member"),
    Level.TRUSTED: N_("trusted member"),
}
CAN: Mapping[Level, Sequence[str]] = {
    Level.NEWCOMER: (
        N_("Ask, answer, comment, vote, and follow tags and sources."),
        N_("Flag what breaks a rule, check sources, ask for a source that is missing, propose corrections."),
    ),
    Level.MEMBER: (
        N_("Post without waiting: only what screening finds doubtful is read by a moderator first."),
        N_("Link to other places without that being a reason to wait."),
        N_("Give others trust: your votes, accepted answers and checked sources count for theirs."),
        N_("Flag with the weight of a member."),
    ),
    Level.TRUSTED: (
        N_("Mend the records of sources yourself, and merge two that are one work."),
        N_("Flag with twice the weight of a member."),
        N_("Post without waiting because your words are like some that were taken down before."),
    ),
}
#: The highest number that a post can have.
MOST = 2**31 - 1
#: What earns or costs points, in words.
EARNS: Mapping[str, str] = {
    "vote": N_("A vote up for an answer of yours (a vote down takes one up away)"),
    "accepted": N_("An answer of yours that whoever asked accepted"),
    "verified": N_("A reader who found that a source says what you cite it for"),
    "upheld": N_("A flag of yours that led to something"),
    "declined": N_("A flag of yours that led to nothing"),
    "removed": N_("A post of yours that moderators removed in the last three months"),
    "sanction": N_("A silence or suspension in the last three months; nobody is trusted meanwhile"),
}


class Gain(NamedTuple):
    """One line of the account's points: how many of what, and what that comes to."""

    words: str
    number: int | None
    points: int


class Room(NamedTuple):
    """How much of one thing there is room for, by level; nothing where the forum has no limits."""

    name: str
    allowed: Sequence[Allowed]


def own(visit: Visit) -> Response:
    actor = visit.actor
    if actor is None:
        raise SignInRequired
    known = trusting.read(visit.db, actor.id)
    upper = trust.above(known.level)
    wanted = known.thresholds.wanted(upper) if upper else None
    levels = [known.level, upper] if upper else [known.level]
    return visit.page(
        "trust/own.html",
        known=known,
        upper=upper,
        people=PEOPLE,
        can=[words for level in _upto(known.level) for words in CAN[level]],
        next_can=CAN[upper] if upper else (),
        waits=_waits(visit, known.level, actor.shown_posts),
        steps=trust.steps(known.facts, wanted) if wanted else (),
        missing=trust.missing(known.facts, wanted) if wanted else (),
        gains=_gains(known.facts),
        points=trust.points(known.facts),
        levels=levels,
        rooms=_rooms(levels),
    )


def explained(visit: Visit) -> Response:
    thresholds = trusting.thresholds(visit.db)
    wanted: Mapping[Level, Wanted] = {
        level: thresholds.wanted(level) for level in (Level.MEMBER, Level.TRUSTED)
    }
    return visit.page(
        "trust/explained.html",
        levels=list(Level),
        people=PEOPLE,
        can=CAN,
        wanted=wanted,
        needs={level: trust.steps(Facts(), asked) for level, asked in wanted.items()},
        earns=[(EARNS[key], points) for key, points in trust.POINTS.items()],
        from_one=trust.FROM_ONE,
        held_posts=visit.settings.held_posts,
        rooms=_rooms(list(Level)),
    )


def mark_read(visit: Visit) -> Response:
    """Sent by a script, once somebody has read for a while; `post` says how far."""
    actor, thread_id, typed = visit.actor, visit.path["thread_id"], visit.form.get("post", "")
    upto = min(int(typed), MOST) if re.fullmatch("[0-9]{1,10}", typed) else 0
    known = trust_facts.read_upto(visit.db, actor.id, thread_id) if actor else None
    is_told = actor is not None and actor.unread and marking.waits(visit.db, actor.id, thread_id, upto)
    # Most threads are looked at again and again: only what is new is written.
    if known is None or known < upto or is_told:
        visit.act(trusting.mark_read, thread_id, upto)
    return Response(status_code=204)


def _upto(level: Level) -> Sequence[Level]:
    every = list(Level)
    return every[: every.index(level) + 1]


def _waits(visit: Visit, level: Level, shown_posts: int) -> int:
    """How many of the account's next posts wait because they are its first ones."""
    return max(0, visit.settings.held_posts - shown_posts) if level is Level.NEWCOMER else 0


def _gains(facts: Facts) -> Sequence[Gain]:
    worth = trust.POINTS
    every = (
        Gain(N_("Votes, accepted answers and checked sources"), None, facts.given),
        Gain(N_("Flags that led to something"), facts.upheld, facts.upheld * worth["upheld"]),
        Gain(N_("Flags that led to nothing"), facts.declined, facts.declined * worth["declined"]),
        Gain(N_("Posts removed in the last three months"), facts.removed, facts.removed * worth["removed"]),
        Gain(N_("Sanctions in the last three months"), facts.sanctions, facts.sanctions * worth["sanction"]),
    )
    return [gain for gain in every if gain.number is None or gain.number]


def _rooms(levels: Sequence[Level]) -> Sequence[Room]:
    return [
        Room(_begun(_(many)), [allowed for level in levels if (allowed := _allowed(act, level))])
        for act, (_one, many) in allowances.NAMES.items()
    ]


def _begun(words: str) -> str:
    """The words as they begin a line."""
    return words[0].upper() + words[1:]


def _allowed(act: allowances.Act, level: Level) -> Allowed | None:
    return allowances.scaled(allowances.of(act, level))
