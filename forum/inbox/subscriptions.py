"""Who should hear of a new post, and of an accepted answer.

Those directly concerned are told at once, with the post; followers, who may be very many, by a job: see
fan_out.py.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts import former_names
from forum.accounts.names import key
from forum.accounts.tables import Account
from forum.clock import now
from forum.db import row, rows
from forum.discussion import anonymity
from forum.discussion.naming import called
from forum.discussion.tables import Post, PostKind, Thread
from forum.inbox import following, messages
from forum.inbox.due import UNDO
from forum.inbox.letters import compose
from forum.inbox.tables import Message

#: People that one post can call by name.
MOST_MENTIONS = 10
#: The job that tells the followers.
FOLLOWERS = "inbox.announce"
#: The job that looks through the searches that are kept.
SEARCHES = "inbox.search"

_NAME = select(Account.name).where(Account.id == bindparam("account_id"))


def announce(
    db: Session, thread: Thread, post: Post, mentions: Sequence[str], *, again: bool = False
) -> None:
    """Those concerned by the visible post are told of it: once each, and never its author.

    An answer is told to the thread's author, a comment to the author of the post above it, any post to the
    people whom it mentions; all but those who muted the thread, or its author. Followers hear of it when it
    cannot be undone any more. Of a post that readers do not see nobody hears.

    `again`: some may have heard of it before, and are not told twice.
    """
    if not post.visible:
        return
    delay = max(post.created_at + UNDO - now(), timedelta(0))
    jobs.put(db, FOLLOWERS, delay=delay, post_id=post.id)
    if again and post.kind == PostKind.OPENING:
        # Searches may have been looked through for what is newer while readers did not see it.
        jobs.put(db, SEARCHES, delay=delay, thread_id=thread.id)
    told = _told(db, thread, post, mentions)
    for account_id in _heard(db, post, told) if again else ():
        del told[account_id]
    muted = following.muting(db, sorted(told), thread.id, post.author_id) if told else ()
    author = name_of(db, post.author_id) if told else ""
    # Sorted, so that two transactions lock the same accounts in the same order.
    for account_id, kind in sorted(told.items()):
        if account_id not in muted:
            what = called(post.kind, thread.kind)
            letter = compose(kind, author=author, what=what, title=thread.title)
            path = f"/p/{post.id}"
            messages.send(
                db, account_id, kind, letter, path, delay=delay, thread_id=thread.id, post_id=post.id
            )


def take_back(db: Session, thread: Thread, post: Post, mentions: Sequence[str]) -> None:
    """Of the post, which its author undoes, nobody was told who has not read of it yet.

    `mentions` are the names in its text when it was announced.
    """
    told = _told(db, thread, post, mentions)
    if told:
        messages.take_back(db, sorted(told), f"/p/{post.id}")


def accepted(db: Session, thread: Thread, post: Post) -> None:
    """The author of the answer is told that it was accepted, unless it answers an own question."""
    to = anonymity.writer_of(db, post)
    if to in (anonymity.asker_of(db, thread), anonymity.ACCOUNT_ID) or not post.visible:
        return
    if following.muting(db, [to], thread.id, thread.author_id):
        return
    letter = compose("accepted", author=name_of(db, thread.author_id), title=thread.title)
    messages.send(db, to, "accepted", letter, f"/p/{post.id}", thread_id=thread.id, post_id=post.id)


def _told(db: Session, thread: Thread, post: Post, mentions: Sequence[str]) -> dict[int, str]:
    """Who hears of the post, and as what."""
    told = _concerned(db, thread, post)
    for account_id in _mentioned(db, mentions):
        told.setdefault(account_id, "mention")
    # Nobody reads what is sent to those without a name; each of them has one of their own.
    for nobody in (anonymity.ACCOUNT_ID, anonymity.writer_of(db, post) if told else 0):
        told.pop(nobody, None)
    return told


def _heard(db: Session, post: Post, told: Collection[int]) -> list[int]:
    """Which of these were told of the post."""
    wanted = (Message.post_id == post.id, Message.account_id.in_(told))
    return list(db.scalars(select(Message.account_id).where(*wanted).distinct()))


def _concerned(db: Session, thread: Thread, post: Post) -> dict[int, str]:
    if post.kind == PostKind.ANSWER:
        return {anonymity.asker_of(db, thread): "answer"}
    if post.kind == PostKind.COMMENT:
        return {anonymity.writer_of(db, db.get_one(Post, post.parent_id)): "comment"}
    return {}


def _mentioned(db: Session, names: Sequence[str]) -> list[int]:
    """Who has one of these names, or once had it."""
    keys = {key(name) for name in names[:MOST_MENTIONS]}
    if not keys:
        return []
    found = [found.id for found in rows(db, select(Account.id).where(Account.name_key.in_(keys)))]
    return list(dict.fromkeys([*found, *former_names.holders(db, keys).values()]))


def name_of(db: Session, account_id: int) -> str:
    """What the author of a post is called."""
    found = row(db, _NAME, account_id=account_id)
    assert found is not None, "every post has an author"
    name: str = found.name
    return name
