"""Which threads are closed, why, and of what they are duplicates."""

from dataclasses import dataclass
from datetime import datetime

from forum.discussion.tables import ThreadState
from forum.importers.accounting import Ledger
from forum.importers.stackexchange.history import CLOSED, LOCKED, REOPENED, UNLOCKED, Event
from forum.importers.stackexchange.people import People
from forum.importers.stackexchange.posts import Posts, SourcePost
from forum.importers.stackexchange.rows import Row

_DUPLICATE_LINK, _PLAIN_LINK = 3, 1
_REASONS = {
    **dict.fromkeys(("1", "101"), "duplicate"),
    **dict.fromkeys(("2", "102"), "off topic"),
    **dict.fromkeys(("3", "105"), "a matter of opinion"),
    **dict.fromkeys(("4", "103"), "unclear"),
    "7": "too local",
    "10": "answered by any handbook",
    "20": "noise",
    "104": "too broad",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a thread stands now."""

    state: ThreadState
    closed_reason: str
    closed_at: datetime | None
    closed_by: str | None


def standing(post: SourcePost, events: list[Event], people: People, ledger: Ledger) -> Standing:
    """How the thread of this question stands; its events are taken where they still hold, else skipped."""
    events = sorted(events, key=lambda event: (event.at, event.row.id))
    closing = _last(events, CLOSED, REOPENED) if post.closed_at else None
    locking = _last(events, LOCKED, UNLOCKED)
    for event in events:
        if event in (closing, locking):
            ledger.take("closings and locks")
        else:
            ledger.skip("closings, reopenings and locks", "they no longer hold")
    state = ThreadState.LOCKED if locking else ThreadState.CLOSED if post.closed_at else ThreadState.OPEN
    if not post.closed_at:
        return Standing(state, "", None, None)
    reason = _REASONS.get(closing.reason, "other") if closing else "not known"
    return Standing(
        state, reason, post.closed_at, people.author(closing.row, closing.at) if closing else None
    )


def _last(events: list[Event], on: int, off: int) -> Event | None:
    """The event of kind `on` that holds still, not ended by one of kind `off`."""
    last = [event for event in events if event.kind in (on, off)][-1:]
    return last[0] if last and last[0].kind == on else None


class Duplicates:
    """PostLinks.xml: question Id → Id of the question that it is a duplicate of."""

    def __init__(self) -> None:
        self.originals: dict[int, int] = {}

    def add(self, row: Row, posts: Posts, ledger: Ledger) -> None:
        """Take the link of this row, or skip it with the reason."""
        kind, number, other = row.number("LinkTypeId"), row.number("PostId"), row.number("RelatedPostId")
        if kind == _PLAIN_LINK:
            ledger.skip("links between posts", "the link itself stands in the text")
        elif kind != _DUPLICATE_LINK:
            ledger.skip(f"links of type {kind}", "there is no such link here")
        elif reason := self._unfit(number, other, posts):
            ledger.skip("duplicates", reason)
        else:
            self.originals[number] = other
            ledger.take("duplicates")

    def _unfit(self, number: int, other: int, posts: Posts) -> str:
        duplicate, original = posts.posts.get(number), posts.posts.get(other)
        if duplicate is None or original is None:
            return "one of the two is not in the dump"
        if number == other or not (duplicate.is_question and original.is_question):
            return "they do not join two questions"
        if duplicate.closed_at is None:
            return "the duplicate is open"
        return "a thread names one original, and has one already" if number in self.originals else ""
