"""Two threads become one, part of a thread becomes one of its own, and both can be undone."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import effects, tending
from forum.discussion import (
    anonymity,
    originals,
    post_notices,
    tags,
    thread_states,
    threads,
    transfers,
    wording,
)
from forum.discussion.post_notices import MERGED
from forum.discussion.tables import Post, PostKind, Thread, ThreadKind, ThreadMove, ThreadTransfer
from forum.discussion.thread_states import Act
from forum.discussion.visibility import Change, settle_thread
from forum.errors import Forbidden, Invalid, NotFound
from forum.inbox import following, messages
from forum.inbox.following import Kind
from forum.languages.words import N_, _
from forum.moderation import log
from forum.moderation.statement import within
from forum.policy import Permit

NOT_YOURS = N_("Give it one of the tags that you moderate.")


def merge(db: Session, actor: Actor, thread_id: int, into: str, why: str) -> ThreadTransfer:
    """All posts of the thread stand in the other (its address or number), and its own address leads there.

    Its asker and followers follow the other. Invalid (`into`, `why`) says what is wrong.
    """
    thread = policy.open_thread(db, actor, thread_id, Permit.TEND_THREAD)
    form = wording.Form()
    other = form.take("into", lambda typed: _other(db, thread, typed), into)
    words = form.take("why", _why, why) or ""
    form.done()
    if other is None:
        raise NotFound
    policy.open_thread(db, actor, other.id, Permit.TEND_THREAD)
    title, opening = thread.title, originals.opening_of(db, thread.id)
    asker_id = anonymity.asker_of(db, thread)
    transfer = transfers.merge(db, thread, other, actor.id, words)
    made = _signpost(db, actor, thread, other.id, words)
    took = thread_states.take_duplicates(db, made, other.id)
    post_notices.put(db, opening.id, MERGED, title, actor.id)
    tending.lead_followers(db, thread, made, other.id, asker_id)
    log.write_act(db, "merge-threads", actor.id, thread_id=other.id, reason=words)
    tending.tell_asker(db, actor, thread, "merge", words, other, asker_id)
    _settle(db, other, thread, transfer, took)
    return transfer


def split(
    db: Session,
    actor: Actor,
    thread_id: int,
    post_ids: Sequence[int],
    kind: str,
    title: str,
    tag_names: str,
    why: str,
) -> ThreadTransfer:
    """The posts, with the comments under them, are a thread of their own, which the first of them opens.

    Its author asked it and follows it. Invalid (`posts`, `kind`, `title`, `tags`, `why`) says what is wrong.
    """
    thread = policy.open_thread(db, actor, thread_id, Permit.TEND_THREAD)
    form = wording.Form()
    chosen = _chosen(db, thread, post_ids, form)
    sort = form.take("kind", wording.kind, kind) or ThreadKind.DISCUSSION
    line = form.take("title", wording.title, title) or ""
    names = form.take("tags", wording.tags, tag_names) or []
    words = form.take("why", _why, why) or ""
    form.done()
    new = threads.begin(db, chosen[0].author_id, sort, line, chosen[0].created_at)
    tags.assign(db, new, names)
    if not policy.tends(db, actor, new.id):
        raise Invalid({"tags": _(NOT_YOURS)})
    transfer = transfers.split(db, thread, new, chosen, actor.id, words)
    asker_id = anonymity.asker_of(db, new)
    if asker_id != anonymity.ACCOUNT_ID:
        following.follow(db, asker_id, Kind.THREAD, new.id)
    log.write_act(db, "split-thread", actor.id, thread_id=new.id, reason=words)
    tending.tell_asker(db, actor, new, "split", words, thread, asker_id)
    _settle(db, thread, new, transfer)
    return transfer


def undo(db: Session, actor: Actor, transfer_id: int) -> ThreadTransfer:
    """The posts of the transfer are where and what they were; Conflict if some went on elsewhere since.

    After a split, the address of what was a thread of its own leads to the other one.
    """
    policy.require(Permit.REVIEW_THREADS, actor)
    transfer = db.get(ThreadTransfer, transfer_id, populate_existing=True)
    if transfer is None:
        raise NotFound
    if not all(policy.tends(db, actor, thread_id) for thread_id in (transfer.from_id, transfer.to_id)):
        raise Forbidden
    source, target = db.get_one(Thread, transfer.from_id), db.get_one(Thread, transfer.to_id)
    took: Sequence[int] = ()
    asker_id = anonymity.asker_of(db, target)
    back = transfers.undo(db, transfer)
    if transfer.kind == transfers.MERGE:
        made = thread_states.merge_of(db, source.id)
        thread_states.put_back(db, made, actor.id)
        tending.lead_back(db, made, target.id)
        post_notices.end_kind(db, [post.id for post in back], MERGED, actor.id)
        took = made.before.get(thread_states.DUPLICATES, ())
    else:
        made = _signpost(db, actor, target, source.id, "")
        took = thread_states.take_duplicates(db, made, source.duplicate_of_id or source.id)
        tending.lead_followers(db, target, made, source.id, asker_id)
    log.write_act(db, "undo", actor.id, thread_id=source.id)
    _settle(db, source, target, transfer, took)
    return transfer


def _signpost(db: Session, actor: Actor, thread: Thread, to_id: int, why: str) -> ThreadMove:
    """The thread has no posts any more; its address leads to the other one."""
    return thread_states.move(
        db, thread, Act.MERGE, actor.id, why, merged_into_id=to_id, duplicate_of_id=None
    )


def _settle(
    db: Session, one: Thread, other: Thread, transfer: ThreadTransfer, also: Sequence[int] = ()
) -> None:
    """Both threads count what they hold; the search and all kept pages know where the posts stand."""
    changes = [settle_thread(db, one), settle_thread(db, other)]
    moved = [entry["id"] for entry in transfer.moved]
    messages.go_with_posts(db, moved)
    wanted = select(Post.id).where(Post.thread_id.in_((one.id, other.id)), Post.visible)
    shown = set(db.scalars(wanted.where(Post.id.in_(moved) | (Post.kind == PostKind.OPENING))))
    appeared = shown.union(*(change.appeared for change in changes))
    gone = {post_id for change in changes for post_id in change.gone}
    pages = [f"thread:{thread_id}" for thread_id in (other.id, *also)]
    effects.publish(db, one.id, Change(sorted(appeared), sorted(gone)), "log", *pages)


def _other(db: Session, thread: Thread, typed: str) -> Thread:
    """The thread to merge into: one that could be the original of this one, or is."""
    if not thread.shown:
        raise ValueError(_("Readers do not see this thread: publish or restore it first."))
    return originals.original(db, thread, typed)


def _chosen(db: Session, thread: Thread, post_ids: Sequence[int], form: wording.Form) -> Sequence[Post]:
    wanted = select(Post).where(Post.id.in_(post_ids[: transfers.MOST]), Post.thread_id == thread.id)
    found = db.scalars(wanted.order_by(Post.id)).all()
    if not found or len(found) != len(set(post_ids)):
        form.complaints["posts"] = _("Choose the posts that belong together, from this thread.")
    elif not all(post.visible and post.kind != PostKind.OPENING for post in found):
        form.complaints["posts"] = _("Only posts that readers see can be split off, and not the first one.")
    return found


def _why(typed: str) -> str:
    return within(typed, tending.WHY_LENGTH)
