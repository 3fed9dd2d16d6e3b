"""What people chose of how they are told, and when the next digest is due."""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import START, Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import make_account
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from forum.actions import closing
from forum.inbox import channels
from forum.inbox.channel_tables import InboxChoice, KindChoice, PushSubscription, SentMail
from forum.inbox.channels import Digest, Wish
from forum.inbox.kinds import DEFAULT, PUSHED, Group, Mail

WISH = Wish(
    Digest.WEEKLY,
    "Europe/Paris",
    22,
    7,
    "watch",
    {Group.COMMENTS: Mail.NONE, Group.ANSWERS: Mail.DIGEST},
    {Group.ANSWERS},
)


def test_who_chose_nothing_has_the_defaults(db: Session) -> None:
    chosen = channels.of(db, make_account(db).id)
    assert chosen == channels.DEFAULTS
    assert (chosen.digest, chosen.time_zone, chosen.mails, chosen.pushes) == (
        Digest.NONE,
        "UTC",
        DEFAULT,
        PUSHED,
    )


def test_what_was_chosen_is_kept_and_can_be_chosen_again(db: Session) -> None:
    ann, bob = make_account(db), make_account(db)
    for wish in (WISH._replace(digest=Digest.DAILY, mails={}), WISH):
        channels.keep(db, ann.id, wish)
    db.flush()
    found = channels.of_many(db, [ann.id, bob.id])
    chosen = found[ann.id]
    assert chosen[0] == Digest.WEEKLY
    assert chosen[3:7] == ("Europe/Paris", 22, 7, "watch")
    assert chosen.mails == {**DEFAULT, Group.COMMENTS: Mail.NONE, Group.ANSWERS: Mail.DIGEST}
    assert chosen.pushes == {Group.ANSWERS}
    assert found[bob.id] == channels.DEFAULTS


def test_two_queries_for_any_number_of_people(db: Session) -> None:
    ids = [make_account(db).id for _ in range(5)]
    statements: list[str] = []
    event.listen(db.connection(), "before_cursor_execute", lambda *args: statements.append(args[2]))
    channels.of_many(db, ids)
    assert len(statements) == 2


def test_a_digest_that_is_due_without_a_choice_stays_due(db: Session) -> None:
    """There was too much for one day: see digest_days.wanted."""
    ann = make_account(db)
    db.add(InboxChoice(account_id=ann.id, digest_at=START))
    channels.keep(db, ann.id, WISH._replace(digest=Digest.NONE))
    assert db.get_one(InboxChoice, ann.id).digest_at == START
    channels.keep(db, ann.id, WISH)
    assert db.get_one(InboxChoice, ann.id).digest_at == datetime(2026, 11, 2, 6, tzinfo=UTC)


def test_digests_that_begin_again_do_not_tell_of_the_time_without(db: Session) -> None:
    ann = make_account(db)
    channels.keep(db, ann.id, WISH)
    db.get_one(InboxChoice, ann.id).digested_at = START
    channels.keep(db, ann.id, WISH._replace(digest=Digest.DAILY))
    assert db.get_one(InboxChoice, ann.id).digested_at == START
    channels.keep(db, ann.id, WISH._replace(digest=Digest.NONE))
    assert db.get_one(InboxChoice, ann.id).digest_at is None
    channels.keep(db, ann.id, WISH)
    assert db.get_one(InboxChoice, ann.id).digested_at is None


def test_a_paused_address_is_tried_again(db: Session, frozen: Clock) -> None:
    ann = make_account(db)
    db.add(InboxChoice(account_id=ann.id, bounces=4, bounced_at=frozen(), paused_at=frozen()))
    channels.resume(db, ann.id)
    row = db.get_one(InboxChoice, ann.id)
    assert (row.bounces, row.bounced_at, row.paused_at) == (0, None, None)
    channels.resume(db, make_account(db).id)


def test_of_an_account_that_is_closed_nothing_is_kept(db: Session, frozen: Clock) -> None:
    ann, bob = make_account(db), make_account(db)
    for who in (ann, bob):
        channels.keep(db, who.id, WISH)
        keys = {"endpoint": f"https://push.test/{who.id}", "p256dh": "", "auth": "", "created_at": frozen()}
        db.add(PushSubscription(account_id=who.id, **keys))
        db.add(SentMail(account_id=who.id, key=f"message-{who.id}", kind="answer", handed_at=frozen()))
    db.flush()
    closing.close(db, ann, ann.name, withdraw=False, device="Firefox")
    for table in (InboxChoice, KindChoice, PushSubscription, SentMail):
        assert set(db.scalars(select(table.account_id))) == {bob.id}


@pytest.mark.parametrize(
    ("after", "digest", "place", "due"),
    [
        # A Sunday at noon in UTC; in Kiritimati (UTC+14) it is two in the night of Monday.
        ("2026-11-01T12:00", Digest.DAILY, "UTC", "2026-11-02T07:00"),
        ("2026-11-01T12:00", Digest.WEEKLY, "UTC", "2026-11-02T07:00"),
        ("2026-11-01T12:00", Digest.WEEKLY, "Pacific/Kiritimati", "2026-11-01T17:00"),
        ("2026-11-02T07:00", Digest.WEEKLY, "UTC", "2026-11-09T07:00"),
        ("2026-11-02T06:59", Digest.DAILY, "Europe/Paris", "2026-11-03T06:00"),
        # The clocks go back on 25 October.
        ("2026-10-24T12:00", Digest.DAILY, "Europe/Paris", "2026-10-25T06:00"),
        ("2026-10-23T12:00", Digest.DAILY, "Europe/Paris", "2026-10-24T05:00"),
        ("2026-11-01T12:00", Digest.DAILY, "Nowhere/Gone", "2026-11-02T07:00"),
    ],
)
def test_digests_leave_at_seven_where_their_reader_is(
    after: str, digest: Digest, place: str, due: str
) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert channels.next_digest(moment, digest, place) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_without_digests_none_is_due() -> None:
    assert channels.next_digest(START, Digest.NONE, "UTC") is None


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2000 * 525_960, 2040 * 525_960).map(
        lambda minutes: START + timedelta(minutes=minutes - 2026 * 525_960)
    ),
    st.sampled_from([Digest.DAILY, Digest.WEEKLY]),
    st.sampled_from(channels.time_zones()),
)
def test_the_next_digest_is_always_ahead_and_none_is_left_out(
    after: datetime, digest: Digest, place: str
) -> None:
    due = channels.next_digest(after, digest, place)
    # A day has 25 hours when clocks go back; an island that changes sides of the date line leaves one out.
    most = timedelta(days=1 if digest == Digest.DAILY else 7, hours=25)
    assert due is not None
    assert after < due <= after + most
    there = due.astimezone(channels.zone(place))
    assert (there.hour, there.minute) == (7, 0)
    assert digest == Digest.DAILY or there.weekday() == 0
