"""A thread in outline: which posts stand in it for a viewer, in which order, on which page. One light query.

What is costly of a post (its text, author, citations) is then read for the posts of one page only.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal, or_, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.db import AnySelect, rows
from forum.discussion import anonymity, supported
from forum.discussion.supported import Checked
from forum.discussion.tables import Post, PostKind, ThreadKind

#: Answers on one page of a thread.
ON_PAGE = 20


class Sort(StrEnum):
    """In which order answers stand: the accepted one and then by score, or by when they were written."""

    BEST = "best"
    NEWEST = "newest"
    OLDEST = "oldest"


#: The orders that a thread of this kind has; the first is the one without a name in the address.
SORTS: Mapping[str, tuple[Sort, ...]] = {
    ThreadKind.QUESTION: (Sort.BEST, Sort.NEWEST, Sort.OLDEST),
    ThreadKind.DISCUSSION: (Sort.OLDEST, Sort.NEWEST),
}


class Slot(NamedTuple):
    """One post in outline; `author_id` is as the viewer may know it. One row of the query, in its order."""

    id: int
    kind: str
    parent_id: int | None
    author_id: int
    unnamed: bool
    visible: bool
    score: int
    created_at: datetime
    accepted_at: datetime | None
    supporters: int
    doubters: int


class Outline(NamedTuple):
    """The posts that the viewer may see; comments by the post that they stand under."""

    opening: Slot
    #: In the order of `sort`, of all pages.
    answers: Sequence[Slot]
    comments: Mapping[int | None, Sequence[Slot]]
    sort: Sort
    #: Whether `sort` is the order that the address need not name.
    is_usual: bool

    @property
    def pages(self) -> int:
        """How many pages the thread has: one at least."""
        return max(1, -(-len(self.answers) // ON_PAGE))

    def on(self, page: int) -> Sequence[Slot]:
        """The answers of the page."""
        return self.answers[(page - 1) * ON_PAGE : page * ON_PAGE]

    def ids_on(self, page: int) -> list[int]:
        """Ids of all posts of the page: the opening post, its answers, and the comments under each."""
        posts = [self.opening, *self.on(page)]
        return [slot.id for post in posts for slot in (post, *self.comments.get(post.id, ()))]

    def has(self, post_id: int) -> bool:
        """Whether the post stands on one of the pages."""
        return any(slot.id == post_id for slot in (self.opening, *self.every()))

    def page_of(self, post_id: int) -> int:
        """The page on which the post stands; 1 if it stands on none."""
        answer_id = next(
            (slot.parent_id for slot in chain.from_iterable(self.comments.values()) if slot.id == post_id),
            post_id,
        )
        places = (place for place, slot in enumerate(self.answers) if slot.id == answer_id)
        return next(places, 0) // ON_PAGE + 1

    def every(self) -> list[Slot]:
        """All posts but the opening one."""
        return [*self.answers, *chain.from_iterable(self.comments.values())]

    def query(self, page: int) -> dict[str, str]:
        """What the address of the page says beside the thread's own."""
        named = {} if self.is_usual else {"sort": str(self.sort)}
        return named if page == 1 else {**named, "page": str(page)}

    def best(self) -> Checked | None:
        """The best-supported of the answers that readers see."""
        shown = (slot for slot in self.answers if slot.visible)
        return supported.best(Checked(slot.id, slot.score, slot.supporters, slot.doubters) for slot in shown)


_VIEWER = bindparam("viewer_id", type_=Post.author_id.type)


def _by(author_id: Any, unnamed: Any) -> AnySelect:
    return (
        select(
            Post.id,
            Post.kind,
            Post.parent_id,
            author_id,
            unnamed,
            Post.visible,
            Post.score,
            Post.created_at,
            Post.accepted_at,
            supported.SUPPORTERS_COLUMN.label("supporters"),
            supported.DOUBTERS_COLUMN.label("doubters"),
        )
        .where(Post.thread_id == bindparam("thread_id"))
        .order_by(Post.id)
    )


_FOR_ALL = _by(Post.author_id, literal(False)).where(Post.visible)
_FOR_MODERATOR = _by(
    anonymity.author_column(_VIEWER).label("known_author_id"), Post.author_id == anonymity.ACCOUNT_ID
)
_FOR_MEMBER = _FOR_MODERATOR.where(or_(Post.visible, anonymity.wrote(_VIEWER)))


def read(
    db: Session, thread_id: int, kind: str, viewer: Actor | None, moderates: bool, sort: str = ""
) -> Outline | None:
    """The thread in the order of `sort`, or in its usual one; None if the viewer does not see its opening."""
    slots = _slots(db, thread_id, viewer, moderates)
    opening = next((slot for slot in slots if slot.kind == PostKind.OPENING), None)
    if opening is None:
        return None
    sorts = SORTS[kind]
    chosen = Sort(sort) if sort in sorts else sorts[0]
    comments: dict[int | None, list[Slot]] = {}
    answers = [slot for slot in slots if slot.kind == PostKind.ANSWER]
    under = {opening.id, *(slot.id for slot in answers)}
    for slot in slots:
        # Of one's own under what one does not see, the page shows nothing.
        if slot.kind == PostKind.COMMENT and slot.parent_id in under:
            comments.setdefault(slot.parent_id, []).append(slot)
    return Outline(opening, _ordered(answers, chosen), comments, chosen, chosen == sorts[0])


def _slots(db: Session, thread_id: int, viewer: Actor | None, moderates: bool) -> list[Slot]:
    if viewer is None:
        return [Slot(*found) for found in rows(db, _FOR_ALL, thread_id=thread_id)]
    statement = _FOR_MODERATOR if moderates else _FOR_MEMBER
    return [Slot(*found) for found in rows(db, statement, thread_id=thread_id, viewer_id=viewer.id)]


def _ordered(answers: Sequence[Slot], sort: Sort) -> Sequence[Slot]:
    if sort is Sort.BEST:
        return sorted(answers, key=lambda slot: (slot.accepted_at is None, -slot.score, slot.id))
    return sorted(answers, key=lambda slot: (slot.created_at, slot.id), reverse=sort is Sort.NEWEST)
