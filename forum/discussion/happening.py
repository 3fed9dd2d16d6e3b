"""What came to a thread since a page of it was made: numbers only, of what every reader sees."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum.db import AnyRow, rows
from forum.discussion.tables import Post, PostKind, Thread

#: Scores of so many posts are told; who reads a longer thread sees them when the page is opened again.
MOST_SCORES = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: A thread that was merged into another, or whose opening post is not shown, has no visible posts.
_POSTS = (
    select(Post.id, Post.kind, Post.score, Post.shown_at, Post.edited_at, Thread.kind.label("of"))
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.thread_id == bindparam("thread_id"), Post.visible)
    .order_by(Post.id)
)


class Since(NamedTuple):
    """What a page shows: posts that appeared up to the one moment, edits up to the other; microseconds.

    Two, because the thread itself says when its latest post appeared, in the state that the page was made
    from: a post that is being written at that moment is then not missed.
    """

    shown: int
    edited: int

    @classmethod
    def read(cls, words: str) -> "Since | None":
        """As `str()` wrote it; None for anything else."""
        first, _, second = words.partition("-")
        if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (first, second)):
            return None
        return cls(int(first), int(second))

    @classmethod
    def at(cls, active: datetime, moment: datetime) -> "Since":
        """Of a page made at `moment` of a thread whose latest post appeared at `active`."""
        return cls(_microseconds(active), _microseconds(moment))

    def __str__(self) -> str:
        return f"{self.shown}-{self.edited}"


class News(NamedTuple):
    """How many posts are new or were edited; `first_id` is the first of them, 0 if there is none."""

    kind: str
    answers: int
    comments: int
    edits: int
    first_id: int


class Happening(NamedTuple):
    """The posts of a thread that readers see now."""

    posts: Sequence[AnyRow]

    def since(self, since: Since) -> News:
        """What is new on a page that showed what there was then."""
        new = [post for post in self.posts if _microseconds(post.shown_at) > since.shown]
        edited = [
            post
            for post in self.posts
            if _microseconds(post.edited_at) > since.edited and _microseconds(post.shown_at) <= since.shown
        ]
        comments = sum(post.kind == PostKind.COMMENT for post in new)
        first = next(iter([*new, *edited]), None)
        return News(
            self.posts[0].of, len(new) - comments, comments, len(edited), first.id if first is not None else 0
        )

    @property
    def scores(self) -> Mapping[int, int]:
        """What the votes on each post come to."""
        voted = [post for post in self.posts if post.kind != PostKind.COMMENT]
        return {post.id: post.score for post in voted[:MOST_SCORES]}


def read(db: Session, thread_id: int) -> Happening | None:
    """What there is now; None if readers do not see the thread. One query."""
    found = rows(db, _POSTS, thread_id=thread_id)
    return Happening(found) if found else None


def _microseconds(moment: datetime | None) -> int:
    return 0 if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)
