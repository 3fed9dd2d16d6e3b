"""What each person chose of how they are told: by mail, in a digest, by push, and between which hours."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import AnyRow, rows
from forum.inbox.channel_tables import InboxChoice, KindChoice, PushSubscription, SentMail
from forum.inbox.kinds import ALWAYS, CHOOSABLE, DEFAULT, PUSHED, Group, Mail

#: When digests leave, in the time zone of their reader; weekly ones on Mondays.
DIGEST_HOUR = 7
#: The parts of the world in the names of time zones; other names are abbreviations and old spellings.
_AREAS = frozenset(
    (
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
)

_CHOICES = select(
    InboxChoice.account_id,
    InboxChoice.digest,
    InboxChoice.digest_at,
    InboxChoice.digested_at,
    InboxChoice.time_zone,
    InboxChoice.quiet_from,
    InboxChoice.quiet_to,
    InboxChoice.own_threads,
    InboxChoice.paused_at,
).where(InboxChoice.account_id.in_(bindparam("ids", expanding=True)))
_KINDS = select(KindChoice.account_id, KindChoice.kind, KindChoice.mail, KindChoice.push).where(
    KindChoice.account_id.in_(bindparam("ids", expanding=True))
)


class Digest(StrEnum):
    """How often a person gets a digest."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"


class Chosen(NamedTuple):
    """A person's choices, with the defaults for what they did not choose.

    `quiet_from` and `quiet_to` are hours (0 to 23) in `time_zone`, both None when mail may leave at any hour;
    `own_threads` is a level of following, or "none". `mails` has every group.
    """

    digest: Digest
    digest_at: datetime | None
    digested_at: datetime | None
    time_zone: str
    quiet_from: int | None
    quiet_to: int | None
    own_threads: str
    paused_at: datetime | None
    mails: Mapping[Group, Mail]
    pushes: Collection[Group]


class Wish(NamedTuple):
    """What a person chooses; groups that are not in `mails` keep their default."""

    digest: Digest
    time_zone: str
    quiet_from: int | None
    quiet_to: int | None
    own_threads: str
    mails: Mapping[Group, Mail]
    pushes: Collection[Group]


DEFAULTS = Chosen(Digest.NONE, None, None, "UTC", None, None, "follow", None, DEFAULT, PUSHED)


def of(db: Session, account_id: int) -> Chosen:
    """What this person chose."""
    return of_many(db, [account_id])[account_id]


def of_many(db: Session, account_ids: Iterable[int]) -> Mapping[int, Chosen]:
    """What each of these people chose: two queries, however many they are."""
    ids = tuple(account_ids)
    mails: dict[int, dict[Group, Mail]] = {}
    pushes: dict[int, set[Group]] = {}
    for account_id, kind, mail, push in rows(db, _KINDS, ids=ids):
        if kind in CHOOSABLE:
            group = Group(kind)
            mails.setdefault(account_id, dict(DEFAULT))[group] = Mail(mail)
            mine = pushes.setdefault(account_id, set(PUSHED))
            (mine.add if push else mine.discard)(group)
    kept = {found.account_id: _kept(found) for found in rows(db, _CHOICES, ids=ids)}
    return {
        one: kept.get(one, DEFAULTS)._replace(
            mails=mails.get(one, DEFAULT), pushes=frozenset(pushes.get(one, PUSHED))
        )
        for one in ids
    }


def keep(db: Session, account_id: int, wish: Wish) -> None:
    """The person is told like this from now on, and the next digest is due accordingly."""
    before = of(db, account_id)
    row = db.get(InboxChoice, account_id) or InboxChoice(account_id=account_id)
    row.digest, row.time_zone, row.own_threads = wish.digest, wish.time_zone, wish.own_threads
    row.quiet_from, row.quiet_to = wish.quiet_from, wish.quiet_to
    if wish.digest is not Digest.NONE and before.digest is Digest.NONE:
        # The first one does not tell of all the time without digests.
        row.digested_at = None
    # One may be due without a choice: when there was too much for one day.
    if (wish.digest, before.digest) != (Digest.NONE, Digest.NONE):
        row.digest_at = next_digest(now(), wish.digest, wish.time_zone)
    db.add(row)
    db.execute(delete(KindChoice).where(KindChoice.account_id == account_id))
    mails = {**DEFAULT, **wish.mails}
    chosen = [
        {"account_id": account_id, "kind": group, "mail": mails[group], "push": group in wish.pushes}
        for group in CHOOSABLE
    ]
    db.execute(insert(KindChoice), chosen)


def resume(db: Session, account_id: int) -> None:
    """Mail is sent to the person's address again, and its refusals are forgotten."""
    row = db.get(InboxChoice, account_id)
    if row is not None:
        row.paused_at, row.bounced_at, row.bounces = None, None, 0


def forget(db: Session, account_id: int) -> None:
    """Nothing is known of how the person wanted to be told, in which browsers, and what was mailed."""
    for table in (InboxChoice, KindChoice, PushSubscription, SentMail):
        db.execute(delete(table).where(table.account_id == account_id))


def next_digest(after: datetime, digest: str, time_zone: str) -> datetime | None:
    """When the first digest after that moment is due, in UTC; None without digests."""
    if digest == Digest.NONE:
        return None
    place = zone(time_zone)
    today = after.astimezone(place).date()
    # In eight days there is a Monday after every moment.
    for days in range(9):
        on = today + timedelta(days=days)
        due = datetime.combine(on, time(DIGEST_HOUR), place).astimezone(UTC)
        if due > after and (digest == Digest.DAILY or on.weekday() == 0):
            return due
    raise AssertionError("every week has a Monday")


def zone(name: str) -> ZoneInfo:
    """The time zone of that name; UTC if there is none, because names go out of use."""
    return ZoneInfo(name if name in time_zones() else "UTC")


@cache
def time_zones() -> tuple[str, ...]:
    """The names of the time zones to choose from, UTC first."""
    return "UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in _AREAS)


def is_mailed_at_once(chosen: Chosen, group: Group) -> bool:
    """Whether a message of the group leaves by mail without waiting for a digest."""
    return group in ALWAYS or chosen.mails[group] is Mail.ONCE


def _kept(found: AnyRow) -> Chosen:
    return DEFAULTS._replace(
        digest=Digest(found.digest),
        digest_at=found.digest_at,
        digested_at=found.digested_at,
        time_zone=found.time_zone,
        quiet_from=found.quiet_from,
        quiet_to=found.quiet_to,
        own_threads=found.own_threads,
        paused_at=found.paused_at,
    )
