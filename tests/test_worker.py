"""The worker does jobs that were committed, again if they failed, and goes on whatever happens."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from conftest import START, Clock
from sqlalchemy import select, text

from forum import jobs, schema, worker
from forum.config import Settings
from forum.db import Database
from forum.errors import NotReady


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings(database_url=database.url.render_as_string(hide_password=False))


def put(database: Database, name: str, **payload: Any) -> None:
    with database.writing() as db:
        jobs.put(db, name, **payload)


def waiting(database: Database) -> list[tuple[str, int, bool, str]]:
    with database.reading() as db:
        found = db.scalars(select(jobs.Job).order_by(jobs.Job.id))
        return [(job.name, job.attempts, job.buried, job.last_error) for job in found]


def test_jobs_are_done_in_their_order_and_crossed_off(database: Database, settings: Settings) -> None:
    seen: list[int] = []
    work = {"note": lambda _database, _settings, number: seen.append(number)}
    for number in range(3):
        put(database, "note", number=number)
    assert worker.work_off(database, settings, work) == 3
    assert seen == [0, 1, 2]
    assert waiting(database) == []


def test_a_job_holds_no_lock_while_it_works(database: Database, settings: Settings) -> None:
    def busy(database: Database, _settings: Settings) -> None:
        put(database, "later")

    put(database, "busy")
    worker.step(database, settings, {"busy": busy})
    assert [name for name, *_ in waiting(database)] == ["later"]


def test_a_job_that_fails_is_tried_again_and_buried(
    database: Database, settings: Settings, frozen: Clock
) -> None:
    def fail(_database: Database, _settings: Settings) -> None:
        raise ZeroDivisionError("no")

    put(database, "fail")
    for attempt in range(1, jobs.ATTEMPTS + 1):
        assert worker.work_off(database, settings, {"fail": fail}) == 1
        assert waiting(database) == [("fail", attempt, attempt == jobs.ATTEMPTS, "ZeroDivisionError: no")]
        frozen.forward(hours=1)
    assert worker.work_off(database, settings, {"fail": fail}) == 0


def test_a_service_that_is_away_only_postpones(database: Database, settings: Settings, frozen: Clock) -> None:
    away = iter([True, False])

    def ask(_database: Database, _settings: Settings) -> None:
        if next(away):
            raise jobs.Later("closed for lunch")

    put(database, "ask")
    worker.work_off(database, settings, {"ask": ask})
    assert waiting(database) == [("ask", 1, False, "closed for lunch")]
    frozen.forward(seconds=31)
    assert worker.work_off(database, settings, {"ask": ask}) == 1
    assert waiting(database) == []


def test_a_service_may_be_away_for_long(database: Database, settings: Settings, frozen: Clock) -> None:
    def ask(_database: Database, _settings: Settings) -> None:
        raise jobs.Later("closed for the season")

    put(database, "ask")
    for _ in range(3 * jobs.ATTEMPTS):
        assert worker.work_off(database, settings, {"ask": ask}) == 1
        frozen.forward(hours=1)
    assert waiting(database) == [("ask", jobs.ATTEMPTS - 1, False, "closed for the season")]


def test_a_job_that_ends_the_worker_is_buried(database: Database, settings: Settings, frozen: Clock) -> None:
    put(database, "crash")
    for _ in range(jobs.ATTEMPTS):
        with database.writing() as db:
            assert jobs.claim(db) is not None
        frozen.forward(minutes=6)
    assert worker.work_off(database, settings, {}) == 0
    assert waiting(database) == [("crash", jobs.ATTEMPTS, True, "the last run never came to an end")]


def test_an_unknown_job_does_not_stop_the_others(database: Database, settings: Settings) -> None:
    done: list[str] = []
    put(database, "from.the.future", x=1)
    put(database, "note")
    worker.work_off(database, settings, {"note": lambda _database, _settings: done.append("note")})
    assert done == ["note"]
    assert waiting(database)[0][:3] == ("from.the.future", 1, False)


def test_a_job_that_died_is_taken_up_again(database: Database, settings: Settings, frozen: Clock) -> None:
    put(database, "note")
    with database.writing() as db:
        assert jobs.claim(db) is not None
    done: list[str] = []
    work = {"note": lambda _database, _settings: done.append("note")}
    assert worker.work_off(database, settings, work) == 0
    frozen.forward(minutes=5, seconds=1)
    assert worker.work_off(database, settings, work) == 1


def test_the_loop_survives_a_database_without_tables(database: Database, settings: Settings) -> None:
    done = threading.Event()
    stop = threading.Event()
    with database.writing() as db:
        db.execute(text("ALTER TABLE job RENAME TO hidden"))
    work = {"note": lambda _database, _settings: done.set()}
    thread = threading.Thread(target=worker.loop, args=(database, settings, stop, work, {}))
    thread.start()
    assert not done.wait(0.4)
    with database.writing() as db:
        db.execute(text("ALTER TABLE hidden RENAME TO job"))
    put(database, "note")
    assert done.wait(5)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


TIMETABLE = {"tick": timedelta(hours=1)}


def ticks(database: Database) -> list[tuple[str | None, datetime, bool]]:
    with database.reading() as db:
        wanted = select(jobs.Job).where(jobs.Job.name == "tick").order_by(jobs.Job.id)
        return [(job.key, job.run_at, job.buried) for job in db.scalars(wanted)]


def test_the_timetable_is_kept_by_however_many_workers(
    database: Database, settings: Settings, frozen: Clock
) -> None:
    done: list[datetime] = []
    work: dict[str, worker.Work] = {"tick": lambda _database, _settings: done.append(frozen.moment)}
    for _ in range(3):
        worker.keep_timetable(database, TIMETABLE)
    soon = START + worker.SOON
    assert ticks(database) == [("tick", soon, False)]
    assert not worker.step(database, settings, work, TIMETABLE)
    for _ in range(4 * 60):
        frozen.forward(minutes=1)
        # A worker that starts anew sees that it was done lately.
        worker.keep_timetable(database, TIMETABLE)
        worker.step(database, settings, work, TIMETABLE)
    assert done == [soon + timedelta(hours=hours) for hours in range(4)]
    assert len(ticks(database)) == 1


def test_a_job_of_the_timetable_that_is_being_done_is_not_put_twice(
    database: Database, settings: Settings, frozen: Clock
) -> None:
    def tick(database: Database, _settings: Settings) -> None:
        worker.keep_timetable(database, TIMETABLE)
        assert len(ticks(database)) == 1

    worker.keep_timetable(database, TIMETABLE)
    frozen.forward(minutes=1)
    assert worker.step(database, settings, {"tick": tick}, TIMETABLE)
    assert ticks(database) == [("tick", frozen.moment + timedelta(hours=1), False)]


def test_a_job_may_ask_for_another_run_before_its_time(
    database: Database, settings: Settings, frozen: Clock
) -> None:
    def tick(database: Database, _settings: Settings) -> None:
        with database.writing() as db:
            jobs.put(db, "tick", delay=timedelta(minutes=2), key="tick")

    worker.keep_timetable(database, TIMETABLE)
    frozen.forward(minutes=1)
    assert worker.step(database, settings, {"tick": tick}, TIMETABLE)
    assert ticks(database) == [("tick", frozen.moment + timedelta(minutes=2), False)]


def test_a_job_of_the_timetable_that_was_buried_is_tried_again_without_haste(
    database: Database, settings: Settings, frozen: Clock
) -> None:
    def tick(_database: Database, _settings: Settings) -> None:
        raise ZeroDivisionError

    worker.keep_timetable(database, TIMETABLE)
    frozen.forward(minutes=1)
    for _ in range(jobs.ATTEMPTS):
        worker.keep_timetable(database, TIMETABLE)
        assert worker.step(database, settings, {"tick": tick}, TIMETABLE)
        frozen.forward(hours=1)
    assert [buried for _, _, buried in ticks(database)] == [True]
    worker.keep_timetable(database, TIMETABLE)
    assert ticks(database)[1:] == [("tick", frozen.moment + timedelta(hours=1), False)]


def test_an_idle_worker_writes_nothing(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.keep_timetable(database, TIMETABLE)
    monkeypatch.setattr(Database, "writing", None)
    for _ in range(3):
        worker.keep_timetable(database, TIMETABLE)
        assert not worker.step(database, settings, {}, TIMETABLE)


def test_the_loop_looks_at_the_timetable_and_not_all_the_time(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    stop, rested = threading.Event(), threading.Event()
    monkeypatch.setattr(worker, "keep_timetable", lambda *_: looks.append(1))
    monkeypatch.setattr(stop, "wait", lambda _seconds: rested.set() if looks else None)
    thread = threading.Thread(target=worker.loop, args=(database, settings, stop, {}, TIMETABLE))
    thread.start()
    assert rested.wait(5)
    stop.set()
    thread.join(5)
    assert looks == [1]


def test_the_worker_refuses_another_schema(new_database: Callable[[str], Database]) -> None:
    database = new_database("sqlite")
    schema.migrate(database, "base")
    with pytest.raises(NotReady):
        worker.run(database, Settings(database_url=str(database.url)))
    database.close()


def test_every_job_has_its_function() -> None:
    assert set(worker.JOBS) >= {"references.resolve", "mail.deliver"}
    assert set(worker.JOBS) >= set(worker.TIMETABLE)
    assert all(callable(work) for work in worker.JOBS.values())
