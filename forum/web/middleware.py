"""Around every answer: by which name, from where and for how long one may ask. Raw ASGI."""

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forum.errors import ForumError, TooLarge, TooMany
from forum.web import client, headers, hosts, trouble
from forum.web.site import Site

log = structlog.get_logger()

SAFE = ("GET", "HEAD", "OPTIONS")
#: What mail programs send by themselves, from wherever they are (RFC 8058): the token is the permission,
#: and no session counts.
ONE_CLICK = re.compile(r"/unsubscribe/[\w-]+")
#: Load balancers ask for these by whatever name they know the machine.
FOR_MACHINES = ("/healthz", "/readyz")
#: So many of the names by which one asked for the forum are told.
_SHOWN = 3
#: What the log tells of: somebody may be trying the doors.
_TOLD = (trouble.WrongHost, trouble.CrossSite, trouble.TooSlow, trouble.TookTooLong, TooLarge, TooMany)


class Guard:
    """Lets in what our own pages sent, ends what takes too long, and sends every answer with its headers."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app = app
        self.site = site
        self.hosts = hosts.allowed(site.settings)
        self.origin = site.settings.origin
        self.finish = headers.Finish(site.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(self.finish, scope, receive, send)
        try:
            await self._within_time(exchange)
        except Exception as error:
            if isinstance(error, _TOLD):
                self._tell(error, scope)
            if exchange.begun:
                raise
            await trouble.answer(self.site, error, scope, receive, exchange.send)

    async def _within_time(self, exchange: "_Exchange") -> None:
        deadline = asyncio.timeout(self.site.settings.request_seconds)
        try:
            async with deadline:
                exchange.begins = partial(deadline.reschedule, None)
                self._check(exchange.scope)
                await self.app(exchange.scope, exchange.receive, exchange.send)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            # What a thread has begun goes on to its end, and then the thread is free for others.
            raise (trouble.TookTooLong() if exchange.arrived else trouble.TooSlow()) from error
        finally:
            exchange.begins = None

    def _check(self, scope: Scope) -> None:
        named = [value.lower() for value in _hosts(scope)]
        if len(named) != 1 or (named[0] not in self.hosts and scope["path"] not in FOR_MACHINES):
            raise trouble.WrongHost
        is_open = scope["method"] in SAFE or (
            scope["method"] == "POST" and ONE_CLICK.fullmatch(scope["path"]) is not None
        )
        if not is_open and not self._is_ours(Headers(scope=scope)):
            raise trouble.CrossSite

    def _is_ours(self, sent: Headers) -> bool:
        site = sent.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        return sent.get("origin") == self.origin

    def _tell(self, error: ForumError, scope: Scope) -> None:
        address = client.address(scope, self.site.settings.trusted_proxies)
        named = [value.decode("latin-1") for value in islice(_hosts(scope), _SHOWN)]
        asked = f"{scope['method']} {scope['path']}"
        log.warning("refused", why=error.code, asked=asked, host=named, address=address)


def _hosts(scope: Scope) -> Iterator[bytes]:
    return (value for name, value in scope["headers"] if name == b"host")


class _Exchange:
    """One request and its answer: what has come, and what has gone out."""

    def __init__(self, finish: headers.Finish, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.begun = False
        self.arrived = scope["method"] in SAFE
        #: Called when the answer begins: it may take as long as the other side takes to fetch it.
        self.begins: Callable[[], None] | None = None
        self._finish, self._receive, self._send = finish, receive, send

    async def receive(self) -> Message:
        message = await self._receive()
        self.arrived = self.arrived or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            if self.begins is not None:
                self.begins()
            message["headers"] = self._finish(self.scope, message["status"], [*message["headers"]])
        await self._send(message)
