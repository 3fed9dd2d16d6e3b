"""What an importer hands over: a community as neutral records, the same whatever it came from.

Keys are strings that name a thing in its source, unique among the records of one kind and the same at every
reading ("post:79", "comment:5", "user:14"). Times are aware and in UTC. Texts are Markdown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from forum.discussion.tables import PostKind, ThreadKind, ThreadState
from forum.importers.accounting import Accounted


class Person(NamedTuple):
    """Somebody who wrote or edited; `name` as it was shown there, not yet a name for an account here."""

    key: str
    name: str
    joined_at: datetime


class TagRecord(NamedTuple):
    name: str
    description: str


class VoteRecord(NamedTuple):
    """A vote by nobody in particular; `value` is 1 or -1, `at` is never before its post."""

    value: int
    at: datetime


class RevisionRecord(NamedTuple):
    """A post as it stood from `at` on: always the whole text, and for opening posts title and tags too."""

    number: int
    author: str
    at: datetime
    text: str
    title: str | None
    tags: tuple[str, ...] | None
    comment: str


@dataclass(frozen=True, slots=True)
class PostRecord:
    """A post; `parent` is the post that a comment stands under, None for the other kinds.

    There is at least one revision, numbered from 1 without gaps, and the last one has `text`.
    """

    key: str
    thread: str
    kind: PostKind
    parent: str | None
    author: str
    text: str
    created_at: datetime
    revisions: tuple[RevisionRecord, ...]
    accepted_at: datetime | None = None
    votes: tuple[VoteRecord, ...] = ()

    @property
    def accepted(self) -> bool:
        return self.accepted_at is not None

    @property
    def score(self) -> int:
        return sum(vote.value for vote in self.votes)


@dataclass(frozen=True, slots=True)
class ThreadRecord:
    """A thread without its posts. `closed_reason` is kept for a locked thread that is closed as well."""

    key: str
    kind: ThreadKind
    title: str
    tags: tuple[str, ...]
    author: str
    created_at: datetime
    state: ThreadState = ThreadState.OPEN
    closed_reason: str = ""
    closed_at: datetime | None = None
    closed_by: str | None = None
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Community:
    """Everything read. People and threads are in the order of their dates; so are posts, parents first.

    Every key that a record names is the key of a record here.
    """

    people: tuple[Person, ...]
    tags: tuple[TagRecord, ...]
    threads: tuple[ThreadRecord, ...]
    posts: tuple[PostRecord, ...]
    accounting: tuple[Accounted, ...]

    def by_thread(self) -> Iterator[tuple[ThreadRecord, list[PostRecord]]]:
        """Each thread with its posts, the opening post first."""
        posts: dict[str, list[PostRecord]] = {thread.key: [] for thread in self.threads}
        for post in self.posts:
            posts[post.thread].append(post)
        for thread in self.threads:
            yield thread, posts[thread.key]
