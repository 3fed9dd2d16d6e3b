"""What stands above what: votes count, later ones for more, and nothing sits at the top for ever."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given
from hypothesis import settings as sets
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy.orm import Session

from forum import freshness
from forum.actions import ageing, voting
from forum.clock import now
from forum.config import settings
from forum.db import Database
from forum.discussion import best, ranking
from forum.discussion.best import Span
from forum.discussion.tables import Thread

BEGUN = datetime(2024, 5, 1, tzinfo=UTC)
scores = st.integers(-500, 5000)
moments = st.integers(-6000, 2000).map(lambda days: BEGUN + timedelta(days=days))


@sets(max_examples=60)
@given(scores, scores, moments, moments)
def test_more_votes_or_a_later_birth_never_rank_lower(one: int, two: int, early, late) -> None:
    (less, more), (early, late) = sorted((one, two)), sorted((early, late))
    assert ranking.hot(less, early) <= ranking.hot(more, early)
    assert ranking.hot(more, early) <= ranking.hot(more, late)


def test_ten_times_the_votes_outweigh_two_years() -> None:
    later = BEGUN + ranking.TENFOLD
    assert ranking.hot(99, BEGUN) == pytest.approx(ranking.hot(9, later))
    assert ranking.hot(1, BEGUN) > ranking.hot(0, BEGUN) > ranking.hot(-1, BEGUN)


@pytest.mark.parametrize(
    ("days", "number"), [(0, 0), (6.9, 0), (7, 1), (29.9, 1), (30, 2), (364.9, 2), (365, 3), (9999, 3)]
)
def test_classes_of_age(days: float, number: int) -> None:
    assert ranking.age(BEGUN, BEGUN + timedelta(days=days)) == number


def ids(db: Session, span: Span) -> list[int]:
    return [thread.id for thread in best.best(db, span, None, 9).items]


def voted(db: Session, votes: int, **more: str) -> int:
    thread = make_thread(db, **more)
    for _ in range(abs(votes)):
        voting.vote(db, make_account(db), opening(db, thread).id, 1 if votes > 0 else -1)
    return thread.id


def test_the_best_of_each_span(db: Session, frozen) -> None:
    ancient = voted(db, 3)
    frozen.forward(days=400)
    old = voted(db, 2)
    frozen.forward(days=100)
    recent = voted(db, 1)
    frozen.forward(days=20)
    two = [voted(db, 0), voted(db, 1)]
    answered = make_thread(db)
    make_answer(db, answered)
    worst = voted(db, -1)
    week = [two[1], answered.id, two[0], worst]
    # No job has moved anything on yet: a list looks at the date as well.
    assert ids(db, Span.WEEK) == week
    assert ids(db, Span.MONTH) == [two[1], recent, *week[1:]]
    assert ids(db, Span.YEAR)[0] == old
    assert ancient not in ids(db, Span.YEAR)
    before = {span: ids(db, span) for span in Span}
    while ranking.grow_older(db, 2):
        pass
    db.expire_all()
    assert [db.get_one(Thread, each).age for each in (ancient, old, recent, two[0])] == [3, 2, 1, 0]
    assert {span: ids(db, span) for span in Span} == before
    assert set(ids(db, Span.EVER)) == {ancient, old, recent, *week}


def test_an_old_favourite_gives_way(db: Session, frozen) -> None:
    favourite = voted(db, 4)
    assert ids(db, Span.EVER) == [favourite]
    frozen.forward(days=200)
    newcomer = voted(db, 1)
    assert ids(db, Span.EVER) == [favourite, newcomer]
    frozen.forward(days=365 * 4)
    newcomer = voted(db, 1)
    assert ids(db, Span.EVER)[0] == newcomer


@pytest.mark.parametrize("span", Span)
def test_pages_of_the_best_have_no_gap_and_no_repeat(db: Session, frozen, span: Span) -> None:
    wanted = set()
    for number in range(9):
        wanted.add(voted(db, number % 3, title=f"A question of many, number {number}"))
        frozen.forward(days=2.5)
    ranking.grow_older(db, 3)
    seen: list[int] = []
    after: str | None = None
    while True:
        page = best.best(db, span, after, 2)
        seen += [thread.id for thread in page.items]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) and seen == ids(db, span)
    begun = {each for each in wanted if now() - db.get_one(Thread, each).created_at <= timedelta(days=7)}
    assert set(seen) == (begun if span == Span.WEEK else wanted)


def test_the_job_moves_threads_on_and_kept_lists_are_made_anew(database: Database, frozen) -> None:
    with database.writing() as db:
        thread = make_thread(db).id
    before = _generation(database)
    ageing.grow_older(database, settings())
    assert _generation(database) == before
    frozen.forward(days=400)
    ageing.grow_older(database, settings())
    with database.reading() as db:
        assert db.get_one(Thread, thread).age == 3
    assert _generation(database) > before


def _generation(database: Database) -> int:
    with database.reading() as db:
        return freshness.read(db, ["threads"])["threads"]
