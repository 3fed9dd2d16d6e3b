"""Live pages: what is told, to whom, how soon, across processes; and what never is."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from browsing import HOST, Browser, make_app, site_of
from conftest import Clock
from makers import make_account, make_answer, make_letter, make_thread, opening
from sqlalchemy.orm import Session

from forum.accounts import sessions
from forum.accounts.tables import Actor, Role
from forum.actions import editing, flagging, posting, reviewing, voting
from forum.clock import now
from forum.db import Database
from forum.discussion import happening
from forum.discussion.happening import Since
from forum.inbox import messages
from forum.web import live
from forum.web.kept import Kept

#: Seconds after which a test gives up; nothing takes so long.
PATIENCE = 20
HIDDEN, HELD = "hidden-marker-7161", "held-marker-8282"


class Stream:
    """One open stream, as a browser has it."""

    def __init__(self, kept: Kept, path: str, **headers: str) -> None:
        self.kept = kept
        self.path, _, self.query = path.partition("?")
        self.headers = {"host": HOST, "accept": "text/event-stream", **headers}
        self.received: asyncio.Queue[bytes] = asyncio.Queue()
        self.status = 0
        self.answer: dict[str, str] = {}
        self.all = b""
        self._left = asyncio.Event()
        self._asked = False

    async def __aenter__(self) -> "Stream":
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "method": "GET",
            "path": self.path,
            "query_string": self.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in self.headers.items()],
            "client": ("192.0.2.1", 1),
        }
        self.task = asyncio.create_task(self.kept(scope, self._receive, self._send))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._left.set()
        await asyncio.wait_for(self.task, PATIENCE)

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answer = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.all += message["body"]
            await self.received.put(message["body"])

    async def hears(self, kind: str, holds: Callable[[str], bool]) -> str:
        """What the first event of this kind says of which that holds."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for event in (await self.received.get()).decode().split("\n\n"):
                    name, _, data = event.partition("\ndata: ")
                    if name == f"event: {kind}" and holds(data):
                        return data

    async def ends(self) -> None:
        await asyncio.wait_for(asyncio.shield(self.task), PATIENCE)


@asynccontextmanager
async def serving(database: Database, **settings: Any) -> AsyncIterator[Kept]:
    """The forum as one process of a server; the test writes as another one does."""
    kept = make_app(database, **settings)
    tells: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    told: asyncio.Queue[Any] = asyncio.Queue()
    life = asyncio.create_task(kept({"type": "lifespan"}, tells.get, told.put))
    await tells.put({"type": "lifespan.startup"})
    assert (await told.get())["type"] == "lifespan.startup.complete"
    try:
        yield kept
    finally:
        await tells.put({"type": "lifespan.shutdown"})
        await asyncio.wait_for(life, PATIENCE)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


class Place:
    """A question and the people around it."""

    def __init__(self, database: Database, frozen: Clock) -> None:
        self.database = database
        self.frozen = frozen
        with database.writing() as db:
            self.ada, self.tom = make_account(db, "ada"), make_account(db, "tom")
            self.new = make_account(db, "new", shown_posts=0)
            self.mira = make_account(db, "mira", Role.MODERATOR)
            thread = make_thread(db, self.ada)
            self.id = thread.id
            self.opening_id = opening(db, thread).id
            self.answer_id = make_answer(db, thread, self.tom).id
            self.since = Since.at(thread.active_at, now())
        frozen.forward(seconds=1)

    @property
    def path(self) -> str:
        return f"/t/{self.id}/live?since={self.since}"

    def write(self, act: Callable[..., Any], *values: Any, **more: Any) -> Any:
        self.frozen.forward(seconds=1)
        with self.database.writing() as db:
            return act(db, *values, **more)

    def answers(self, who: Actor, words: str = "One more.") -> int:
        return int(self.write(posting.answer, who, self.id, words, key="", held_posts=2).id)

    def cookie(self, who: Actor) -> dict[str, str]:
        with self.database.writing() as db:
            return {"cookie": f"session={sessions.start(db, who.id)}"}


@pytest.fixture
def place(database: Database, frozen: Clock, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(live, "TICK", 0.05)
    monkeypatch.setattr(live, "OWN_TICK", 0.1)
    return Place(database, frozen)


def test_what_another_process_writes_is_told(place: Place) -> None:
    async def story() -> None:
        async with serving(place.database) as kept, Stream(kept, place.path) as guest:
            first = await guest.hears("news", lambda _: True)
            assert first == ""
            assert guest.answer["content-type"].startswith("text/event-stream")
            assert guest.answer["cache-control"] == "no-cache" and guest.answer["x-accel-buffering"] == "no"
            post_id = await asyncio.to_thread(place.answers, place.ada)
            told = await guest.hears("news", bool)
            assert told == f'<a class="button" href="/p/{post_id}">1 new answer</a>'
            await asyncio.to_thread(place.answers, place.tom)
            await guest.hears("news", lambda news: ">2 new answers<" in news)
            write = place.write
            await asyncio.to_thread(write, posting.comment, place.ada, post_id, "And?", key="", held_posts=2)
            await asyncio.to_thread(write, editing.edit, place.tom, place.answer_id, "Better words.", 1)
            words = "2 new answers · 1 new comment · 1 edit"
            await guest.hears("news", lambda news: words in news)
            await asyncio.to_thread(write, voting.vote, place.ada, place.answer_id, 1)
            await guest.hears("scores", lambda all: json.loads(all)[str(place.answer_id)] == 1)

    run(story())


def test_who_comes_again_is_told_what_was_missed(place: Place) -> None:
    place.answers(place.ada)

    async def story() -> None:
        async with serving(place.database) as kept:
            async with Stream(kept, place.path) as late:
                assert "1 new answer" in await late.hears("news", lambda _: True)
            french = {"accept-language": "fr"}
            async with Stream(kept, place.path, **french) as reader:
                assert "1 nouvelle réponse" in await reader.hears("news", lambda _: True)

    run(story())


def test_nothing_is_told_of_what_readers_do_not_see(place: Place) -> None:
    async def story() -> None:
        async with serving(place.database) as kept, Stream(kept, place.path) as guest:
            await guest.hears("news", lambda _: True)
            await asyncio.to_thread(place.answers, place.new, f"Something {HELD}.")
            hidden_id = await asyncio.to_thread(place.answers, place.ada, f"Something {HIDDEN}.")
            await guest.hears("news", lambda news: "1 new answer" in news)
            await asyncio.to_thread(place.write, hide, hidden_id, place.mira)
            await guest.hears("news", lambda news: news == "")
            await asyncio.to_thread(place.write, hide, place.opening_id, place.mira)
            await guest.ends()
            assert HELD.encode() not in guest.all and HIDDEN.encode() not in guest.all
            assert str(hidden_id).encode() not in guest.all.rpartition(b"event: news")[2]
            async with Stream(kept, place.path) as later:
                await later.ends()
                assert later.status == 404

    run(story())


def hide(db: Session, post_id: int, moderator: Actor) -> None:
    item = flagging.flag(db, moderator, post_id, "rude", "")
    reviewing.decide(db, moderator, item.id, "hide", "respect", "Please say it in a kind way.", item.version)


def test_new_messages_are_told_to_their_owner_only(place: Place) -> None:
    async def story() -> None:
        cookie = await asyncio.to_thread(place.cookie, place.ada)
        async with (
            serving(place.database) as kept,
            Stream(kept, "/live", **cookie) as ada,
            Stream(kept, place.path, **await asyncio.to_thread(place.cookie, place.tom)) as tom,
            Stream(kept, place.path) as guest,
        ):
            assert await ada.hears("unread", lambda _: True) == "(1) ", "somebody answered"
            args = (place.ada.id, "answer", make_letter("Private subject"), "/inbox")
            await asyncio.to_thread(place.write, messages.send, *args)
            await ada.hears("unread", lambda count: count == "(2) ")
            assert b"Private" not in ada.all and ada.answer["cache-control"] == "private, no-store"
            await tom.hears("unread", lambda _: True)
            await guest.hears("news", lambda _: True)
            assert b"unread" not in guest.all
            # Signed out elsewhere: nothing more is told here.
            await asyncio.to_thread(place.write, sessions.end_others, place.ada.id)
            await ada.ends()
            async with Stream(kept, "/live") as stranger:
                await stranger.ends()
                assert stranger.status == 303

    run(story())


def test_the_queue_is_told_to_moderators(place: Place) -> None:
    async def story() -> None:
        cookie = await asyncio.to_thread(place.cookie, place.mira)
        member = await asyncio.to_thread(place.cookie, place.tom)
        async with serving(place.database) as kept, Stream(kept, "/live?items=0", **cookie) as mira:
            assert await mira.hears("news", lambda _: True) == ""
            await asyncio.to_thread(place.write, flagging.flag, place.ada, place.answer_id, "rude", "")
            assert ">1 more item<" in await mira.hears("news", bool)
            async with Stream(kept, "/live?items=0", **member) as tom:
                await tom.ends()
                assert tom.status == 403

    run(story())


def test_many_readers_cost_one_question(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    read = happening.read
    monkeypatch.setattr(
        happening, "read", lambda db, thread_id: asked.append(thread_id) or read(db, thread_id)
    )

    async def story() -> None:
        async with serving(place.database) as kept, AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(Stream(kept, place.path)) for _ in range(30)]
            for stream in streams:
                await stream.hears("news", lambda _: True)
            await asyncio.sleep(0.2)
            asked.clear()
            await asyncio.to_thread(place.answers, place.ada)
            for stream in streams:
                await stream.hears("news", bool)
            assert len(asked) == 1

    run(story())


def test_who_comes_while_it_is_asked_misses_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with serving(place.database) as kept, Stream(kept, place.path) as guest:
            await guest.hears("news", lambda _: True)
            hub, loop = site_of(kept).live, asyncio.get_running_loop()
            late, ask = live.Reader(live.Listens("en", place.id, place.since), "late"), hub._ask

            async def enter() -> None:
                hub._enter(late)

            def asking(*given: Any) -> Any:
                answer = ask(*given)
                is_news = any(b"new answer" in events["news"] for _, events in answer[0] if events)
                if is_news and late not in hub.readers:
                    asyncio.run_coroutine_threadsafe(enter(), loop).result()
                return answer

            monkeypatch.setattr(hub, "_ask", asking)
            await asyncio.to_thread(place.answers, place.ada)
            await until(lambda: b"new answer" in late._waiting.get("news", b""))
            hub._leave(late)

    run(story())


def test_who_leaves_is_forgotten_and_makes_room(place: Place) -> None:
    async def story() -> None:
        async with serving(place.database, live_readers=2, live_each=1) as kept:
            hub = site_of(kept).live
            async with Stream(kept, place.path) as first:
                await first.hears("news", lambda _: True)
                assert len(hub.readers) == 1
                async with Stream(kept, place.path) as second:
                    await second.ends()
                    assert (second.status, second.answer["retry-after"]) == (503, "60")
            await until(lambda: not hub.readers)
            async with Stream(kept, place.path) as third:
                await third.hears("news", lambda _: True)
            await until(lambda: not hub.readers)
            # Nobody listens: nothing is asked any more.
            await until(lambda: hub._loop is not None and hub._loop.done())

    run(story())


def test_a_silent_stream_has_a_pulse_and_an_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.02)
    monkeypatch.setattr(live, "LIFETIME", 0.5)

    async def story() -> None:
        async with serving(place.database, request_seconds=0.3) as kept, Stream(kept, place.path) as guest:
            await guest.ends()
            assert guest.all.startswith(b"retry: ") and guest.all.count(live.BEAT) > 3

    run(story())


def test_the_end_of_the_server_ends_all_streams(place: Place) -> None:
    async def story() -> None:
        async with serving(place.database) as kept:
            guest = await Stream(kept, place.path).__aenter__()
            await guest.hears("news", lambda _: True)
        assert guest.task.done()

    run(story())


def test_who_asks_for_no_stream_gets_what_there_is(place: Place) -> None:
    place.answers(place.ada)
    with Browser(make_app(place.database)) as browser:
        answer = browser.get(place.path)
        assert answer.status_code == 200 and "1 new answer" in answer.text
        assert browser.ask("HEAD", place.path, headers={"accept": "text/event-stream"}).content == b""
        page = browser.get(f"/t/{place.id}/x", follow_redirects=True)
        assert f'data-live="/t/{place.id}/live?since=' in page.text
        assert browser.get(f"/t/{place.id}/live?since=x-1").status_code == 200
        assert browser.get("/t/999999/live").status_code == 404
