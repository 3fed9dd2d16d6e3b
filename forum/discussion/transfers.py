"""Posts that go from one thread to another: two threads become one, or a part becomes a thread of its own.

Each transfer keeps what its posts were before, so that it can be undone whatever was written since. A post
takes its votes, revisions, citations and comments along; `visibility.settle_thread` follows for both threads.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import AnySelect, rows
from forum.discussion import anonymity
from forum.discussion.originals import opening_of
from forum.discussion.tables import Post, PostKind, Thread, ThreadKind, ThreadTransfer
from forum.errors import Conflict
from forum.languages.words import _

MERGE, SPLIT = "merge", "split"
OPENING, ANSWER, COMMENT = PostKind.OPENING, PostKind.ANSWER, PostKind.COMMENT
#: So many posts are offered for a split: a form has at most two hundred fields.
MOST = 150
EXCERPT = 120

#: What a transfer remembers of one post: id, kind, parent_id, accepted_at (ISO 8601 or None).
Entry = Mapping[str, Any]


class Movable(NamedTuple):
    """One post that can be split off; `excerpt` is the beginning of its text, on one line."""

    id: int
    kind: str
    parent_id: int | None
    author: str
    created_at: datetime
    excerpt: str


_MOVABLE: AnySelect = (
    select(
        Post.id,
        Post.kind,
        Post.parent_id,
        Account.name,
        Post.created_at,
        func.substr(Post.plain, 1, EXCERPT + 1),
    )
    .join(Account, Account.id == Post.author_id)
    .where(Post.thread_id == bindparam("thread_id"), Post.visible, Post.kind != OPENING)
    .order_by(Post.id.desc())
    .limit(MOST)
)


def home(db: Session, thread_id: int) -> int:
    """The thread that this one is by now: itself, unless it was merged."""
    into = db.scalar(select(Thread.merged_into_id).where(Thread.id == thread_id))
    return thread_id if into is None else home(db, into)


def merge(db: Session, thread: Thread, into: Thread, actor_id: int, why: str) -> ThreadTransfer:
    """Every post of the thread stands in `into`, and the thread is a signpost that leads there.

    A question becomes a comment under the other question, any other opening post a reply; a comment under
    it stands beside it. An answer stays accepted only if one person asked both and accepted no other.
    """
    both_ask = thread.kind == into.kind == ThreadKind.QUESTION
    keeps_mark = both_ask and _is_one_person(thread, into) and not _has_accepted(db, into.id)
    first, there = opening_of(db, thread.id), opening_of(db, into.id)
    moved = _posts(db, thread.id)
    made = _record(db, MERGE, thread.id, into.id, moved, actor_id, why)
    for post in moved:
        post.thread_id = into.id
        post.accepted_at = post.accepted_at if keeps_mark else None
        if both_ask and first.id in (post.id, post.parent_id):
            post.kind, post.parent_id = COMMENT, there.id
        elif post is first:
            post.kind = ANSWER
    db.flush()
    return made


def split(
    db: Session, thread: Thread, into: Thread, chosen: Sequence[Post], actor_id: int, why: str
) -> ThreadTransfer:
    """The chosen posts, with the comments under them, stand in the new thread `into`; the first opens it."""
    ids = {post.id for post in chosen}
    moved = [post for post in _posts(db, thread.id) if post.id in ids or post.parent_id in ids]
    made = _record(db, SPLIT, thread.id, into.id, moved, actor_id, why)
    first = chosen[0].id
    for post in moved:
        post.thread_id, post.accepted_at = into.id, None
        if post.id in ids and post.parent_id not in ids:
            post.kind, post.parent_id = (OPENING if post.id == first else ANSWER), None
    db.flush()
    return made


def undo(db: Session, transfer: ThreadTransfer) -> list[Post]:
    """The posts are where and what they were, with what was written under them since; answers those.

    After a split, whatever else stands in the new thread goes along. Conflict if it was undone before, or if
    some of the posts have gone on to a third thread.
    """
    before = {entry["id"]: entry for entry in transfer.moved}
    here = {post.id: post for post in _posts(db, transfer.to_id)}
    if transfer.undone_at is not None:
        raise Conflict(_("This was undone before."))
    is_elsewhere = transfer.kind == SPLIT and home(db, transfer.from_id) != transfer.from_id
    if is_elsewhere or not before.keys() <= here.keys():
        raise Conflict(_("Some posts of these threads went on to another one since. Undo that first."))
    back = [post for post in here.values() if _goes_back(post, before, transfer.kind)]
    marked = _has_accepted(db, transfer.from_id)
    for post in back:
        _put_back(post, before, transfer.from_id)
        post.accepted_at = None if marked else post.accepted_at
    transfer.undone_at = now()
    db.flush()
    return back


def in_force(thread_id: int) -> ColumnElement[bool]:
    """Transfers into the thread, and splits out of it, that can be undone."""
    came = ThreadTransfer.to_id == thread_id
    left = and_(ThreadTransfer.from_id == thread_id, ThreadTransfer.kind == SPLIT)
    return and_(or_(came, left), ThreadTransfer.undone_at.is_(None))


def movable(db: Session, thread_id: int) -> list[Movable]:
    """The latest posts that could stand in a thread of their own: what readers see, but the opening one.

    Comments come behind the post that they stand under.
    """
    found = [Movable(*post) for post in rows(db, _MOVABLE, thread_id=thread_id)]
    ordered = sorted(found, key=lambda post: (post.parent_id or post.id, post.id))
    return [post._replace(excerpt=_excerpt(post.excerpt)) for post in ordered]


def _excerpt(plain: str) -> str:
    line = " ".join(plain.split())
    return line if len(plain) <= EXCERPT else line.rsplit(" ", 1)[0] + " …"


def _posts(db: Session, thread_id: int) -> Sequence[Post]:
    return db.scalars(select(Post).where(Post.thread_id == thread_id).order_by(Post.id)).all()


def _is_one_person(thread: Thread, other: Thread) -> bool:
    """Whether everybody knows that one person asked both."""
    return thread.author_id == other.author_id != anonymity.ACCOUNT_ID


def _has_accepted(db: Session, thread_id: int) -> bool:
    wanted = select(Post.id).where(Post.thread_id == thread_id, Post.accepted_at.is_not(None))
    return db.scalar(wanted) is not None


def _goes_back(post: Post, before: Mapping[int, Entry], kind: str) -> bool:
    return kind == SPLIT or post.id in before or post.parent_id in before


def _put_back(post: Post, before: Mapping[int, Entry], thread_id: int) -> None:
    """The post is what it was; one that was written since is a comment where it was one, else an answer."""
    post.thread_id = thread_id
    if former := before.get(post.id):
        post.kind, post.parent_id = former["kind"], former["parent_id"]
        at = former["accepted_at"]
        post.accepted_at = datetime.fromisoformat(at) if at else None
        return
    post.accepted_at = None
    above = before.get(post.parent_id or 0)
    if above is not None and above["kind"] == COMMENT:
        # Nothing stands under a comment.
        post.parent_id = above["parent_id"]


def _entry(post: Post) -> Entry:
    at = post.accepted_at
    return {
        "id": post.id,
        "kind": str(post.kind),
        "parent_id": post.parent_id,
        "accepted_at": at.isoformat() if at else None,
    }


def _record(
    db: Session, kind: str, from_id: int, to_id: int, moved: Sequence[Post], actor_id: int, why: str
) -> ThreadTransfer:
    made = ThreadTransfer(
        kind=kind,
        from_id=from_id,
        to_id=to_id,
        moved=[_entry(post) for post in moved],
        actor_id=actor_id,
        why=why,
        at=now(),
    )
    db.add(made)
    db.flush()
    return made
