"""PostHistory.xml: who wrote which version of a post, and when threads were closed, reopened and locked."""

from dataclasses import dataclass, field
from datetime import datetime

from forum.importers.accounting import Ledger
from forum.importers.records import RevisionRecord
from forum.importers.stackexchange import markdown
from forum.importers.stackexchange.people import People
from forum.importers.stackexchange.posts import Posts, SourcePost, split_tags
from forum.importers.stackexchange.rows import Row

_TITLE, _BODY, _TAGS = {1, 4, 7}, {2, 5, 8}, {3, 6, 9}
_EDITS = _TITLE | _BODY | _TAGS
CLOSED, REOPENED, LOCKED, UNLOCKED = 10, 11, 14, 15
_EVENTS = {CLOSED, REOPENED, LOCKED, UNLOCKED}
_SKIPPED = {
    12: ("deletions", "the dump has only posts that stand: they were undeleted later"),
    13: ("undeletions", "the dump has only posts that stand"),
    16: ("marks of community ownership", "every post here belongs to its author"),
    17: ("moves between sites", "the text is taken from where it is now"),
    19: ("protections", "threads have no protection against newcomers here"),
    20: ("protections lifted", "threads have no protection against newcomers here"),
    24: ("marks of suggested edits", "the edits themselves are taken"),
    50: ("bumps by the site", "nobody wrote anything"),
}


@dataclass(slots=True)
class Edit:
    """What one person changed in one go; None is what stayed as it was."""

    author: str
    at: datetime
    row: int
    comment: str = ""
    text: str | None = None
    title: str | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A thread closed, reopened, locked or unlocked."""

    kind: int
    at: datetime
    row: Row

    @property
    def reason(self) -> str:
        """The source's number for the reason of a closing."""
        return self.row.maybe_text("Comment")


@dataclass(slots=True)
class History:
    """Per post Id: the edits by revision, and the events of threads."""

    edits: dict[int, dict[str, Edit]] = field(default_factory=dict)
    events: dict[int, list[Event]] = field(default_factory=dict)

    def add(self, row: Row, posts: Posts, people: People, ledger: Ledger) -> None:
        """Take this row of PostHistory.xml into the edits or events, or skip it with the reason."""
        kind, post = row.number("PostHistoryTypeId"), posts.posts.get(row.number("PostId"))
        at = row.time("CreationDate")
        if post is None:
            ledger.skip("changes", _why_no_post(row, posts))
        elif kind in _EDITS:
            self._edit(row, kind, post, people, at)
            ledger.take("titles, texts and tags, as revisions")
        elif kind in _EVENTS and post.is_question:
            self.events.setdefault(post.id, []).append(Event(kind, at, row))
        elif kind in _EVENTS:
            ledger.skip("closings and locks of answers", "only threads can be closed or locked here")
        else:
            ledger.skip(*_SKIPPED.get(kind, (f"changes of type {kind}", "there is no such change here")))

    def _edit(self, row: Row, kind: int, post: SourcePost, people: People, at: datetime) -> None:
        revisions = self.edits.setdefault(post.id, {})
        edit = revisions.setdefault(row.text("RevisionGUID"), Edit(people.author(row, at), at, row.id))
        edit.comment = edit.comment or row.maybe_text("Comment").strip()
        text = row.maybe_text("Text")
        if kind in _BODY:
            edit.text = markdown.from_history(text)
        elif kind in _TITLE:
            edit.title = " ".join(text.split())
        else:
            edit.tags = split_tags(row, text)

    def revisions(self, post: SourcePost) -> tuple[str, bool, tuple[RevisionRecord, ...]]:
        """The post's text now, whether it is as its author wrote it, and its revisions.

        The author's own Markdown stays where it says the same here as the HTML that readers of the source
        saw; else, and where there is none, the text is that HTML as Markdown. Posts.xml says what holds now.
        """
        edits = sorted(self.edits.get(post.id, {}).values(), key=lambda edit: (edit.at, edit.row))
        edits = edits or [Edit(post.author, post.created_at, 0)]
        bodies = [edit for edit in edits if edit.text is not None] or edits[:1]
        text = markdown.from_html(post.html)
        own = bodies[-1].text is not None and markdown.says(bodies[-1].text, text)
        bodies[-1].text = text = (bodies[-1].text or text) if own else text
        edits[-1].title, edits[-1].tags = post.title, post.tags
        return text, own, _numbered(post, text, edits)


def _numbered(post: SourcePost, text: str, edits: list[Edit]) -> tuple[RevisionRecord, ...]:
    title, tags = post.title, post.tags
    records = []
    for number, edit in enumerate(edits, start=1):
        text = text if edit.text is None else edit.text
        if post.is_question:
            title = title if edit.title is None else edit.title
            tags = tags if edit.tags is None else edit.tags
        records.append(RevisionRecord(number, edit.author, edit.at, text, title, tags, edit.comment))
    return tuple(records)


def _why_no_post(row: Row, posts: Posts) -> str:
    if posts.knows(row.number("PostId")):
        return "they are about texts on tags, of which the newest is taken"
    return "their post is not in the dump"
