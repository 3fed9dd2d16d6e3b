"""Images elsewhere are links until there is a copy here; nobody needs to ask for them there, and we once."""

from collections.abc import Mapping
from typing import cast

import httpx
import pytest
from conftest import Clock
from fetch.listeners import Listener, says
from makers import make_account, make_answer, make_thread
from sqlalchemy import select

from forum import fetch, freshness, jobs, worker
from forum.accounts.tables import Level
from forum.actions import copying, depicting, editing, rendering
from forum.config import Settings, settings
from forum.db import Database
from forum.discussion.tables import Post, PostImage, Thread
from forum.errors import Busy
from forum.jobs import Job
from forum.markup import MARKUP_VERSION
from forum.uploads import making, quotas, sniffing, store
from forum.uploads.quotas import Room
from forum.uploads.tables import Image

pytestmark = pytest.mark.usefixtures("ready_made")
ONE, TWO = "https://one.example/curve.png", "https://two.example/table.jpg?x=1"


class Web:
    """What stands elsewhere: a status and a body, or an error; counts who asked."""

    def __init__(self, there: Mapping[str, int | Exception]) -> None:
        self.there, self.asked = dict(there), list[str]()

    def get(self, url: str, *, accept: str = "") -> fetch.Page:
        assert accept.startswith("image/")
        self.asked.append(url)
        found = self.there.get(url, 404)
        if isinstance(found, Exception):
            raise found
        return fetch.Page(url, found, "text/html", httpx.Headers(), b"a picture")


class Place:
    """A post that shows two images of others' machines."""

    def __init__(self, database: Database) -> None:
        self.database, self.settings = database, Settings(database_url=str(database.url))
        with database.writing() as db:
            self.mira = make_account(db)
            self.thread_id = make_thread(db).id
        self.post_id = self.write(f"![one]({ONE}) and ![two]({TWO})")

    def write(self, text: str) -> int:
        with self.database.writing() as db:
            return make_answer(db, db.get_one(Thread, self.thread_id), self.mira, text).id

    def copy(self, web: Web, **more: int) -> None:
        copying.copy(self.database, self.settings, self.post_id, web=cast(fetch.Guarded, web), **more)

    def html(self, post_id: int = 0) -> str:
        with self.database.reading() as db:
            return db.get_one(Post, post_id or self.post_id).html

    def waiting(self) -> list[dict[str, int]]:
        with self.database.reading() as db:
            return [job.payload for job in db.scalars(select(Job).where(Job.name == depicting.COPY))]

    def images(self) -> list[str | None]:
        with self.database.reading() as db:
            return list(db.scalars(select(Image.source).order_by(Image.id)))

    def generation(self) -> int:
        with self.database.reading() as db:
            return freshness.read(db, [f"thread:{self.thread_id}"])[f"thread:{self.thread_id}"]


def test_a_post_shows_links_until_the_job_has_copied(database: Database) -> None:
    place, web = Place(database), Web({ONE: 200, TWO: 200})
    assert "<img" not in place.html() and f'href="{ONE}"' in place.html()
    assert place.waiting() == [{"post_id": place.post_id}]
    before = place.generation()
    place.copy(web)
    assert place.html().count("<img") == 2 and "one.example" not in place.html().replace("alt=", "")
    assert place.images() == [ONE, TWO] and place.generation() > before
    with database.reading() as db:
        assert len(db.scalars(select(PostImage).where(PostImage.current)).all()) == 2
        assert {image.account_id for image in db.scalars(select(Image))} == {place.mira.id}
    # Asked for once, whoever shows it again and whatever is there by then.
    place.copy(web)
    other = place.write(f"Once more: ![one]({ONE})")
    assert "<img" in place.html(other) and sorted(web.asked) == [ONE, TWO]
    assert place.waiting() == [{"post_id": place.post_id}]


def test_what_cannot_be_had_stays_a_link_and_is_asked_for_a_few_times(database: Database) -> None:
    place = Place(database)
    web = Web({ONE: fetch.Unreachable("nobody there"), TWO: 503})
    waiting = len(place.waiting())
    for tried in range(copying.TRIES):
        place.copy(web, tried=tried)
        with database.writing() as db:
            for job in db.scalars(select(Job).where(Job.name == depicting.COPY)):
                job.key = None
    assert "<img" not in place.html() and place.images() == []
    assert len(place.waiting()) == waiting + copying.TRIES - 1 and len(web.asked) == 2 * copying.TRIES


def test_what_takes_too_long_comes_another_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    place, web = Place(database), Web({ONE: 200, TWO: 200})
    monkeypatch.setattr(copying, "SECONDS", 0.0)
    place.copy(web)
    assert (web.asked, place.images()) == ([], [])
    assert {"post_id": place.post_id, "tried": 1} in place.waiting()


def test_where_many_pictures_wait_it_comes_another_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_content: bytes) -> making.Made:
        raise Busy

    place = Place(database)
    monkeypatch.setattr(making, "made", busy)
    place.copy(Web({ONE: 200, TWO: 200}))
    assert {"post_id": place.post_id, "tried": 1} in place.waiting()


@pytest.mark.parametrize("answer", [404, 200, fetch.Refused("a private network")])
def test_what_will_never_be_had_is_not_asked_for_again(
    database: Database, answer: int | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(database)

    def none(_content: bytes) -> None:
        raise sniffing.Unusable

    monkeypatch.setattr("forum.uploads.making.made", none)
    waiting = place.waiting()
    place.copy(Web({ONE: answer, TWO: answer}))
    assert "<img" not in place.html() and place.waiting() == waiting


def test_nobody_inside_is_asked(database: Database) -> None:
    with Listener("127.0.0.1").running() as inside:
        inside.script = says(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na picture")
        place = Place(database)
        place.post_id = place.write(
            f"![one](http://127.0.0.1:{inside.port}/x.png) ![two](http://[::1]/x.png)"
        )
        copying.copy(database, place.settings, place.post_id)
    assert inside.visits == 0 and place.images() == []


def test_copies_take_room(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_LIMITS", "1")
    settings.cache_clear()
    monkeypatch.setitem(quotas.TABLE, Level.MEMBER, Room(quotas.MB, quotas.MB, 1))
    place = Place(database)
    place.copy(Web({ONE: 200, TWO: 200}))
    assert place.images() == [ONE] and place.html().count("<img") == 1


def test_a_copy_that_came_meanwhile_is_the_one(database: Database) -> None:
    place = Place(database)

    class Faster(Web):
        def get(self, url: str, *, accept: str = "") -> fetch.Page:
            with database.writing() as db:
                store.keep(db, place.mira.id, making.made(b""), url)
            return super().get(url, accept=accept)

    place.copy(Faster({ONE: 200, TWO: 404}))
    assert place.images() == [ONE, TWO] and place.html().count("<img") == 2


def test_an_edit_meanwhile_is_not_undone(database: Database) -> None:
    place = Place(database)

    class Slow(Web):
        def get(self, url: str, *, accept: str = "") -> fetch.Page:
            with database.writing() as db:
                post = db.get_one(Post, place.post_id)
                editing.edit(db, place.mira, post.id, f"Only ![one]({ONE}), in other words.", post.revision)
            return super().get(url, accept=accept)

    place.copy(Slow({ONE: 200, TWO: 404}))
    assert "in other words" in place.html() and place.html().count("<img") == 1


def test_posts_of_an_older_markup_get_their_copies_too(database: Database) -> None:
    place = Place(database)
    place.copy(Web({ONE: 200}))
    with database.writing() as db:
        post = db.get_one(Post, place.post_id)
        post.markup_version, post.html = MARKUP_VERSION - 1, "old"
        for image in db.scalars(select(PostImage)).all():
            db.delete(image)
        jobs.claim(db)
    rendering.go_on(database, place.settings, 0)
    assert place.html().count("<img") == 1 and place.waiting()
    with database.reading() as db:
        assert len(db.scalars(select(PostImage)).all()) == 1


def test_the_worker_knows_the_job_and_a_post_that_is_gone(database: Database, frozen: Clock) -> None:
    worker.JOBS[depicting.COPY](database, Settings(database_url=str(database.url)), post_id=10**6)
