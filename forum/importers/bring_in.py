"""Neutral records become accounts, threads and posts: all of them, or (after an error) none."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.actions import importing
from forum.discussion import tags
from forum.discussion.tables import PostKind, Thread, ThreadState
from forum.importers.names import account_names
from forum.importers.records import Community, PostRecord, ThreadRecord

Progress = Callable[[int, int], None]


class Outcome(NamedTuple):
    """What an import added; `known` posts were here from an earlier run, and are left as they are."""

    people: int
    threads: int
    posts: int
    #: Threads that are closed now and were not before.
    closed: int
    known: int


def bring_in(db: Session, source: str, community: Community, progress: Progress) -> Outcome:
    """The forum holds the community. `source` names the old forum; `progress` hears (done, all) in posts."""
    writer = _Writer(db, source)
    people = writer.people(community)
    threads = posts = done = 0
    for thread, members in community.by_thread():
        new = writer.thread(thread, members)
        posts += new
        threads += new > 0
        done += len(members)
        progress(done, len(community.posts))
    closed = writer.close(community)
    if posts:
        for tag in community.tags:
            tags.describe(db, tag.name, tag.description)
    return Outcome(people, threads, posts, closed, len(community.posts) - posts)


class _Writer:
    """Knows which key of the old forum is which row here."""

    def __init__(self, db: Session, source: str) -> None:
        self.db = db
        self.source = source
        self.accounts: dict[str, int] = {}
        self.threads: dict[str, Thread] = {}
        self.posts: dict[str, int] = {}

    def people(self, community: Community) -> int:
        """Everybody has an account; answers how many are new."""
        before = set(self.db.scalars(select(Account.origin).where(Account.origin.is_not(None))))
        taken = set(self.db.scalars(select(Account.name_key)))
        newcomers = [person for person in community.people if self._origin(person.key) not in before]
        names = account_names(newcomers, taken)
        for person in community.people:
            name = names.get(person.key, "")
            self.accounts[person.key] = importing.person(
                self.db, self._origin(person.key), name, person.joined_at
            )
        return len(newcomers)

    def thread(self, record: ThreadRecord, members: list[PostRecord]) -> int:
        """The thread and its posts are there; answers how many posts are new."""
        author = self.accounts[record.author]
        thread = importing.thread(
            self.db,
            self._origin(record.key),
            author,
            record.kind,
            record.title,
            record.tags,
            record.created_at,
        )
        self.threads[record.key] = thread
        return sum(self._post(thread, member) for member in members)

    def close(self, community: Community) -> int:
        """Threads are closed as they were there; answers how many were still open here."""
        # Last, because a duplicate may name a later thread as its original.
        closed = 0
        for record in community.threads:
            thread = self.threads[record.key]
            if record.state != ThreadState.OPEN and thread.state == ThreadState.OPEN:
                original = self.threads[record.duplicate_of] if record.duplicate_of else None
                importing.close(self.db, thread, record.state, record.closed_reason, original)
                closed += 1
        return closed

    def _post(self, thread: Thread, record: PostRecord) -> bool:
        self.posts[record.key], new = importing.post(
            self.db,
            self._origin(record.key),
            thread,
            record.kind,
            self.posts[record.parent] if record.parent else None,
            self.accounts[record.author],
            record.created_at,
            self._wordings(record),
            record.accepted_at,
            [(vote.value, vote.at) for vote in record.votes],
        )
        return new

    def _wordings(self, record: PostRecord) -> list[importing.Wording]:
        opening = record.kind == PostKind.OPENING
        return [
            importing.Wording(
                revision.number,
                self.accounts[revision.author],
                revision.at,
                revision.text,
                (revision.title or "") if opening else "",
                " ".join(revision.tags or ()) if opening else "",
                revision.comment,
            )
            for revision in record.revisions
        ]

    def _origin(self, key: str) -> str:
        return f"{self.source}:{key}"
