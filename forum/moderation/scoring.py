"""How pressing an item is, in points that explain themselves; each is worth an hour of waiting.

What is to be looked at once comes before all the rest, whatever their points.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from forum.languages.words import N_, _
from forum.moderation.rules import Urgency

#: What the most urgent reason of an item is worth.
OF_URGENCY = {Urgency.AT_ONCE: 72, Urgency.SOON: 24, Urgency.IN_TURN: 8, Urgency.WHEN_QUIET: 0}
#: So far ahead of all the others is what is to be looked at once: no waiting makes up for it within a year.
AHEAD = timedelta(days=400)
#: Each further flag, up to MOST_FLAGS of them.
A_FLAG_MORE = 6
MOST_FLAGS = 5
#: A flagger whose flags were mostly upheld, or mostly not, and from how many decided ones on that counts.
GOOD_FLAGGER, BAD_FLAGGER, ENOUGH_FLAGS = 6, -6, 4
#: An author of whom something was taken down before, each time, up to MOST_BEFORE times.
TAKEN_DOWN, MOST_BEFORE = 4, 5
ESCALATED = 24


class Raised(NamedTuple):
    """One open flag: its reason's label and urgency, and what became of its flagger's other flags."""

    label: str
    urgency: int
    upheld: int
    declined: int


class Pressing(NamedTuple):
    """One thing that makes an item pressing, in words with the values for their places, and its worth."""

    words: str
    points: int
    values: Mapping[str, str | int] = {}

    @property
    def said(self) -> str:
        """The words in the language spoken now."""
        values = {name: _(value) if isinstance(value, str) else value for name, value in self.values.items()}
        return _(self.words).format(**values) if values else _(self.words)


def pressing(
    flags: Sequence[Raised], waits: Sequence[tuple[str, int]], taken_down: int, is_escalated: bool
) -> list[Pressing]:
    """What makes an item pressing; `waits` are labels and urgencies of what waits there beside flags."""
    found = [_most_urgent([*((flag.label, flag.urgency) for flag in flags), *waits])]
    found += [_more_flags(len(flags) - 1), _flaggers(flags), _history(taken_down)]
    found += [Pressing(N_("Escalated to the admins"), ESCALATED)] if is_escalated else []
    return [part for part in found if part.points]


def due(opened_at: datetime, points: int, urgency: int) -> datetime:
    """By when somebody should look, as the queue orders it: so age counts without being counted."""
    ahead = AHEAD if urgency == Urgency.AT_ONCE else timedelta()
    return opened_at - timedelta(hours=points) - ahead


def _most_urgent(waits: Sequence[tuple[str, int]]) -> Pressing:
    if not waits:
        return Pressing("", 0)
    label, urgency = min(waits, key=lambda wait: wait[1])
    points = OF_URGENCY[Urgency(urgency)]
    if urgency == Urgency.AT_ONCE:
        return Pressing(N_("{label}, which comes before everything else"), points, {"label": label})
    return Pressing(label, points)


def _more_flags(more: int) -> Pressing:
    points = A_FLAG_MORE * min(max(more, 0), MOST_FLAGS)
    return Pressing(N_("{count} people flagged it"), points, {"count": more + 1})


def _flaggers(flags: Sequence[Raised]) -> Pressing:
    kinds = Counter(trust(flag.upheld, flag.declined) for flag in flags)
    if kinds[GOOD_FLAGGER]:
        return Pressing(N_("Flagged by somebody whose flags are mostly upheld"), GOOD_FLAGGER)
    if flags and kinds[BAD_FLAGGER] == len(flags):
        return Pressing(N_("Flagged only by people whose flags are mostly declined"), BAD_FLAGGER)
    return Pressing("", 0)


def trust(upheld: int, declined: int) -> int:
    """GOOD_FLAGGER for somebody whose flags were mostly upheld, BAD_FLAGGER if mostly not; else 0."""
    decided = upheld + declined
    if decided < ENOUGH_FLAGS:
        return 0
    if upheld * 3 >= decided * 2:
        return GOOD_FLAGGER
    return BAD_FLAGGER if declined * 3 >= decided * 2 else 0


def _history(taken_down: int) -> Pressing:
    points = TAKEN_DOWN * min(taken_down, MOST_BEFORE)
    if taken_down == 1:
        return Pressing(N_("Something of its author’s was taken down once before"), points)
    words = N_("Something of its author’s was taken down {count} times before")
    return Pressing(words, points, {"count": taken_down})
