"""Finished, compressed pages for people who are not signed in, answered before anything else is asked.

A kept page carries the generations of what it shows, read before it was made. The watch says at each request
whether they still hold, so nobody meets a page older than a change they could know of. A session cookie,
whatever it is worth, leads past the kept pages, and so does the wish for a file in a page's place, or any
other than one Host of ours: those the guard answers.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forum.web import themes
from forum.web.files import wanted
from forum.web.tongues import Tongues

#: A page's path, its query, its theme and its language: see themes.py and tongues.py.
Key = tuple[str, bytes, str, str]

#: What a page weighs besides its bytes: headers, keys, and the objects themselves.
OVERHEAD = 4096


class Offer(NamedTuple):
    """A finished page that may be kept."""

    generations: Mapping[str, int]
    body: bytes
    packed: bytes
    digest: bytes


class KeptPage:
    """A page ready to send: its messages are built once."""

    __slots__ = (
        "body", "checked", "digest", "generations", "packed", "size", "start", "start_packed", "unchanged",
    )  # fmt: skip

    def __init__(self, offer: Offer, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.generations = offer.generations
        self.digest = offer.digest
        #: The state of the database in which the generations were last compared; None: never.
        self.checked: int | None = None
        self.size = len(offer.body) + len(offer.packed) + OVERHEAD
        common = [pair for pair in headers if pair[0] not in (b"content-length", b"content-type")]
        common.append((b"etag", b'W/"%s"' % offer.digest))
        typed = [*common, (b"content-type", b"text/html; charset=utf-8")]
        self.unchanged = _start(304, common)
        self.start = _start(200, [*typed, (b"content-length", b"%d" % len(offer.body))])
        packed = [*typed, (b"content-length", b"%d" % len(offer.packed)), (b"content-encoding", b"gzip")]
        self.start_packed = _start(200, packed)
        self.body = _body(offer.body)
        self.packed = _body(offer.packed)


class Watch(Protocol):
    """Knows whether a kept page is still true."""

    def is_current(self, page: KeptPage) -> bool: ...
    def close(self) -> None: ...


NO_BODY: Message = {"type": "http.response.body", "body": b""}


class Kept:
    """Answers from memory what can be, and lets the application answer the rest. Bounded in bytes."""

    def __init__(
        self, app: ASGIApp, watch: Watch, capacity: int, hosts: Collection[bytes], tongues: Tongues
    ) -> None:
        self.app = app
        self.tongues = tongues
        self.watch = watch
        self.capacity = capacity
        self.hosts = hosts
        self.size = 0
        self._pages: OrderedDict[Key, KeptPage] = OrderedDict()
        self._shows: dict[str, set[Key]] = {}
        #: Counts what was forgotten, so that a page begun before is not kept after.
        self._moment = 0
        self._forgotten: dict[str, int] = {}
        self._all_forgotten = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        packed = False
        known = b""
        theme = ""
        cookie = accepted = b""
        hosts = 0
        for name, value in scope["headers"]:
            if name == b"host":
                hosts += 1 if value in self.hosts else 2
            elif name == b"accept-encoding":
                packed = b"gzip" in value
            elif name == b"if-none-match":
                known = value
            elif (name == b"cookie" and b"session=" in value) or (name == b"accept" and wanted(value)):
                await self.app(scope, receive, send)
                return
            elif name == b"cookie":
                theme = theme or themes.of(value)
                cookie += b";" + value
            elif name == b"accept-language":
                accepted += b"," + value
        if hosts != 1:
            await self.app(scope, receive, send)
            return
        key = (scope["path"], scope["query_string"], theme, self.tongues.of(cookie, accepted))
        page = self._pages.get(key)
        if page is None:
            await self._make(key, packed, known, scope, receive, send)
        elif self.watch.is_current(page):
            self._pages.move_to_end(key)
            await _answer(page, packed, known, scope, send)
        else:
            self._drop(key)
            await self._make(key, packed, known, scope, receive, send)

    async def _make(
        self, key: Key, packed: bool, known: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Lets the application make the page, keeps it if it is offered, and sends it."""
        begun = self._moment
        answered = False

        async def sends(message: Message) -> None:
            nonlocal answered
            offer: Offer | None = scope.get("footnote.offer")
            if offer is None:
                await send(message)
            elif not answered:
                answered = True
                page = KeptPage(offer, message["headers"])
                self._keep(key, page, begun)
                await _answer(page, packed, known, scope, send)

        await self.app(scope, receive, sends)

    def _keep(self, key: Key, page: KeptPage, begun: int) -> None:
        if self._all_forgotten > begun or any(self._forgotten.get(n, 0) > begun for n in page.generations):
            return
        page.size += len(key[0]) + len(key[1])
        if page.size > self.capacity:
            return
        self._drop(key)
        self._pages[key] = page
        self.size += page.size
        for name in page.generations:
            self._shows.setdefault(name, set()).add(key)
        while self.size > self.capacity:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is None:
            return
        self.size -= page.size
        for name in page.generations:
            keys = self._shows[name]
            keys.discard(key)
            if not keys:
                del self._shows[name]

    def forget(self, names: Iterable[str]) -> None:
        """No page that shows one of `names` is kept any longer, nor will one be that is being made."""
        self._moment += 1
        if len(self._forgotten) > 10_000:
            self._all_forgotten = self._moment
            self._forgotten.clear()
        for name in names:
            self._forgotten[name] = self._moment
            for key in tuple(self._shows.get(name, ())):
                self._drop(key)

    def forget_all(self) -> None:
        """Nothing is kept any longer."""
        self._moment += 1
        self._all_forgotten = self._moment
        self._forgotten.clear()
        self._pages.clear()
        self._shows.clear()
        self.size = 0

    def __len__(self) -> int:
        return len(self._pages)


async def _answer(page: KeptPage, packed: bool, known: bytes, scope: Scope, send: Send) -> None:
    if known and (page.digest in known or known == b"*"):
        await send(page.unchanged)
        await send(NO_BODY)
        return
    await send(page.start_packed if packed else page.start)
    if scope["method"] == "HEAD":
        await send(NO_BODY)
    else:
        await send(page.packed if packed else page.body)


def _start(status: int, headers: list[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def _body(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body}
