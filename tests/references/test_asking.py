"""Asking registries: what is kept and for how long, who waits for whom, and what is never believed."""

import gzip
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from conftest import Clock
from references.fake_services import FAULTS, FakeServices, Reply
from sqlalchemy import delete, func, select

from forum.config import Settings
from forum.db import Database
from forum.fetch import Answer, Known
from forum.references import pacing, remembering
from forum.references.asking import TRIES, ask, recalled
from forum.references.resolvers import Missing, Question, Unavailable
from forum.references.tables import ServiceAnswer

WORK = b'{"a": "work"}'


@pytest.fixture
def fake(services: FakeServices) -> FakeServices:
    services.forget()
    return services


@pytest.fixture
def settings(fake: FakeServices) -> Settings:
    """The paces are those of the registries."""
    return fake.settings(pace=1.0)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(settings: Settings, pauses: list[float], frozen: Clock) -> Iterator[Known]:
    """A client whose pauses take no time but that of the frozen clock."""

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        frozen.forward(seconds=seconds)

    with Known(settings, sleep=sleep) as client:
        yield client


@pytest.fixture
def put(
    blank: Database, settings: Settings, client: Known, fake: FakeServices
) -> Callable[..., bytes | Missing | Unavailable]:
    """Asks a service about a key."""

    def put(key: str = "one", service: str = "crossref", **options: Any) -> bytes | Missing | Unavailable:
        question = Question(service, key, f"{fake.base}/{service}/x", {"key": key})
        return ask(blank, settings, client, question, read, **options)

    return put


def read(answer: Answer) -> bytes | Missing | Unavailable:
    if answer.status == 404 or answer.body == b"no such record":
        return Missing()
    usable = answer.status == 200 and answer.body.endswith(b"}")
    return answer.body if usable else Unavailable(f"read {answer.status}")


def kept(blank: Database) -> int:
    with blank.reading() as db:
        return db.scalar(select(func.count()).select_from(ServiceAnswer)) or 0


# --- what is kept --------------------------------------------------------------------------------------


def test_a_record_is_asked_for_once_a_month(put: Any, fake: FakeServices, frozen: Clock) -> None:
    fake.next(Reply(200, WORK))
    assert put() == WORK
    frozen.forward(days=29.9)
    assert put() == WORK
    assert len(fake.asked) == 1
    frozen.forward(days=0.2)
    fake.next(Reply(200, b'{"a": "newer"}'))
    assert put() == b'{"a": "newer"}'
    assert put() == b'{"a": "newer"}'
    assert len(fake.asked) == 2


@pytest.mark.parametrize("no", [Reply(404, b"Resource not found."), Reply(200, b"no such record")])
def test_a_no_is_asked_for_again_after_a_day(put: Any, fake: FakeServices, frozen: Clock, no: Reply) -> None:
    fake.next(no)
    assert put() == Missing()
    frozen.forward(hours=23.9)
    assert put() == Missing()
    assert len(fake.asked) == 1
    frozen.forward(hours=0.2)
    fake.next(Reply(200, WORK))
    assert put() == WORK


def test_a_status_of_no_is_believed_for_a_day_whatever_is_read(
    blank: Database, settings: Settings, client: Known, fake: FakeServices, frozen: Clock
) -> None:
    question = Question("doi.org", "x", f"{fake.base}/doi.org/x")
    fake.next(Reply(410, b"gone"))
    assert ask(blank, settings, client, question, lambda answer: answer.status) == 410
    frozen.forward(days=2)
    assert recalled(blank, question, lambda answer: answer.status) is None


def test_some_answers_are_good_for_longer(put: Any, fake: FakeServices, frozen: Clock) -> None:
    fake.next(Reply(200, WORK))
    put(good_for=timedelta(days=365))
    frozen.forward(days=364)
    assert put() == WORK
    fake.next(Reply(404))
    put("two", good_for=timedelta(days=365))
    frozen.forward(days=2)
    fake.next(Reply(200, WORK))
    assert put("two") == WORK


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_answer_is_never_kept(
    put: Any, fake: FakeServices, blank: Database, frozen: Clock, fault: str
) -> None:
    fake.spoil("crossref", FAULTS[fault])
    assert isinstance(put(until=time.monotonic() + 0.25), Unavailable)
    assert kept(blank) == 0
    fake.mend("crossref")
    frozen.forward(seconds=61)
    fake.next(Reply(200, WORK))
    assert put() == WORK


def test_whoever_wants_it_fresh_asks_and_everybody_has_it(put: Any, fake: FakeServices) -> None:
    fake.next(Reply(200, WORK), Reply(200, b'{"a": "newer"}'), Reply(500), Reply(500), Reply(500))
    put()
    assert put(fresh=True) == b'{"a": "newer"}'
    assert put() == b'{"a": "newer"}'
    # Bad news does not make the news of before worse.
    assert isinstance(put(fresh=True), Unavailable)
    assert put() == b'{"a": "newer"}'


def test_an_answer_is_kept_as_it_came_and_small(
    blank: Database, settings: Settings, client: Known, fake: FakeServices
) -> None:
    body = b"<feed>" + b"x" * 100_000
    question = Question("arxiv", "1706.03762", f"{fake.base}/arxiv/x")
    fake.next(Reply(200, body, {"Content-Type": "application/atom+xml; charset=utf-8", "Date": "now"}))
    answer = ask(blank, settings, client, question, lambda answer: answer)
    again = remembering.recall(blank, question)
    assert isinstance(answer, Answer)
    assert again is not None
    assert (again.status, again.body) == (200, answer.body)
    assert dict(again.headers) == {"content-type": "application/atom+xml; charset=utf-8"}
    with blank.reading() as db:
        row = db.scalars(select(ServiceAnswer)).one()
    assert len(row.body) < 1000
    assert gzip.decompress(row.body) == body


def test_a_better_reader_reads_it_again_without_asking(
    blank: Database, settings: Settings, client: Known, fake: FakeServices
) -> None:
    question = Question("crossref", "work:1", f"{fake.base}/crossref/x")
    fake.next(Reply(200, WORK))
    assert ask(blank, settings, client, question, read) == WORK
    assert ask(blank, settings, client, question, lambda answer: len(answer.body)) == len(WORK)
    assert len(fake.asked) == 1
    # What this reader cannot use is no answer for it: it asks.
    fake.next(Reply(200, b"{}"))
    unwilling = lambda answer: b"{}" if answer.body == b"{}" else Unavailable("cannot be read")  # noqa: E731
    assert ask(blank, settings, client, question, unwilling) == b"{}"


def test_services_and_keys_do_not_mix(put: Any, fake: FakeServices) -> None:
    keys = ["a", "A", "b" * 600, "b" * 2000, "b" * 2001, "a\0", "ü" * 500, "a\n"]
    fake.next(*(Reply(200, b'{"%d"}' % number) for number in range(len(keys) + 1)))
    answers = [put(key) for key in keys] + [put("a", "datacite")]
    assert answers == [b'{"%d"}' % number for number in range(len(keys) + 1)]
    assert [put(key) for key in keys] + [put("a", "datacite")] == answers


def test_outworn_answers_are_swept_when_new_ones_come(
    put: Any, fake: FakeServices, blank: Database, frozen: Clock
) -> None:
    fake.next(*(Reply(200, WORK) for _ in range(25)))
    for number in range(25):
        put(str(number))
    frozen.forward(days=31)
    fake.next(Reply(200, WORK), Reply(200, WORK))
    put("new")
    assert kept(blank) == 25 - remembering.SWEPT + 1
    put("newer")
    assert kept(blank) == 2


def test_odd_content_types_are_left_out(blank: Database) -> None:
    question = Question("crossref", "x", "")
    for raw in ("text/html; charset=ü", "x" * 300):
        answer = Answer(200, httpx.Headers({"Content-Type": raw.encode("latin-1")}), b"")
        remembering.remember(blank, question, answer, timedelta(days=1))
        again = remembering.recall(blank, question)
        assert again is not None
        assert again.headers.get("content-type", "") in ("", "x" * 100)


# --- taking turns --------------------------------------------------------------------------------------


def test_questions_to_one_service_keep_their_distance(
    put: Any, fake: FakeServices, pauses: list[float]
) -> None:
    fake.next(*(Reply(200, WORK) for _ in range(7)))
    for number in range(3):
        put(str(number))
    assert [round(pause, 3) for pause in pauses] == [0, 0.1, 0.1]
    put("x", "arxiv")
    put("y", "arxiv")
    assert [round(pause, 3) for pause in pauses[3:]] == [0, 3]
    put("z", "nobody we know")
    put("zz", "nobody we know")
    assert [round(pause, 3) for pause in pauses[5:]] == [0, 1]


def test_nobody_waits_for_long(
    put: Any, fake: FakeServices, blank: Database, settings: Settings, pauses: list[float]
) -> None:
    for _ in range(3):
        assert pacing.turn(blank, settings, "arxiv", 100) is not None
    outcome = put("x", "arxiv")
    assert outcome == Unavailable("arxiv is given a rest just now")
    assert (fake.asked, pauses) == ([], [])
    # Who did not wait took nobody's turn.
    assert pacing.turn(blank, settings, "arxiv", 100) == 9


def test_paces() -> None:
    friend, stranger = Settings(contact="team@example.org"), Settings()
    assert (pacing.interval(friend, "crossref"), pacing.interval(stranger, "crossref")) == (0.1, 0.2)
    assert (pacing.interval(friend, "openlibrary"), pacing.interval(stranger, "openlibrary")) == (0.34, 1)
    assert pacing.interval(stranger, "pubmed") == 0.34
    assert pacing.interval(Settings(pubmed_key="k"), "pubmed") == 0.1
    assert pacing.interval(Settings(pace=0.5), "arxiv") == 6


def test_threads_take_turns(blank: Database, settings: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: pacing.turn(blank, settings, "datacite", 60), range(24)))
    assert sorted(round(wait, 3) for wait in waits if wait is not None) == [
        round(0.3 * number, 3) for number in range(24)
    ]


_PROCESS = """
import sys
import time
from forum.config import Settings
from forum.db import Database
from forum.references import pacing
blank = Database(sys.argv[1])
turns = (pacing.turn(blank, Settings(), "arxiv", 60) for _ in range(4))
print([wait + time.time() for wait in turns])
"""


def test_processes_take_turns(blank: Database, settings: Settings) -> None:
    address = blank.url.render_as_string(hide_password=False)
    run = [sys.executable, "-c", _PROCESS, address]
    started = [subprocess.Popen(run, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=60)[0] for process in started]
    turns = sorted(float(moment) for line in told for moment in line.strip()[1:-1].split(", "))
    assert len(turns) == 8
    # The clock was read a moment after the turn was taken, and on a busy machine that moment is long.
    assert all(later - sooner > 2 for sooner, later in pairwise(turns))
    assert turns[-1] - turns[0] > 20


def test_a_clock_that_was_wrong_does_not_silence_a_service(
    blank: Database, settings: Settings, frozen: Clock
) -> None:
    frozen.forward(days=400)
    pacing.turn(blank, settings, "crossref", 5)
    frozen.forward(days=-400)
    assert pacing.turn(blank, settings, "crossref", 100) == pacing.LONGEST_HOLD


# --- patience ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_asks_for_patience_is_left_alone_by_everybody(
    put: Any, fake: FakeServices, frozen: Clock, status: int
) -> None:
    fake.next(Reply(status, headers={"Retry-After": "30"}))
    assert put() == Unavailable(f"crossref answered {status}")
    assert put("another") == Unavailable("crossref is given a rest just now")
    assert len(fake.asked) == 1
    frozen.forward(seconds=31)
    fake.next(Reply(200, WORK))
    assert put() == WORK


def test_nobody_asks_for_more_than_a_minute_of_patience(put: Any, fake: FakeServices, frozen: Clock) -> None:
    fake.next(Reply(429, headers={"Retry-After": "Sun, 01 Nov 2026 18:00:00 GMT"}))
    put()
    frozen.forward(seconds=50)
    assert isinstance(put(), Unavailable)
    frozen.forward(seconds=11)
    fake.next(Reply(200, WORK))
    assert put() == WORK


def test_a_rest_is_never_made_shorter(blank: Database, settings: Settings, frozen: Clock) -> None:
    pacing.hold(blank, "crossref", 30)
    pacing.hold(blank, "crossref", 2)
    assert pacing.turn(blank, settings, "crossref", 60) == 30


def test_a_short_pause_is_waited_for(put: Any, fake: FakeServices, pauses: list[float]) -> None:
    fake.next(Reply(429, headers={"Retry-After": "2"}), Reply(200, WORK))
    assert put() == WORK
    assert [round(pause, 3) for pause in pauses] == [0, 2]


def test_trouble_is_tried_again_twice_with_growing_pauses(
    put: Any, fake: FakeServices, pauses: list[float]
) -> None:
    fake.next(Reply(500), Reply(502), Reply(200, WORK))
    assert put() == WORK
    assert 0.5 <= pauses[1] <= 1
    assert 1 <= pauses[2] <= 2
    fake.next(*(Reply(504) for _ in range(10)))
    assert put("two") == Unavailable("crossref answered 504")
    assert len(fake.asked) == 3 + TRIES


def test_a_service_that_is_not_there_is_tried_thrice(
    blank: Database, settings: Settings, client: Known, pauses: list[float]
) -> None:
    with FakeServices().running() as gone:
        base = gone.base
    question = Question("datacite", "x", f"{base}/x")
    outcome = ask(blank, settings, client, question, read)
    assert isinstance(outcome, Unavailable)
    assert "cannot be reached" in outcome.why
    assert len(pauses) == TRIES


def test_a_service_that_tells_a_slower_pace_gets_it(
    put: Any, fake: FakeServices, pauses: list[float]
) -> None:
    slow = {"x-rate-limit-limit": "5", "x-rate-limit-interval": "2s"}
    fast = {"x-rate-limit-limit": "50", "x-rate-limit-interval": "1s"}
    odd = {"x-rate-limit-limit": "5", "x-rate-limit-interval": "soon"}
    none = {"x-rate-limit-limit": "0", "x-rate-limit-interval": "1s"}
    fake.next(*(Reply(200, WORK, headers) for headers in (slow, fast, odd, none, {})))
    for number in range(5):
        put(str(number))
    assert [round(pause, 3) for pause in pauses] == [0, 0.4, 0.1, 0.1, 1]


def test_silence_costs_no_more_time_than_there_is_and_the_service_rests_as_long(
    put: Any, fake: FakeServices, blank: Database, settings: Settings
) -> None:
    fake.spoil("crossref", Reply(silent=5))
    began = time.monotonic()
    assert isinstance(put(until=began + 0.3), Unavailable)
    took = time.monotonic() - began
    assert 0.3 <= took < 1
    wait = pacing.turn(blank, settings, "crossref", 60)
    assert wait is not None
    # More than the usual distance.
    assert 0.15 <= wait <= took


def test_without_time_nobody_is_asked(put: Any, fake: FakeServices, blank: Database) -> None:
    assert put(until=time.monotonic() - 1) == Unavailable("there was no time left for crossref")
    assert fake.asked == []
    fake.next(Reply(200, WORK))
    put()
    # What is known needs no time.
    assert put(until=time.monotonic() - 1) == WORK


def test_nothing_is_locked_while_a_service_thinks(put: Any, fake: FakeServices, blank: Database) -> None:
    fake.next(Reply(200, WORK, silent=0.3))
    asking = threading.Thread(target=put)
    asking.start()
    while not fake.asked:
        time.sleep(0.005)
    began = time.monotonic()
    with blank.writing() as db:
        db.execute(delete(ServiceAnswer))
    assert time.monotonic() - began < 0.2
    asking.join()
    assert kept(blank) == 1
