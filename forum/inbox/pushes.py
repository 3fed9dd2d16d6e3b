"""Web push: a message's subject on its way to its reader's browsers (RFC 8030, encrypted as RFC 8291 says).

Only the browser can read what is sent; its push service sees when, and how much.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts.tables import Account
from forum.clock import now
from forum.config import Settings
from forum.db import Database, row
from forum.discussion.tables import Post
from forum.fetch import Guarded, Refused, Unreachable, guarded
from forum.inbox import browsers, channels, due, retelling, shown, vapid
from forum.inbox.browsers import Subscription
from forum.inbox.kinds import CHOOSABLE, group_of
from forum.inbox.outgoing import muted
from forum.inbox.tables import Message
from forum.languages.speaking import speaking

log = structlog.get_logger()

JOB = "push.deliver"
#: A push service keeps it so long for a browser that is not running.
KEPT = timedelta(days=1)
#: A service that is away is asked again after so long, and then after longer, so often.
AGAIN = timedelta(minutes=2)
TRIES = 6
#: By which a service says that the browser is no more.
_GONE = frozenset({404, 410})

_MESSAGE = (
    select(
        Message.account_id,
        Message.kind,
        *retelling.COLUMNS,
        Message.path,
        Message.created_at,
        Account.language.label("reader_language"),
        shown.to_readers().label("is_visible"),
        muted(Message.__table__.c.account_id).label("is_muted"),
    )
    .join(Account, Account.id == Message.account_id)
    .join(Post, Post.id == Message.post_id, isouter=True)
    .where(Message.id == bindparam("message_id"), Message.read_at.is_(None), Account.closed_at.is_(None))
)


class _Push(NamedTuple):
    """What leaves for whom; `until`: not before then."""

    subject: str
    path: str
    browsers: Sequence[Subscription]
    until: datetime | None


def put(db: Session, kind: str, told: Mapping[int, int], delay: timedelta = timedelta(0)) -> None:
    """These messages leave for their readers' browsers, after the minute in which they can be taken back.

    `told` has the account of each message, by the message's id. One query and one insert.
    """
    if group_of(kind) not in CHOOSABLE or not told:
        return
    asked = browsers.having(db, set(told.values()))
    wanted = [{"message_id": message_id} for message_id, account_id in told.items() if account_id in asked]
    if wanted:
        jobs.put_many(db, JOB, wanted, delay=max(delay, due.UNDO))


def deliver(
    database: Database,
    settings: Settings,
    message_id: int,
    only: Collection[int] = (),
    tries: int = 1,
) -> None:
    """The message's subject is with the push services of its reader's browsers. The job `push.deliver`.

    Not if it was read meanwhile, nor if it tells of a post that readers do not see any more. In quiet hours
    it comes again at their end. `only`: of these subscriptions; `tries`: with this one.
    """
    if not browsers.is_offered():
        return
    with database.reading() as db:
        push = _find(db, settings, message_id, only)
    if push is None:
        return
    if push.until is not None:
        with database.writing() as db:
            jobs.put(db, JOB, delay=push.until - now(), message_id=message_id, only=[*only])
        return
    web = guarded(settings)
    told = {one.id: _send(web, settings, one, push) for one in push.browsers}
    away = [one for one, how in told.items() if how is False]
    with database.writing() as db:
        browsers.note(db, told)
        if away and tries < TRIES:
            delay = AGAIN * 2 ** (tries - 1)
            jobs.put(db, JOB, delay=delay, message_id=message_id, only=away, tries=tries + 1)


def _find(db: Session, settings: Settings, message_id: int, only: Collection[int]) -> _Push | None:
    found = row(db, _MESSAGE, message_id=message_id)
    # SQLite gives the number of a message that was taken back to the next one, which has its own job.
    if found is None or now() - found.created_at < due.UNDO:
        return None
    if not found.is_visible or found.is_muted or now() - found.created_at > KEPT * 2:
        return None
    chosen = channels.of(db, found.account_id)
    if group_of(found.kind) not in chosen.pushes:
        return None
    theirs = [one for one in browsers.listing(db, found.account_id) if not only or one.id in only]
    until = due.quiet_until(chosen, now())
    with speaking(found.reader_language or settings.language):
        subject = retelling.told(found).subject
    return _Push(subject, found.path, theirs, until) if theirs else None


def _send(web: Guarded, settings: Settings, to: Subscription, push: _Push) -> bool | None:
    """True: the service has it. False: it may take it later. None: the browser is no more."""
    words = json.dumps({"title": push.subject, "path": push.path or "/inbox"}, ensure_ascii=False).encode()
    headers = {
        **vapid.headers(settings, to.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": f"{KEPT.total_seconds():.0f}",
        "Urgency": "normal",
    }
    try:
        status = web.post(to.endpoint, _sealed(words, to), headers).status
    except Refused as refused:
        log.warning("a push service is no public place", why=str(refused))
        return None
    except Unreachable as error:
        log.warning("a push service is away", why=str(error))
        return False
    if status in _GONE:
        return None
    if status // 100 != 2:
        log.warning("a push service refused", status=status)
    return status // 100 == 2


def _sealed(words: bytes, to: Subscription) -> bytes:
    """The words, readable for this browser only."""
    # Here, because it comes with the extra “push” only.
    from pywebpush import WebPusher

    known = {"endpoint": to.endpoint, "keys": {"p256dh": to.p256dh, "auth": to.auth}}
    body: bytes = WebPusher(known).encode(words)["body"]
    return body
