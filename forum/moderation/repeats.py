"""The same text again, and too much at once: found among the latest posts, never by reading them all."""

from collections.abc import Sequence, Set
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Executable, Select, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.clock import now
from forum.config import settings
from forum.db import row, rows
from forum.discussion import anonymity
from forum.discussion.tables import Post, PostState
from forum.folding import fold
from forum.languages.words import N_, _
from forum.moderation.findings import Draft, Finding, hold, refuse

#: How many of an author's own latest posts are compared, of those that readers see and of the others each.
LATEST = 20
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


class _Earlier(NamedTuple):
    thread_id: int
    plain: str
    state: str


class _Spaced(dict[int, str]):
    """Maps each character between words to a space; a pattern would take twice as long to find the words."""

    def __missing__(self, code: int) -> str:
        self[code] = chr(code) if chr(code).isalnum() else " "
        return self[code]


_SPACED = _Spaced()


def _latest(*columns: Any, limit: Any, unnamed: bool = True) -> CompoundSelect[*tuple[Any, ...]]:
    """Of one author's posts, those that readers see and the others: an index answers from both its ends.

    `unnamed`: also those without a name.
    """

    def half(visible: bool) -> Select[*tuple[Any, ...]]:
        mine = select(*columns).where(Post.author_id == bindparam("author_id"), Post.visible.is_(visible))
        return select(mine.order_by(Post.id.desc()).limit(limit).subquery())

    theirs = select(*columns).where(Post.id.in_(anonymity.posts_written(bindparam("author_id"))))
    nameless = select(theirs.order_by(Post.id.desc()).limit(limit).subquery())
    return union_all(half(True), half(False), *((nameless,) if unnamed else ()))


_EARLIER = [getattr(Post, name) for name in _Earlier._fields]
_OWN = _latest(*_EARLIER, limit=LATEST)
#: Who writes under a name is not measured by what they wrote without one: moderators read what was found.
_OWN_NAMED = _latest(*_EARLIER, limit=LATEST, unnamed=False)


def _lately(*, unnamed: bool) -> Select[int]:
    moments = _latest(Post.created_at, limit=bindparam("most"), unnamed=unnamed).subquery()
    return select(func.count()).where(moments.c.created_at > bindparam("since"))


_LATELY, _LATELY_NAMED = _lately(unnamed=True), _lately(unnamed=False)
_of_all = select(Post.author_id, Post.plain).order_by(Post.id.desc()).limit(LATEST_OF_ALL).subquery()
_SAME = (
    select(_of_all.c.author_id)
    .where(_of_all.c.plain == bindparam("plain"), _of_all.c.author_id != bindparam("author_id"))
    .limit(1)
)


def find(
    db: Session,
    actor: Actor,
    draft: Draft,
    thread_id: int | None,
    *,
    is_newcomer: bool,
    unnamed: bool = False,
) -> list[Finding]:
    """Whether the author says the same again, or too much in a short time.

    `thread_id` is where it is to stand, None for a new thread; `unnamed`: without a name.
    """
    own, lately = (_OWN, _LATELY) if unnamed else (_OWN_NAMED, _LATELY_NAMED)
    found = [_flood(db, actor.id, lately, is_newcomer), _again(db, actor.id, own, draft, thread_id)]
    if is_newcomer and found[1] is None:
        found.append(_copied(db, actor.id, draft))
    return [finding for finding in found if finding]


def _flood(db: Session, author_id: int, counted: Executable, is_newcomer: bool) -> Finding | None:
    allowed = settings().flood_posts
    if not allowed:
        return None
    most = max(int(allowed * OF_A_NEWCOMER), 1) if is_newcomer else allowed
    found = row(db, counted, author_id=author_id, most=most, since=now() - A_WHILE)
    lately = found[0] if found else 0
    if lately < most:
        return None
    minutes = int(A_WHILE.total_seconds() // 60)
    return refuse(
        "flooding",
        _(
            "You have sent {lately} posts in {minutes} minutes, and others cannot read "
            "that fast. What you typed is kept here: please send it {minutes} minutes "
            "from now."
        ).format(lately=lately, minutes=minutes),
    )


def _again(
    db: Session, author_id: int, own: Executable, draft: Draft, thread_id: int | None
) -> Finding | None:
    words = _words(draft.page.text)
    if not _is_long_enough(words):
        return None
    earlier = [_Earlier(*post) for post in rows(db, own, author_id=author_id)]
    same = [post for post in earlier if post.state != PostState.WITHDRAWN and _is_as_long(draft, post)]
    compared = frozenset(words), _rows_of_words(words)
    same = [post for post in same if _is_alike(*compared, _words(post.plain))]
    if any(post.thread_id == thread_id and post.state in _THERE for post in same):
        return refuse(
            "repeat",
            _(
                "You have posted this in this thread already. Edit that post if something is missing there,"
                " or say here what is new."
            ),
        )
    if any(post.state not in _THERE for post in same):
        return hold("repeat", N_("Its author has posted the same before, and moderators took it down."))
    return hold("repeat", N_("Its author has posted the same in another thread.")) if same else None


def _copied(db: Session, author_id: int, draft: Draft) -> Finding | None:
    """Whether somebody else has just posted these words."""
    plain = draft.page.text
    if len(plain) < SHORTEST or row(db, _SAME, plain=plain, author_id=author_id) is None:
        return None
    return hold("repeat", N_("Another account has just posted the same words."))


def _words(text: str) -> Sequence[str]:
    return fold(text).translate(_SPACED).split()


def _is_long_enough(words: Sequence[str]) -> bool:
    """Whether it is not a text that may be said again."""
    return sum(map(len, words)) >= SHORTEST


def _rows_of_words(words: Sequence[str]) -> Set[tuple[str, ...]]:
    """All rows of four words that follow each other."""
    return frozenset(zip(*(words[start:] for start in range(min(ROW, len(words)))), strict=False))


def _is_as_long(draft: Draft, post: _Earlier) -> bool:
    one, other = len(draft.page.text), len(post.plain)
    return abs(one - other) <= LENGTHS * max(one, other)


def _is_alike(vocabulary: frozenset[str], rows_of_words: Set[tuple[str, ...]], other: Sequence[str]) -> bool:
    """Whether the other text shares nearly all its rows of words with the one of which these are."""
    # A first look, many times as fast: each word that is missing there begins a row of its own that is
    # missing too, unless it is among the last.
    missing = len(vocabulary.difference(other))
    if missing > (1 - ALIKE) * len(rows_of_words) + ROW - 1 or not _is_long_enough(other):
        return False
    others = _rows_of_words(other)
    return len(rows_of_words & others) >= ALIKE * max(len(rows_of_words), len(others))
