"""The same text again, and too much at once: found among the latest posts, never by reading them all."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.clock import now
from forum.config import settings
from forum.db import row, rows
from forum.discussion.tables import Post, PostState
from forum.folding import fold
from forum.moderation.findings import Draft, Finding, hold, refuse

#: Of how many of an author's own latest posts, of those that readers see and of the others each.
LATEST = 60
#: In that time a member may send as many posts as the setting says, a newcomer a part of them.
A_WHILE = timedelta(minutes=10)
OF_A_NEWCOMER = 0.15
#: How many posts back the same words of somebody else are looked for.
LATEST_OF_ALL = 100
#: Shorter texts may well be said again: thanks, and agreement.
SHORTEST = 80
#: Two texts are the same if they share so much of their rows of four words.
ALIKE, ROW = 0.9, 4
#: Texts whose lengths differ by more than this part cannot be.
LENGTHS = 0.25

_THERE = (PostState.SHOWN, PostState.HELD)
_LETTERS = re.compile(r"[^\W_]+")


class _Earlier(NamedTuple):
    id: int
    thread_id: int
    plain: str
    state: str
    created_at: datetime


def _half(visible: bool) -> Select[*tuple[Any, ...]]:
    """Of one author's posts, those that readers see or the others: an index answers from its end."""
    columns = (getattr(Post, name) for name in _Earlier._fields)
    mine = select(*columns).where(Post.author_id == bindparam("author_id"), Post.visible.is_(visible))
    return select(mine.order_by(Post.id.desc()).limit(LATEST).subquery())


_OWN = union_all(_half(True), _half(False))
_of_all = select(Post.author_id, Post.plain).order_by(Post.id.desc()).limit(LATEST_OF_ALL).subquery()
_SAME = (
    select(_of_all.c.author_id)
    .where(_of_all.c.plain == bindparam("plain"), _of_all.c.author_id != bindparam("author_id"))
    .limit(1)
)


def find(
    db: Session, actor: Actor, draft: Draft, thread_id: int | None, *, is_newcomer: bool
) -> list[Finding]:
    """Whether the author says the same again, or too much in a short time.

    `thread_id` is where it is to stand; None for a new thread.
    """
    earlier = [_Earlier(*post) for post in rows(db, _OWN, author_id=actor.id)]
    found = [_flood(earlier, is_newcomer), _again(draft, earlier, thread_id)]
    if is_newcomer and found[1] is None:
        found.append(_copied(db, actor.id, draft))
    return [finding for finding in found if finding]


def _flood(earlier: Sequence[_Earlier], is_newcomer: bool) -> Finding | None:
    allowed = settings().flood_posts
    most = max(int(allowed * OF_A_NEWCOMER), 1) if is_newcomer else allowed
    lately = [post for post in earlier if post.created_at > now() - A_WHILE]
    if not allowed or len(lately) < most:
        return None
    minutes = int(A_WHILE.total_seconds() // 60)
    return refuse(
        "flooding",
        f"You have sent {len(lately)} posts in {minutes} minutes, and others cannot read that fast."
        f" What you typed is kept here: please send it {minutes} minutes from now.",
    )


def _again(draft: Draft, earlier: Sequence[_Earlier], thread_id: int | None) -> Finding | None:
    rows_of_words = _rows_of_words(draft.page.text)
    if rows_of_words is None:
        return None
    same = [post for post in earlier if post.state != PostState.WITHDRAWN and _is_as_long(draft, post)]
    same = [post for post in same if _is_alike(rows_of_words, post.plain)]
    if any(post.thread_id == thread_id and post.state in _THERE for post in same):
        return refuse(
            "repeat",
            "You have posted this in this thread already. Edit that post if something is missing there, or"
            " say here what is new.",
        )
    if any(post.state not in _THERE for post in same):
        return hold("repeat", "Its author has posted the same before, and moderators took it down.")
    return hold("repeat", "Its author has posted the same in another thread.") if same else None


def _copied(db: Session, author_id: int, draft: Draft) -> Finding | None:
    """Whether somebody else has just posted these words."""
    plain = draft.page.text
    if len(plain) < SHORTEST or row(db, _SAME, plain=plain, author_id=author_id) is None:
        return None
    return hold("repeat", "Another account has just posted the same words.")


def _rows_of_words(text: str) -> frozenset[tuple[str, ...]] | None:
    """All rows of four words that follow each other; None for a text that may be said again."""
    words = _LETTERS.findall(fold(text))
    if sum(map(len, words)) < SHORTEST:
        return None
    return frozenset(zip(*(words[start:] for start in range(min(ROW, len(words)))), strict=False))


def _is_as_long(draft: Draft, post: _Earlier) -> bool:
    one, other = len(draft.page.text), len(post.plain)
    return abs(one - other) <= LENGTHS * max(one, other)


def _is_alike(rows_of_words: frozenset[tuple[str, ...]], text: str) -> bool:
    other = _rows_of_words(text)
    if other is None:
        return False
    return len(rows_of_words & other) >= ALIKE * max(len(rows_of_words), len(other))
