"""Images that posts show from elsewhere are copied, so that no reader's browser asks for them there.

A post shows a link until then. An address is copied once: what it leads to later is never looked at again.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import fetch, freshness, jobs
from forum.accounts.tables import Account, Level
from forum.actions import depicting
from forum.config import Settings
from forum.db import Database
from forum.discussion import anonymity, depicted, requests
from forum.discussion.tables import Post
from forum.errors import Busy
from forum.uploads import copies, making, quotas, store
from forum.uploads.making import Made
from forum.uploads.sniffing import Unusable

log = structlog.get_logger()

#: How often what could not be fetched is asked for, and how long after the first time.
TRIES = 3
AGAIN = timedelta(hours=1)
#: Seconds for the images of one post, so that slow ones keep no other work waiting; the rest comes later.
SECONDS = 60.0
_ACCEPT = "image/webp, image/png, image/jpeg, image/gif"


class _Fetched(NamedTuple):
    """What came of one address; `later`: it may come another time."""

    source: str
    made: Made | None
    later: bool = False


def copy(
    database: Database, settings: Settings, post_id: int, tried: int = 0, *, web: fetch.Guarded | None = None
) -> None:
    """The post shows copies of its images from elsewhere, as far as they could be had. Job `images.copy`.

    `web` fetches them, in tests from another place.
    """
    with database.reading() as db:
        post = db.get(Post, post_id)
        wanted = copies.page_of(db, post.text).remote if post is not None else ()
    if post is None or not settings.image_bytes:
        return
    web = web or fetch.Guarded(settings, limits=fetch.Limits(body=settings.image_bytes))
    # Outside of any transaction: others are slow.
    ends = time.monotonic() + SECONDS
    fetched = [
        _fetched(web, source) if time.monotonic() < ends else _Fetched(source, None, later=True)
        for source in wanted
    ]
    with database.writing() as db:
        _keep(db, post_id, fetched)
        if tried + 1 < TRIES and any(one.later for one in fetched):
            # Not the key of the first try: an edit that comes before this one does not wait for it.
            key = f"{depicting.COPY}:{post_id}:again"
            pause = AGAIN * 8**tried
            jobs.put(db, depicting.COPY, delay=pause, key=key, post_id=post_id, tried=tried + 1)


def _fetched(web: fetch.Guarded, source: str) -> _Fetched:
    try:
        page = web.get(source, accept=_ACCEPT)
        if page.status != 200:
            # Not there is not there; what is in trouble may be well in an hour.
            return _Fetched(source, None, later=page.status >= 500 or page.status == 429)
        return _Fetched(source, making.made(page.body))
    except (fetch.Refused, Unusable) as error:
        log.info("image not copied", why=str(error))
        return _Fetched(source, None)
    except (fetch.Unreachable, Busy) as error:
        log.info("image not reached", why=str(error))
        return _Fetched(source, None, later=True)


def _keep(db: Session, post_id: int, fetched: Sequence[_Fetched]) -> None:
    """The copies are images, as far as there is room, and the post shows all that there are by now."""
    post = db.get(Post, post_id)
    if post is None:
        return
    writer_id = anonymity.writer_of(db, post)
    level = Level(db.scalar(select(Account.level).where(Account.id == writer_id)) or Level.NEWCOMER)
    there = copies.known(db, [one.source for one in fetched])
    for one in fetched:
        if one.made is None or one.source in there:
            continue
        if quotas.has_room(db, writer_id, level, one.made.weight):
            store.keep(db, writer_id, one.made, one.source)
    _show(db, post)


def _show(db: Session, post: Post) -> None:
    page = copies.page_of(db, post.text)
    depicted.depict(db, post, page.pictures)
    # Renders the post, with the marks at sentences for which somebody wants a source.
    before = post.html
    requests.show(db, post)
    if post.html != before:
        freshness.touch(db, f"thread:{post.thread_id}")
