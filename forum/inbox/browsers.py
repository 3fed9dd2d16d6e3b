"""The browsers in which people want to be told by web push.

Each belongs to the session in which it was asked for, and is told while that goes on: whoever signs in there
afterwards is not shown what somebody else is told.
"""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib.util import find_spec
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import SignIn
from forum.clock import now
from forum.db import rows
from forum.errors import Invalid
from forum.fetch import Public, Refused
from forum.inbox.channel_tables import PushSubscription
from forum.languages.words import _

#: Of one person; the oldest makes room.
MOST = 10
#: So long an address of a push service is at most.
LONGEST = 2000
#: A browser that could not be told so often, one time after the other, is forgotten.
FAILURES = 20


def _is_open() -> ColumnElement[bool]:
    # Of who asked before the session was kept, one that began before counts: it may be the one.
    unsaid = and_(PushSubscription.session_id.is_(None), SignIn.created_at <= PushSubscription.created_at)
    return exists().where(
        SignIn.account_id == PushSubscription.account_id,
        SignIn.expires_at > bindparam("moment"),
        or_(SignIn.id == PushSubscription.session_id, unsaid),
    )


_THEIRS = (
    select(
        PushSubscription.id,
        PushSubscription.endpoint,
        PushSubscription.p256dh,
        PushSubscription.auth,
        PushSubscription.device,
        PushSubscription.created_at,
    )
    .where(PushSubscription.account_id == bindparam("account_id"), _is_open())
    .order_by(PushSubscription.id.desc())
)


class Subscription(NamedTuple):
    """One browser: where its push service takes messages for it, and the keys that only it can open."""

    id: int
    endpoint: str
    p256dh: str
    auth: str
    device: str
    created_at: datetime


def is_offered() -> bool:
    """Whether the extra “push” is installed."""
    return find_spec("pywebpush") is not None


def listing(db: Session, account_id: int) -> Sequence[Subscription]:
    """The person's browsers whose sessions go on, the latest first."""
    return [Subscription(*found) for found in rows(db, _THEIRS, account_id=account_id, moment=now())]


def add(
    db: Session, account_id: int, session_id: int, endpoint: str, p256dh: str, auth: str, device: str
) -> None:
    """The browser is told from now on, as long as this session of the person goes on, and of nobody else.

    Invalid for what no browser sends.
    """
    if not _is_whole(endpoint, p256dh, auth):
        raise Invalid({"": _("Your browser’s answer was not complete. Please try again.")})
    db.execute(delete(PushSubscription).where(PushSubscription.endpoint == endpoint))
    db.add(
        PushSubscription(
            account_id=account_id,
            session_id=session_id,
            endpoint=endpoint,
            p256dh=p256dh,
            auth=auth,
            device=device[:60],
            created_at=now(),
        )
    )
    db.flush()
    outworn = [one.id for one in listing(db, account_id)[MOST:]]
    db.execute(delete(PushSubscription).where(PushSubscription.id.in_(outworn)))


def remove(db: Session, account_id: int, subscription_id: int) -> None:
    """That browser of this person is not told any more."""
    theirs = (PushSubscription.account_id == account_id, PushSubscription.id == subscription_id)
    db.execute(delete(PushSubscription).where(*theirs))


def forget(db: Session, account_id: int) -> None:
    """The person is told in no browser any more."""
    db.execute(delete(PushSubscription).where(PushSubscription.account_id == account_id))


def forget_unsaid(db: Session, account_id: int) -> None:
    """The person is told in no browser any more of which it was not kept in what session it was asked for."""
    unsaid = (PushSubscription.account_id == account_id, PushSubscription.session_id.is_(None))
    db.execute(delete(PushSubscription).where(*unsaid))


def clear_outworn(db: Session) -> None:
    """Nothing is kept of browsers whose sessions are over."""
    db.execute(delete(PushSubscription).where(~_is_open()), {"moment": now()})


def having(db: Session, account_ids: Collection[int]) -> set[int]:
    """Which of these people have such a browser, in a session that goes on."""
    theirs = PushSubscription.account_id.in_(account_ids)
    wanted = select(PushSubscription.account_id).where(theirs, _is_open())
    return {found.account_id for found in rows(db, wanted.distinct(), moment=now())}


def note(db: Session, told: Mapping[int, bool | None]) -> None:
    """What came of it for each browser: True: it was told, False: it was not, None: it is no more."""
    gone = [one for one, how in told.items() if how is None]
    well = [one for one, how in told.items() if how]
    ill = [one for one, how in told.items() if how is False]
    named = PushSubscription.id
    db.execute(update(PushSubscription).where(named.in_(well)).values(failures=0))
    more = {"failures": PushSubscription.failures + 1}
    db.execute(update(PushSubscription).where(named.in_(ill)).values(more))
    db.execute(delete(PushSubscription).where(named.in_(gone)))
    db.execute(delete(PushSubscription).where(named.in_(ill), PushSubscription.failures >= FAILURES))


def _is_whole(endpoint: str, p256dh: str, auth: str) -> bool:
    try:
        secure = len(endpoint) <= LONGEST and Public().place(endpoint).scheme == "https"
        point = _bytes(p256dh)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        return secure and len(point) == 65 and len(_bytes(auth)) == 16
    except (Refused, ValueError, binascii.Error):
        return False


def _bytes(words: str) -> bytes:
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))
