"""When a mail about a message leaves.

Each message that should be mailed by itself has a job, `mail.deliver`, that is put in the transaction that
tells it: the table of jobs survives everything, and needs no second list of what is to be sent. What people
have to know (decisions, their own account) has no wait. Everything else waits an hour, and leaves only if it
is still unread then; whoever chose a digest for such messages, or no mail, has no job at all. What else may
keep a mail back is asked when the job comes: see mail.py.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from forum import jobs
from forum.inbox import channels
from forum.inbox.channels import Chosen
from forum.inbox.kinds import ALWAYS, Group, group_of

#: So long a message waits to be read before a mail is written.
UNREAD = timedelta(hours=1)
#: So long its author can take a new post back as if it had never been; who is told by mail or push of it is
#: told after that.
UNDO = timedelta(minutes=1)
DELIVER = "mail.deliver"


def put(db: Session, kind: str, told: Mapping[int, int], delay: timedelta = timedelta(0)) -> None:
    """Mails of these messages leave when they should, at the earliest after `delay`.

    `told` has the account of each message, by the message's id: accounts with an address that is read. Two
    queries and one insert, however many they are.
    """
    group = group_of(kind)
    chosen = {} if group in ALWAYS else channels.of_many(db, told.values())
    wanted = [
        {"message_id": message_id}
        for message_id, account_id in told.items()
        if group in ALWAYS or channels.is_mailed_at_once(chosen[account_id], group)
    ]
    jobs.put_many(db, DELIVER, wanted, delay=max(delay, wait(group)))


def wait(group: Group) -> timedelta:
    """How long after its message a mail of this group leaves."""
    return timedelta(0) if group in ALWAYS else UNREAD


def quiet_until(chosen: Chosen, moment: datetime) -> datetime | None:
    """When the quiet hours end in which the moment lies, in UTC; None if it lies in none.

    They go by the clocks of the person's time zone, also in the nights when those are changed.
    """
    if not _is_quiet(chosen, moment):
        return None
    place = channels.zone(chosen.time_zone)
    today = moment.astimezone(place).date()
    # The hour at which they end may be left out by a change of the clocks: then they end a day later.
    for days in range(4):
        end = datetime.combine(today + timedelta(days=days), time(chosen.quiet_to or 0), place)
        if (utc := end.astimezone(UTC)) > moment and not _is_quiet(chosen, utc):
            return utc
    raise AssertionError("clocks are changed once in four days at most")


def _is_quiet(chosen: Chosen, moment: datetime) -> bool:
    first, last = chosen.quiet_from, chosen.quiet_to
    if first is None or last is None:
        return False
    hour = moment.astimezone(channels.zone(chosen.time_zone)).hour
    return first <= hour < last if first <= last else hour >= first or hour < last
