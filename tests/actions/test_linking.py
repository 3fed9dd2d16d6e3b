"""Cited web pages are looked at; only what is gone twice is gone, and then a copy is shown."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from conftest import START, Clock
from hypothesis import given
from hypothesis import strategies as st
from makers import make_thread
from references.fake_registries import Reply, page
from references.fake_services import FAULTS, FakeServices
from sqlalchemy import select

from forum import fetch, freshness, worker
from forum.actions import linking, rechecking
from forum.actions.linking import Seen
from forum.config import Settings
from forum.db import Database
from forum.discussion.tables import Citation
from forum.fetch import Guarded, Unreachable
from forum.jobs import Job
from forum.references.tables import LinkState, Reference

COPY = "web.archive.org/web/20250102030405/"
THERE = page(b"<title>A page</title>")


@pytest.fixture
def fake() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


class Place:
    """One cited page, which is looked at again and again."""

    def __init__(self, database: Database, fake: FakeServices, text: str = "") -> None:
        self.database, self.fake, self.settings = database, fake, fake.settings()
        self.url = f"http://pages.example.org:{fake.port}/page/one"
        with database.writing() as db:
            self.thread_id = make_thread(db, text=text or f"See [@url:{self.url}].").id
            self.id = db.scalars(select(Citation.reference_id)).one()

    def look(self, web: Guarded | None = None) -> Reference:
        web = web or self.fake.web(self.settings)
        linking.check_link(self.database, self.settings, self.id, web=web)
        return self.row()

    def row(self) -> Reference:
        with self.database.reading() as db:
            return db.get_one(Reference, self.id)

    def tell_copy(self) -> None:
        closest = {
            "available": True,
            "status": "200",
            "timestamp": "20250102030405",
            "url": f"http://{COPY}{self.url}",
        }
        self.fake.tell("wayback", self.url, {"archived_snapshots": {"closest": closest}})


@pytest.fixture
def place(database: Database, fake: FakeServices) -> Place:
    return Place(database, fake)


def test_dead_is_what_is_gone_twice(place: Place, fake: FakeServices, frozen: Clock) -> None:
    fake.pages["one"] = THERE
    found = place.look()
    assert (found.link_state, found.link_checked_at) == ("alive", frozen.moment)
    assert found.check_at == frozen.moment + timedelta(days=30)
    fake.pages.clear()
    found = place.look()
    assert (found.link_state, found.archived) == ("doubtful", "")
    frozen.forward(hours=23)
    assert place.look().link_state == "doubtful", "the same day is the same accident"
    frozen.forward(hours=1)
    place.tell_copy()
    with place.database.reading() as db:
        before = freshness.read(db, [f"thread:{place.thread_id}"])
    found = place.look()
    assert (found.link_state, found.archived) == ("dead", f"https://{COPY}{place.url}")
    assert "timestamp=20261101" in fake.asked_of("wayback")[0]
    with place.database.reading() as db:
        assert freshness.read(db, before) != before
    fake.pages["one"] = THERE
    found = place.look()
    assert (found.link_state, found.archived) == ("alive", "")


def test_that_there_is_no_copy_is_not_for_ever(place: Place, fake: FakeServices, frozen: Clock) -> None:
    place.look()
    frozen.forward(days=1)
    found = place.look()
    assert (found.link_state, found.archived) == ("dead", "")
    assert found.check_at == frozen.moment + timedelta(days=7)
    frozen.forward(days=7)
    place.tell_copy()
    found = place.look()
    assert (found.link_state, found.archived) == ("dead", f"https://{COPY}{place.url}")
    assert found.check_at == frozen.moment + timedelta(days=30)
    asked = len(fake.asked_of("wayback"))
    place.look()
    assert len(fake.asked_of("wayback")) == asked, "the copy is known"


UNCLEAR = {
    "forbidden": FAULTS["forbidden"],
    "too often": FAULTS["too often"],
    "broken": FAULTS["broken"],
    "closed": Reply(401, b""),
    "late": Reply(silent=3.0),
    "round and round": Reply(302, b"", {"Location": "/page/one"}),
    "inner": Reply(302, b"", {"Location": "http://10.0.0.1/"}),
}


def test_what_is_unclear_changes_nothing(place: Place, fake: FakeServices, frozen: Clock) -> None:
    fake.pages["one"] = THERE
    alive = place.look()
    web = fake.web(place.settings, seconds=0.3)
    for fault in UNCLEAR.values():
        frozen.forward(days=2)
        fake.pages["one"] = fault
        found = place.look(web)
        assert (found.link_state, found.link_checked_at) == ("alive", alive.link_checked_at)
    fake.pages.clear()
    assert place.look().link_state == "doubtful"
    frozen.forward(days=2)
    fake.pages["one"] = FAULTS["forbidden"]
    assert place.look().link_state == "doubtful"


@pytest.mark.parametrize(
    ("number", "seen"), [(socket.EAI_NONAME, Seen.GONE), (socket.EAI_AGAIN, Seen.UNCLEAR)]
)
def test_a_name_that_does_not_exist_is_gone(number: int, seen: Seen) -> None:
    def resolver(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(number, "no such name, or nobody to ask")

    web = Guarded(Settings(), resolver=resolver)
    assert linking.look(web, "http://gone.example.org/") is seen


def test_who_does_not_answer_is_not_gone() -> None:
    class Away(Guarded):
        def check(self, url: str) -> int:
            raise Unreachable("no answer came")

    assert linking.look(Away(Settings()), "http://away.example.org/") is Seen.UNCLEAR


looks = st.lists(st.tuples(st.sampled_from(Seen), st.integers(0, 72)), max_size=12)


@given(looks)
def test_only_two_looks_a_day_apart_make_a_page_dead(looks: list[tuple[Seen, int]]) -> None:
    state, since, moment = LinkState.UNCHECKED, None, START
    gone: list[Any] = []
    for seen, hours in looks:
        moment += timedelta(hours=hours)
        new = linking.judged(state, since, seen, moment)
        if seen is not Seen.UNCLEAR and not new == state == LinkState.DOUBTFUL:
            since = moment
        gone = [*gone, moment] if seen is Seen.GONE else [] if seen is Seen.THERE else gone
        dead = bool(gone) and gone[-1] - gone[0] >= timedelta(days=1)
        assert (new is LinkState.DEAD) == dead
        state = new


def test_only_cited_pages_are_looked_at(database: Database, fake: FakeServices) -> None:
    place = Place(database, fake, "See [@doi:10.5555/work].")
    with database.writing() as db:
        make_thread(db, text=f"See [@url:{place.url}].")
        second = db.scalars(select(Citation.reference_id).order_by(Citation.id.desc())).first()
        assert second is not None
        db.get_one(Reference, second).citation_count = 0
    for reference_id in (place.id, second, 987654):
        linking.check_link(database, place.settings, reference_id, web=fake.web(place.settings))
    assert fake.asked == []


def test_the_rounds_have_addresses_looked_at(
    place: Place, fake: FakeServices, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.pages["one"] = THERE
    monkeypatch.setattr(fetch, "guarded", fake.web)
    with place.database.writing() as db:
        db.query(Job).delete()
    rechecking.recheck(place.database, place.settings)
    rechecking.recheck(place.database, place.settings)
    with place.database.reading() as db:
        (job,) = db.scalars(select(Job))
    assert (job.name, job.key, job.payload) == (
        "references.check_link",
        f"link:{place.id}",
        {"reference_id": place.id},
    )
    assert worker.work_off(place.database, place.settings) == 1
    assert place.row().link_state == "alive"
    asked = len(fake.asked)
    for days, looked in ((29, 0), (1, 1)):
        frozen.forward(days=days)
        rechecking.recheck(place.database, place.settings)
        assert worker.work_off(place.database, place.settings) == looked
    assert len(fake.asked) == asked + 1
