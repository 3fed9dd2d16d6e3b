"""Which posts readers see, and everything that depends on it.

A post is visible when it is shown, and so are its thread's opening post and, for a comment, its parent.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased
from sqlalchemy.orm.attributes import set_committed_value

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row, rows
from forum.discussion import ranking, revisions
from forum.discussion.tables import (
    Citation,
    Post,
    PostKind,
    PostState,
    Tag,
    Thread,
    ThreadKind,
    ThreadTag,
)
from forum.references.tables import Reference

_OF_THREAD = bindparam("thread_id", type_=Post.thread_id.type)
_accepted = aliased(Post)
_IS_ACCEPTED = exists().where(
    _accepted.thread_id == _OF_THREAD, _accepted.visible, _accepted.accepted_at.is_not(None)
)
_LATEST = (
    select(Post.shown_at, Post.author_id, _IS_ACCEPTED.label("is_accepted"))
    .where(Post.thread_id == _OF_THREAD, Post.visible)
    .order_by(Post.shown_at.desc(), Post.id.desc())
    .limit(1)
)
_USES = (
    select(Citation.post_id, Citation.reference_id)
    .where(Citation.post_id.in_(bindparam("post_ids", expanding=True)))
    .distinct()
)
#: In Core: as an ORM statement each would cost as much as five others.
_ADD = {
    column: update(table)
    .where(table.id.in_(bindparam("keys", expanding=True)))
    .values({column: column + bindparam("change")})
    .returning(table.id, column)
    for table, column in ((Account, Account.shown_posts), (Reference, Reference.citation_count))
}
#: Sets what it is given.
_COPY = update(ThreadTag).where(ThreadTag.thread_id == bindparam("of_thread"))
#: What the lists of a tag are ordered by, as in the thread.
_COPIED = ("shown", "active_at", "is_unanswered")


class Change(NamedTuple):
    """Ids of the posts that readers can see from now on, and of those that they no longer see."""

    appeared: list[int]
    gone: list[int]


def is_seen(db: Session, thread: Thread, kind: PostKind, state: PostState, parent_id: int | None) -> bool:
    """Whether readers will see a new post that begins so."""
    if state != PostState.SHOWN or not (kind == PostKind.OPENING or thread.shown):
        return False
    return parent_id is None or db.get_one(Post, parent_id).visible


def begin(db: Session, thread: Thread, post: Post) -> Change:
    """As `settle`, for a post that was added just now with `visible` as it is: no tag of a new thread, no
    comment, wording or citation of the post is there yet.
    """
    if not post.visible:
        return Change([], [])
    thread.shown = True
    _count_posts(db, thread, [post], 1)
    thread.is_unanswered = thread.kind == ThreadKind.QUESTION and thread.answer_count == 0
    shown_at = post.shown_at or now()
    if shown_at >= thread.active_at:
        thread.active_at, thread.active_by_id = shown_at, post.author_id
    _copy_to_tags(db, thread)
    return Change([post.id], [])


def settle(db: Session, post: Post) -> Change:
    """After a change of the post's state: it and all that depends on it is visible or not, counters agree."""
    db.flush()
    thread = db.get_one(Thread, post.thread_id)
    shown = post.state == PostState.SHOWN if post.kind == PostKind.OPENING else thread.shown
    affected = _affected(db, post)
    seen = {member.id: shown and member.state == PostState.SHOWN for member in affected}
    for member in affected:
        if member.kind == PostKind.COMMENT and seen[member.id]:
            seen[member.id] = _parent_seen(db, member, seen)
    appeared = [member for member in affected if seen[member.id] and not member.visible]
    gone = [member for member in affected if member.visible and not seen[member.id]]
    for member in affected:
        member.visible = seen[member.id]
        member.shown_at = member.shown_at or (now() if member.visible else None)
    if post.kind == PostKind.OPENING:
        _show_thread(db, thread, shown)
    db.flush()
    revisions.show(db, [member.id for member in appeared])
    _count(db, thread, appeared, 1)
    _count(db, thread, gone, -1)
    _refresh_thread(db, thread, bool(appeared or gone))
    return Change([member.id for member in appeared], [member.id for member in gone])


def settle_thread(db: Session, thread: Thread) -> Change:
    """After posts came into the thread or left it: what readers see of it, and all that it counts, agree.

    A thread without an opening post is not shown.
    """
    db.flush()
    wanted = select(Post).where(Post.thread_id == thread.id, Post.kind == PostKind.OPENING)
    opening = db.scalars(wanted).one_or_none()
    change = settle(db, opening) if opening else Change([], [])
    if opening is None:
        _show_thread(db, thread, False)
    answers = select(func.count()).where(
        Post.thread_id == thread.id, Post.kind == PostKind.ANSWER, Post.visible
    )
    thread.answer_count = db.scalar(answers) or 0
    ranking.rescore(db, thread, opening.score if opening else 0)
    _refresh_thread(db, thread, True)
    return change


def _affected(db: Session, post: Post) -> Sequence[Post]:
    """The whole thread for an opening post; else the post and its comments."""
    if post.kind == PostKind.OPENING:
        return db.scalars(select(Post).where(Post.thread_id == post.thread_id).order_by(Post.id)).all()
    comments = (
        db.scalars(select(Post).where(Post.parent_id == post.id)).all()
        if post.kind == PostKind.ANSWER
        else ()
    )
    return [post, *comments]


def _parent_seen(db: Session, comment: Post, seen: dict[int, bool]) -> bool:
    if comment.parent_id in seen:
        return seen[comment.parent_id]
    return db.get_one(Post, comment.parent_id).visible


def _show_thread(db: Session, thread: Thread, shown: bool) -> None:
    if thread.shown == shown:
        return
    thread.shown = shown
    tag_ids = select(ThreadTag.tag_id).where(ThreadTag.thread_id == thread.id)
    step = 1 if shown else -1
    db.execute(update(Tag).where(Tag.id.in_(tag_ids)).values(thread_count=Tag.thread_count + step))


def _count(db: Session, thread: Thread, posts: Sequence[Post], step: int) -> None:
    """`posts` entered (+1) or left (-1) what readers see."""
    _count_posts(db, thread, posts, step)
    uses = rows(db, _USES, post_ids=[post.id for post in posts]) if posts else ()
    count_citations(db, [reference_id for _, reference_id in uses], step)


def _count_posts(db: Session, thread: Thread, posts: Sequence[Post], step: int) -> None:
    thread.answer_count += step * sum(post.kind == PostKind.ANSWER for post in posts)
    _add(db, Account, Account.shown_posts, Counter(post.author_id for post in posts), step)


def count_citations(db: Session, reference_ids: Iterable[int], step: int) -> None:
    """Each of the references is cited by so many visible posts more (+1) or fewer (-1)."""
    _add(db, Reference, Reference.citation_count, Counter(reference_ids), step)


def _add(
    db: Session,
    table: type[Account | Reference],
    column: InstrumentedAttribute[int],
    counts: Counter[int],
    step: int,
) -> None:
    # Grouped by amount: a constant number of statements. Sorted keys: no deadlock between two writers.
    for amount in sorted(set(counts.values())):
        keys = sorted(k for k, count in counts.items() if count == amount)
        for key, value in rows(db, _ADD[column], keys=keys, change=step * amount):
            known = db.identity_map.get(db.identity_key(table, key))
            if known is not None:
                set_committed_value(known, column.key, value)


def _refresh_thread(db: Session, thread: Thread, changed: bool) -> None:
    """Answered, accepted and active: what lists say of the thread."""
    thread.is_unanswered = thread.kind == ThreadKind.QUESTION and thread.answer_count == 0
    if not changed:
        return
    latest = row(db, _LATEST, thread_id=thread.id)
    thread.is_accepted = bool(latest and latest.is_accepted)
    if latest:
        thread.active_at, thread.active_by_id = latest.shown_at or now(), latest.author_id
    _copy_to_tags(db, thread)
    db.flush()


def _copy_to_tags(db: Session, thread: Thread) -> None:
    if thread.tag_names:
        values = {name: getattr(thread, name) for name in _COPIED}
        db.connection().execute(_COPY, {"of_thread": thread.id, **values})
