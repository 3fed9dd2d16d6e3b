"""Levels of trust: earned by what others found good, lost by what they did not, and said in numbers.

Nothing here knows a database. What is counted, and how the forum keeps levels, is in actions/trusting.py.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple, Self

from forum.accounts.tables import Level
from forum.languages.words import N_, _, ngettext

#: For so long a removed post or a sanction counts.
LATELY = timedelta(days=90)
#: What each is worth. Votes are those on answers, one down taking away what one up gave.
POINTS: Mapping[str, int] = {
    "vote": 1,
    "accepted": 3,
    "verified": 2,
    "upheld": 2,
    "declined": -1,
    "removed": -5,
    "sanction": -10,
}
#: One person gives another at most so many points, so that two who vote only for each other gain little.
FROM_ONE = 3
#: With this few points, or fewer, nobody is a member.
TOO_FEW = -15
#: Who does not read while signed in, or without scripts, becomes a member by so many times as many posts.
INSTEAD_OF_READING = 2

_ORDER = tuple(Level)


class Facts(NamedTuple):
    """What counts for and against one account; `given` are points by votes, acceptance and verifications."""

    shown_posts: int = 0
    days: int = 0
    threads: int = 0
    given: int = 0
    upheld: int = 0
    declined: int = 0
    #: Posts taken down by decision, silences and suspensions, all of them lately.
    removed: int = 0
    sanctions: int = 0
    #: Neither held, silenced nor suspended.
    is_active: bool = True


class Wanted(NamedTuple):
    """What one level asks for. Reading counts, or instead of it INSTEAD_OF_READING times the posts."""

    posts: int
    days: int
    threads: int
    points: int

    @property
    def posts_instead(self) -> int:
        """So many posts do as well as reading; 0: none do."""
        return self.posts * INSTEAD_OF_READING


class Thresholds(NamedTuple):
    """What makes a member, and what a trusted one, as this community chose; see choices.py."""

    member: Wanted
    trusted: Wanted

    @classmethod
    def of(cls, chosen: Mapping[str, str]) -> Self:
        """From the choices, by their keys."""
        number = {key: int(value) for key, value in chosen.items()}
        return cls(
            Wanted(number["member_posts"], number["member_days"], number["member_threads"], TOO_FEW + 1),
            Wanted(
                number["trusted_posts"],
                number["trusted_days"],
                number["trusted_threads"],
                number["trusted_points"],
            ),
        )

    def wanted(self, level: Level) -> Wanted:
        """What that level asks for; newcomers need nothing."""
        return {Level.MEMBER: self.member, Level.TRUSTED: self.trusted}.get(level, Wanted(0, 0, 0, -(10**9)))


#: The choices of which thresholds are made.
KEYS = (
    "member_posts", "member_days", "member_threads",
    "trusted_posts", "trusted_days", "trusted_threads", "trusted_points",
)  # fmt: skip


class Step(NamedTuple):
    """One thing that a level asks for: what there is of it, and how much is needed."""

    what: str
    have: int
    need: int
    #: So many posts would do as well; 0: none would.
    posts_instead: int = 0

    @property
    def lacks(self) -> int:
        return max(0, self.need - self.have)

    @property
    def instead(self) -> str:
        """What would do as well, in words; ""."""
        return _("or {count} posts").format(count=self.posts_instead) if self.posts_instead else ""

    def __str__(self) -> str:
        """What is missing, in the language spoken now: "3 more days here"."""
        return ", ".join(filter(None, (_more(self.what, self.lacks), self.instead)))


def points(facts: Facts) -> int:
    """All that others found good, less what they did not."""
    return (
        facts.given
        + POINTS["upheld"] * facts.upheld
        + POINTS["declined"] * facts.declined
        + POINTS["removed"] * facts.removed
        + POINTS["sanction"] * facts.sanctions
    )


def level(facts: Facts, thresholds: Thresholds) -> Level:
    """What the account has earned, and not lost again."""
    if not facts.is_active or not _reaches(facts, thresholds.member):
        return Level.NEWCOMER
    # Also what is needed for a member, should a community have chosen less for the trusted.
    return Level.TRUSTED if _reaches(facts, thresholds.trusted) and not facts.sanctions else Level.MEMBER


def above(one: Level) -> Level | None:
    """The next level; None for the highest."""
    place = _ORDER.index(one) + 1
    return _ORDER[place] if place < len(_ORDER) else None


def is_higher(one: Level, other: Level) -> bool:
    """Whether the first is a higher level than the second."""
    return _ORDER.index(one) > _ORDER.index(other)


def steps(facts: Facts, wanted: Wanted) -> Sequence[Step]:
    """What a level asks for, with what there is of it."""
    does_as_well = 0 < wanted.posts_instead <= facts.shown_posts
    instead = 0 if does_as_well else wanted.posts_instead
    every = [
        Step(N_("Posts that readers see"), facts.shown_posts, wanted.posts),
        Step(N_("Days here"), facts.days, wanted.days),
        Step(N_("Threads read"), facts.threads, 0 if does_as_well else wanted.threads, instead),
        Step(N_("Points"), points(facts), wanted.points),
    ]
    # Nearly everybody has what keeps a member from being a newcomer again: told only to who has not.
    return [step for step in every if step.need > 0 or step.lacks]


def missing(facts: Facts, wanted: Wanted) -> Sequence[str]:
    """What is missing for a level, in words such as "3 more days here"; nothing if nothing is."""
    return [str(step) for step in lacking(facts, wanted)]


def lacking(facts: Facts, wanted: Wanted) -> Sequence[Step]:
    """What is missing for a level: each is said by `str`, when it is known in which language."""
    return [step for step in steps(facts, wanted) if step.lacks]


def _more(what: str, count: int) -> str:
    said = {
        "Posts that readers see": ngettext(
            "{count} more post that readers see", "{count} more posts that readers see", count
        ),
        "Days here": ngettext("{count} more day here", "{count} more days here", count),
        "Threads read": ngettext("{count} more thread read", "{count} more threads read", count),
        "Points": ngettext("{count} more point", "{count} more points", count),
    }
    return said[what].format(count=count)


def _reaches(facts: Facts, wanted: Wanted) -> bool:
    return not lacking(facts, wanted)
