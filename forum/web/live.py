"""Live pages: what changes while they are read is told to all who listen, as server-sent events.

One loop a process learns that something was written, and only while somebody listens. For each thread whose
generation rose it asks the database once, and hands the same bytes to all whose pages show the same. A
reader whose answer waits unread in the network gets only the newest of each kind, so none costs more than
another. Format: the HTML Standard, section "Server-sent events".
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from html import escape
from typing import NamedTuple

import structlog

from forum import freshness
from forum.accounts import sessions
from forum.accounts.tables import Actor
from forum.db import Database, Session
from forum.discussion import happening
from forum.discussion.happening import News, Since
from forum.discussion.tables import ThreadKind
from forum.errors import Busy
from forum.languages.speaking import speaking
from forum.languages.words import ngettext
from forum.moderation import counts
from forum.web import silence

log = structlog.get_logger()

#: Seconds between two looks at whether anything was written, and at what is told to one person only.
TICK = 0.5
OWN_TICK = 4.0
#: A reader whose connection is gone without a word is noticed when this is written to it: see silence.py.
HEARTBEAT = 15.0
#: After so many seconds a stream ends, and the browser asks again: what it may hear is then judged anew.
LIFETIME = 900.0
#: Who lost the connection comes again after so many milliseconds.
BEGIN = b"retry: 5000\n\n"
BEAT = b": \n\n"

Events = Mapping[str, bytes]
#: Nothing more is told: the page is not to be seen any longer, or the server ends.
END: Events | None = None


class Listens(NamedTuple):
    """What a page wants to hear of; 0 and None: not of that."""

    language: str
    thread_id: int = 0
    since: Since = Since(0, 0)
    session_id: int = 0
    #: Whose queue, and how many items the page shows.
    moderator: Actor | None = None
    items: int = 0


class Reader:
    """One open stream."""

    def __init__(self, listens: Listens, address: str) -> None:
        self.listens = listens
        self.address = address
        self.is_over = False
        self._until = time.monotonic() + LIFETIME
        self._last: dict[str, bytes] = {}
        self._waiting: dict[str, bytes] = {}
        self._told = asyncio.Event()

    def tell(self, events: Events | None) -> None:
        """What is new among these is sent soon; with END, nothing any more."""
        if events is None:
            self.is_over = True
            self._told.set()
            return
        for name, event in events.items():
            if self._last.get(name) != event:
                self._last[name] = self._waiting[name] = event
                self._told.set()

    async def next(self) -> bytes:
        """The next bytes; b"" at the end."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), HEARTBEAT)
        self._told.clear()
        if self.is_over or time.monotonic() > self._until:
            return b""
        waiting, self._waiting = self._waiting, {}
        return b"".join(waiting.values()) or BEAT


class Live:
    """All streams of one process."""

    def __init__(self, database: Database, most: int, most_each: int) -> None:
        self.database = database
        self.most = most
        self.most_each = most_each
        #: A number that is another one once something may have been written.
        self.state: Callable[[], int] = int
        self.readers: set[Reader] = set()
        self._by_address: Counter[str] = Counter()
        self._pool = ThreadPoolExecutor(1, "live")
        self._loop: asyncio.Task[None] | None = None
        self._known: dict[str, int] = {}
        self._raised: set[str] = set()
        self._seen: int | None = None
        self._own_at = 0.0

    def is_full(self, address: str) -> bool:
        """Whether no more streams are held, or none more for this address."""
        return len(self.readers) >= self.most or self._by_address[address] >= self.most_each

    def forget(self, names: Iterable[str]) -> None:
        """These generations were raised."""
        if self.readers:
            self._raised.update(names)

    def forget_all(self) -> None:
        """Nobody knows which were raised."""
        self._known.clear()

    async def stream(self, reader: Reader) -> AsyncIterator[bytes]:
        """What the reader is told, until either side ends it."""
        self._enter(reader)
        try:
            yield BEGIN
            while data := await reader.next():
                yield data
        finally:
            self._leave(reader)

    def _enter(self, reader: Reader) -> None:
        self.readers.add(reader)
        self._by_address[reader.address] += 1
        # What was written since the page was admitted is found by the next look.
        self._known.pop(_name(reader), None)
        self._raised.add(_name(reader))
        if self._loop is None:
            silence.ends()
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._watch())

    def _leave(self, reader: Reader) -> None:
        self.readers.discard(reader)
        self._by_address[reader.address] -= 1
        if not self._by_address[reader.address]:
            del self._by_address[reader.address]

    async def close(self) -> None:
        """All streams have ended."""
        for reader in self.readers:
            reader.tell(END)
        deadline = time.monotonic() + 1
        while self.readers and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        if self._loop is not None:
            self._loop.cancel()
        self._pool.shutdown()

    async def _watch(self) -> None:
        while self.readers:
            await asyncio.sleep(TICK)
            raised = self._raised
            try:
                await self._look()
            except Busy:
                self._raised |= raised
            except Exception as error:
                # Pages say what is wrong; readers hear again when it is not any more.
                log.warning("live pages are not told", why=str(error))
                self._known.clear()
                self._seen = None
        self._known.clear()
        self._raised.clear()
        self._seen = None

    async def _look(self) -> None:
        state = self.state()
        listened = {_name(reader) for reader in self.readers} - {""}
        names = listened if state != self._seen else listened & self._raised
        self._raised = set()
        moment = time.monotonic()
        own = moment - self._own_at >= OWN_TICK
        readers = [reader for reader in self.readers if own or _name(reader) in names]
        if not readers:
            self._seen = state
            return
        wanted = {reader: reader.listens for reader in readers}
        loop = asyncio.get_running_loop()
        told, known = await loop.run_in_executor(self._pool, self._ask, wanted, names, self._known, own)
        self._known = {name: value for name, value in self._known.items() if name in listened}
        # Who came, or what was raised, while that was asked is looked at once more.
        self._known |= {name: value for name, value in known.items() if name not in self._raised}
        self._seen = state
        self._own_at = moment if own else self._own_at
        for reader, events in told:
            reader.tell(events)

    def _ask(
        self, wanted: Mapping[Reader, Listens], names: Iterable[str], known: Mapping[str, int], own: bool
    ) -> tuple[list[tuple[Reader, Events | None]], Mapping[str, int]]:
        """What each is to be told; the generations that this is true of."""
        with self.database.reading() as db:
            generations = freshness.read(db, names)
            risen = {name for name, value in generations.items() if known.get(name) != value}
            answers = _Answers(db, wanted.values() if own else ())
            told = [
                (reader, answers.to(listens, _name(reader) in risen)) for reader, listens in wanted.items()
            ]
        return [(reader, events) for reader, events in told if events is None or events], generations


def first(db: Session, listens: Listens) -> Events | None:
    """What is to be told at once; END if the page is not to be seen."""
    return _Answers(db, [listens]).to(listens, True)


class _Answers:
    """What is asked of the database for one look: each question once, however many listen."""

    def __init__(self, db: Session, own: Iterable[Listens]) -> None:
        self.db = db
        #: New messages of those who are to be told of them, by their sessions that still hold.
        asked = {listens.session_id for listens in own if listens.session_id}
        self._asked = asked
        self._unread = sessions.unread(db, asked) if asked else {}
        self._threads: dict[int, happening.Happening | None] = {}
        self._news: dict[tuple[int, Since, str], Events | None] = {}

    def to(self, listens: Listens, thread: bool) -> Events | None:
        """The events for who listens so; `thread`: the thread changed."""
        events: dict[str, bytes] = {}
        if listens.thread_id and thread:
            news = self._of_thread(listens)
            if news is None:
                return END
            events |= news
        if listens.session_id in self._asked:
            unread = self._unread.get(listens.session_id)
            # Signed out meanwhile: whoever sits there now is told nothing.
            if unread is None:
                return END
            events["unread"] = _event("unread", f"({unread}) " if unread else "")
            if listens.moderator is not None:
                events["news"] = _event("news", self._of_queue(listens, listens.moderator))
        return events

    def _of_thread(self, listens: Listens) -> Events | None:
        key = (listens.thread_id, listens.since, listens.language)
        if key not in self._news:
            if listens.thread_id not in self._threads:
                self._threads[listens.thread_id] = happening.read(self.db, listens.thread_id)
            found = self._threads[listens.thread_id]
            self._news[key] = found and _told(found, listens)
        return self._news[key]

    def _of_queue(self, listens: Listens, moderator: Actor) -> str:
        more = counts.read(self.db, moderator).total - listens.items
        if more < 1:
            return ""
        with speaking(listens.language):
            words = ngettext("{count} more item", "{count} more items", more).format(count=more)
        return _link("/moderation", words)


def _told(found: happening.Happening, listens: Listens) -> Events:
    news = found.since(listens.since)
    with speaking(listens.language):
        words = " · ".join(_words(news))
    bar = _link(f"/p/{news.first_id}", words) if words else ""
    return {"news": _event("news", bar), "scores": _event("scores", json.dumps(found.scores))}


def _link(path: str, words: str) -> str:
    """What the bar shows; translators may write any character."""
    return f'<a class="button" href="{path}">{escape(words, quote=False)}</a>'


def _words(news: News) -> Iterable[str]:
    if news.answers and news.kind == ThreadKind.QUESTION:
        yield ngettext("{count} new answer", "{count} new answers", news.answers).format(count=news.answers)
    elif news.answers:
        yield ngettext("{count} new reply", "{count} new replies", news.answers).format(count=news.answers)
    if news.comments:
        yield ngettext("{count} new comment", "{count} new comments", news.comments).format(
            count=news.comments
        )
    if news.edits:
        yield ngettext("{count} edit", "{count} edits", news.edits).format(count=news.edits)


def _event(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()


def _name(reader: Reader) -> str:
    return f"thread:{reader.listens.thread_id}" if reader.listens.thread_id else ""
