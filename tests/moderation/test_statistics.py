"""The figures about moderation: what waits, how long it took, what lasted, and who did it."""

import math
import re
from datetime import timedelta
from typing import Any

from conftest import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import make_account, make_thread
from moderation.acts import answer, decide, flag, moderator
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from forum.actions import posting
from forum.clock import now
from forum.discussion.tables import Post
from forum.moderation import log, statistics, times
from forum.moderation.screening_tables import ScreeningResult
from forum.moderation.statistics import Automation, Load, Screened, Week
from forum.moderation.tables import Appeal, AppealState, Decision, ReviewItem
from forum.moderation.times import Times

LARGE = ("account", "appeal", "decision", "flag", "log_entry", "post", "review_item", "screening_result")


def week() -> statistics.Period:
    return statistics.last_weeks(1)


def held(db: Session) -> Post:
    newcomer = make_account(db, shown_posts=0)
    return posting.answer(db, newcomer, make_thread(db).id, "First words.", key="", held_posts=2)


def test_weeks_begin_on_monday_and_hold_the_present_day(frozen: Clock) -> None:
    period = statistics.last_weeks(13)
    assert (period.begin.weekday(), period.begin.hour) == (0, 0)
    assert period.end - period.begin == timedelta(weeks=13)
    assert period.end - timedelta(weeks=1) <= now() < period.end


def test_what_waits_by_kind_and_age(db: Session, frozen: Clock) -> None:
    flag(db, answer(db))
    oldest = now()
    frozen.forward(days=2)
    flag(db, answer(db))
    held(db)
    flagged, waiting = statistics.waiting(db)
    assert (flagged.kind, flagged.items, flagged.oldest) == ("flagged", 2, oldest)
    assert flagged.younger_than == (1, 2, 2)
    assert (waiting.kind, waiting.items, waiting.younger_than) == ("held", 1, (1, 1, 1))
    decide(db, moderator(db), db.query(Post).order_by(Post.id.desc()).first(), "publish")
    assert [each.kind for each in statistics.waiting(db)] == ["flagged"]


def test_each_week_has_its_own(db: Session, frozen: Clock) -> None:
    judge = moderator(db)
    post = answer(db)
    flag(db, post)
    frozen.forward(weeks=2)
    decide(db, judge, post, "keep")
    log.write_act(db, "auto-hold", None, post_id=post.id)
    db.flush()
    period = statistics.last_weeks(4)
    begins = [period.begin + timedelta(weeks=number) for number in range(4)]
    assert statistics.weekly(db, period) == [
        Week(begins[0], 0, 0, 0),
        Week(begins[1], 1, 0, 0),
        Week(begins[2], 0, 0, 0),
        Week(begins[3], 0, 1, 1),
    ]


# --- times -------------------------------------------------------------------------------------------------


def test_how_long_it_took_by_reason(db: Session, frozen: Clock) -> None:
    judge = moderator(db)
    for minutes, reason in ((10, "rude"), (20, "rude"), (90, "rude"), (5, "off-topic")):
        post = answer(db)
        flag(db, post, reason=reason)
        frozen.forward(minutes=minutes)
        decide(db, judge, post, "keep")
    waiting = held(db)
    frozen.forward(hours=3)
    decide(db, judge, waiting, "publish")
    found = times.by_reason(db, *week().has(Decision.at))
    assert found == {
        "held": Times(1, 3 * 3600, 3 * 3600),
        "off-topic": Times(1, 300, 300),
        "rude": Times(3, 1200, 5400),
    }
    assert times.overall(db, *week().has(Decision.at)) == Times(5, 1200, 3 * 3600)
    assert times.overall(db, *statistics.Period(now() + timedelta(1), now()).has(Decision.at)) is None


def test_a_second_thought_takes_no_time_and_a_reopened_item_counts_anew(db: Session, frozen: Clock) -> None:
    judge, post = moderator(db), answer(db)
    flag(db, post)
    frozen.forward(minutes=10)
    first = decide(db, judge, post, "hide")
    frozen.forward(days=1)
    second = decide(db, judge, post, "restore")
    frozen.forward(days=1)
    flag(db, post, reason="off-topic")
    frozen.forward(minutes=2)
    third = decide(db, judge, post, "keep")
    assert [each.waited_seconds for each in (first, second, third)] == [600, None, 120]
    assert times.by_reason(db) == {"rude": Times(1, 600, 600), "off-topic": Times(1, 120, 120)}


def test_an_item_flagged_for_two_reasons_counts_under_both_and_once_in_all(db: Session) -> None:
    post = answer(db)
    for reason in ("rude", "rude", "off-topic"):
        flag(db, post, reason=reason)
    decide(db, moderator(db), post, "keep")
    assert times.by_reason(db) == {"rude": Times(1, 0, 0), "off-topic": Times(1, 0, 0)}
    assert times.overall(db) == Times(1, 0, 0)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_percentiles_are_nearest_ranks(db: Session, waits: list[int]) -> None:
    db.execute(delete(Decision))
    item = db.scalars(select(ReviewItem)).first() or flag(db, answer(db))
    db.add_all(
        Decision(item_id=item.id, verdict="keep", from_state="", to_state="", at=now(), waited_seconds=wait)
        for wait in waits
    )
    db.flush()
    ordered = sorted(waits)
    expected = (ordered[math.ceil(len(waits) * share) - 1] for share in (0.5, 0.9))
    assert times.overall(db) == Times(len(waits), *expected)


# --- outcomes ----------------------------------------------------------------------------------------------


def test_what_lasted(db: Session) -> None:
    judge, posts = moderator(db), [answer(db) for _ in range(4)]
    made = []
    for post, verdict in zip(posts, ("hide", "hide", "keep", "hide"), strict=True):
        flag(db, post)
        made.append(decide(db, judge, post, verdict))
    flag(db, answer(db))
    decide(db, judge, posts[0], "restore")
    for decision, state in zip(made[1:], (AppealState.GRANTED, AppealState.REFUSED), strict=False):
        appeal = Appeal(decision_id=decision.id, account_id=judge.id, words="No.", created_at=now())
        appeal.state = state
        db.add(appeal)
    db.flush()
    found = statistics.outcomes(db, week())
    assert (found.decisions, found.reversed, found.overturned) == (4, 2, 1)
    assert (found.flags_upheld, found.flags_declined, found.flags_open) == (2, 2, 1)
    assert (found.appeals_granted, found.appeals_refused, found.appeals_open) == (1, 1, 0)


def test_nothing_is_counted_outside_the_period(db: Session, frozen: Clock) -> None:
    post = answer(db)
    flag(db, post)
    decide(db, moderator(db), post, "keep")
    log.write_act(db, "auto-hold", None)
    frozen.forward(weeks=2)
    db.flush()
    assert set(statistics.outcomes(db, week())) == {0}
    assert list(statistics.load(db, week())) == list(statistics.automation(db, week())) == []
    assert set(statistics.screened(db, week())) == {0}


def test_the_load_of_each_moderator(db: Session) -> None:
    halina, tomas = moderator(db, "Halina"), moderator(db, "Tomas")
    for judge in (tomas, halina, halina):
        post = answer(db)
        flag(db, post)
        decide(db, judge, post, "hide")
    decide(db, halina, post, "restore")
    assert statistics.load(db, week()) == [Load("Halina", 3, 1), Load("Tomas", 1, 0)]


def test_the_share_of_what_the_forum_did_by_itself(db: Session) -> None:
    post = answer(db)
    flag(db, post)
    decide(db, moderator(db), post, "hide")
    for _ in range(2):
        log.write_act(db, "auto-hold", None, post_id=post.id)
    db.flush()
    assert statistics.automation(db, week()) == [Automation("auto-hold", 0, 2), Automation("hide", 1, 0)]


def test_what_was_held_in_vain(db: Session) -> None:
    post, other = held(db), held(db)
    db.add(ScreeningResult(account_id=post.author_id, outcome="refuse", findings=[], at=now()))
    db.flush()
    assert statistics.screened(db, week()) == Screened(1, 2, 0)
    decide(db, moderator(db), post, "publish")
    decide(db, moderator(db), other, "hide")
    assert statistics.screened(db, week()) == Screened(1, 2, 1)


def test_figures_are_read_along_an_index(db: Session) -> None:
    """No figure reads a whole table that grows."""
    if db.get_bind().dialect.name != "sqlite":
        return
    for what in ("waiting", "weekly", "outcomes", "load", "automation", "screened", "took"):
        asked = _plans(db, what)
        assert asked
        assert not [step for step in asked if re.match(rf"SCAN ({'|'.join(LARGE)})(_\d+)?\b", step)], asked


def _plans(db: Session, what: str) -> list[str]:
    connection = db.connection()
    found: list[tuple[str, Any]] = []

    def note(_connection: object, cursor: object, statement: str, values: Any, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append((statement, values))

    event.listen(connection.engine, "before_cursor_execute", note)
    call = {
        "waiting": lambda: statistics.waiting(db),
    }
    call.get(what, lambda: getattr(statistics, what)(db, week()))()
    event.remove(connection.engine, "before_cursor_execute", note)
    plans = (connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values) for sql, values in found)
    return [step.detail for plan in plans for step in plan]
