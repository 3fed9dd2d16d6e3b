"""When a mail about a message leaves: by its kind, by what was chosen, and never in quiet hours."""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import Clock
from hypothesis import example, given, settings
from hypothesis import strategies as st
from makers import make_account, make_letter
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.inbox import channels, due, messages
from forum.inbox.channels import DEFAULTS, Chosen, Digest, Wish
from forum.inbox.due import quiet_until
from forum.inbox.kinds import ALWAYS, GROUPS, Group, Mail, group_of
from forum.jobs import Job


def _quiet(first: int | None, last: int | None, place: str = "UTC") -> Chosen:
    return DEFAULTS._replace(quiet_from=first, quiet_to=last, time_zone=place)


HOURS = st.integers(0, 23)
ZONES = st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
MOMENTS = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)
SPRING, AUTUMN = datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(HOURS, HOURS, ZONES, MOMENTS)
@example(22, 2, "Europe/Paris", SPRING)
@example(3, 2, "Europe/Paris", SPRING)
@example(22, 2, "Europe/Paris", AUTUMN)
@example(23, 7, "Europe/Paris", AUTUMN)
def test_nothing_leaves_in_quiet_hours_and_all_right_after(
    first: int, last: int, place: str, moment: datetime
) -> None:
    chosen = _quiet(first, last, place)
    end = quiet_until(chosen, moment)
    hour = moment.astimezone(channels.zone(place)).hour
    is_quiet = hour in {(first + n) % 24 for n in range((last - first) % 24)}
    assert (end is not None) == is_quiet
    if end is None:
        return
    assert moment < end <= moment + timedelta(hours=49)
    assert quiet_until(chosen, end) is None
    # Until then it is quiet all the time, and it is one and the same end.
    assert {quiet_until(chosen, moment + (end - moment) * part / 20) for part in range(20)} == {end}


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        (datetime(2026, 3, 28, 21, 30, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),
        (datetime(2026, 3, 28, 20, 30, tzinfo=UTC), None),
        (datetime(2026, 10, 24, 20, 30, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 5, 59, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 6, 0, tzinfo=UTC), None),
    ],
)
def test_a_night_in_which_the_clocks_change_ends_at_seven_all_the_same(
    moment: datetime, end: datetime | None
) -> None:
    assert quiet_until(_quiet(22, 7, "Europe/Paris"), moment) == end


@pytest.mark.parametrize("chosen", [_quiet(None, None), _quiet(5, 5), _quiet(22, None)])
def test_without_hours_it_is_never_quiet(chosen: Chosen) -> None:
    assert all(quiet_until(chosen, datetime(2026, 1, 1, hour, tzinfo=UTC)) is None for hour in range(24))


# --- the job of a message ------------------------------------------------------------------------------


def _wish(db: Session, actor: Actor, mails: dict[Group, Mail]) -> None:
    channels.keep(db, actor.id, Wish(Digest.NONE, "UTC", None, None, "follow", mails, ()))


def _waits(db: Session, actor: Actor, kind: str, delay: timedelta = timedelta(0)) -> timedelta | None:
    """How long after the message its job runs; None if there is none."""
    message = messages.send(db, actor.id, kind, make_letter(), "/p/1", delay=delay)
    jobs = [job for job in db.scalars(select(Job)) if job.payload == {"message_id": message.id}]
    return jobs[0].run_at - message.created_at if jobs else None


@pytest.mark.parametrize("kind", sorted(GROUPS))
def test_what_must_be_known_leaves_at_once_and_the_rest_after_an_hour(db: Session, kind: str) -> None:
    ann = make_account(db)
    _wish(db, ann, dict.fromkeys(Group, Mail.ONCE))
    wait = timedelta(0) if group_of(kind) in ALWAYS else timedelta(hours=1)
    assert _waits(db, ann, kind) == wait
    assert _waits(db, ann, kind, timedelta(minutes=90)) == timedelta(minutes=90)
    for other in (Mail.DIGEST, Mail.NONE):
        _wish(db, ann, dict.fromkeys(Group, other))
        assert _waits(db, ann, kind) == (wait if group_of(kind) in ALWAYS else None)


def test_many_are_put_at_once(db: Session, frozen: Clock) -> None:
    people = [make_account(db) for _ in range(4)]
    _wish(db, people[1], {Group.ANSWERS: Mail.NONE})
    due.put(db, "answer", {number: person.id for number, person in enumerate(people)})
    put = db.execute(select(Job.payload, Job.run_at, Job.name)).all()
    assert sorted(payload["message_id"] for payload, _, _ in put) == [0, 2, 3]
    assert {(name, run_at) for _, run_at, name in put} == {("mail.deliver", frozen() + timedelta(hours=1))}
