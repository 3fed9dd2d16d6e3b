"""The thread that asked it before: read from what people type, and never a chain of them."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.config import settings
from forum.discussion.tables import Post, PostKind, Thread
from forum.languages.words import _

_THREAD = re.compile(r"(?:^|/t/|#)(\d{1,9})(?:$|[/?#])")
_POST = re.compile(r"/p/(\d{1,9})(?:$|[/?#])")


def named(db: Session, typed: str) -> Thread | None:
    """The thread that an address (its own, or that of one of its posts) or a number names; None if none.

    ValueError with a sentence for who typed it, if the address is another site's.
    """
    words = typed.strip()
    if _is_elsewhere(words):
        raise ValueError(_("This address is not one of this forum. Give the address of a thread here."))
    if found := _POST.search(words):
        wanted = select(Thread).join(Post, Post.thread_id == Thread.id).where(Post.id == int(found[1]))
        return db.scalars(wanted).first()
    found = _THREAD.search(words)
    return db.get(Thread, int(found[1])) if found else None


def _is_elsewhere(words: str) -> bool:
    """Whether this is an address with another host than the forum's, also without its “https:”."""
    try:
        host = urlsplit(words if words.startswith("/") or "://" in words else f"//{words}").netloc
    except ValueError:
        return True
    is_named = "." in host or ":" in host or words.startswith("//") or "://" in words
    return bool(host) and is_named and host.casefold() != urlsplit(settings().base_url).netloc.casefold()


def original(db: Session, thread: Thread, typed: str) -> Thread:
    """The thread of which the other can be a duplicate. ValueError with a sentence for a moderator."""
    other = named(db, typed)
    if other is None:
        raise ValueError(_("Give the address of a thread, or its number."))
    if other.id == thread.id:
        raise ValueError(_("That is this very thread."))
    if other.merged_into_id is not None:
        raise ValueError(
            _("That thread went into another one. Name that one: {address}").format(
                address=f"/t/{other.merged_into_id}"
            )
        )
    if other.duplicate_of_id == thread.id:
        raise ValueError(_("That thread is a duplicate of this one. Open it again first."))
    if other.duplicate_of_id is not None:
        raise ValueError(
            _("That thread is a duplicate itself. Name its original: {address}").format(
                address=f"/t/{other.duplicate_of_id}"
            )
        )
    if not other.shown:
        raise ValueError(_("Readers do not see that thread."))
    return other


def opening_of(db: Session, thread_id: int) -> Post:
    """The post that opens the thread; there must be one."""
    wanted = select(Post).where(Post.thread_id == thread_id, Post.kind == PostKind.OPENING)
    return db.scalars(wanted).one()


def openings_of(db: Session, thread_ids: Sequence[int]) -> list[int]:
    """Ids of the posts that open the threads; a thread that is a signpost has none."""
    wanted = select(Post.id).where(Post.thread_id.in_(thread_ids), Post.kind == PostKind.OPENING)
    return list(db.scalars(wanted.order_by(Post.id)))
