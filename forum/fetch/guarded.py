"""The client for addresses that people typed, which must never lead it into the network it runs in.

It stands on our own small backend for httpcore (`pinned.py`) rather than on ssrfguard's client, because that
one hands over plain connections, whose time-outs begin anew with each byte that drips in.
"""

import socket
import ssl
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from typing import NamedTuple

import httpcore
import httpx

from forum.config import Settings
from forum.fetch import bodies
from forum.fetch.agent import user_agent
from forum.fetch.failures import Refused, Unreachable
from forum.fetch.pinned import Bounds, Pinned, Resolver
from forum.fetch.public import Public, port

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_PDF = "application/pdf"
_PAGES_FIRST = "text/html, application/xhtml+xml, */*;q=0.1"
_FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)


class Limits(NamedTuple):
    """How much one page may cost; times in seconds, `body` in bytes after decompression."""

    whole: float = 15.0
    connect: float = 3.0
    silence: float = 10.0
    body: int = bodies.LARGEST_BODY
    headers: int = 200
    hops: int = 5


class Page(NamedTuple):
    """What stands at an address. `url` is the last one after redirects, without its fragment.

    `content_type` is the header as it came, "" if there was none. `body` is empty if it is not a page's.
    """

    url: str
    status: int
    content_type: str
    headers: httpx.Headers
    body: bytes

    @property
    def kind(self) -> str:
        """The media type alone: `text/html`."""
        return self.content_type.partition(";")[0].strip().lower()


class _Sent(NamedTuple):
    """What is posted."""

    body: bytes
    headers: list[tuple[bytes, bytes]]


class Guarded:
    """Reads public web pages. Keeps nothing between two of them: no connections, no cookies.

    The keywords are for tests: who looks names up, and what counts as public besides the web.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        resolver: Resolver = socket.getaddrinfo,
        public: Public = Public(),  # noqa: B008 - a tuple
        limits: Limits = Limits(),  # noqa: B008 - a tuple
    ) -> None:
        self._agent = user_agent(settings)
        self._resolver = resolver
        self._public = public
        self._limits = limits

    def get(self, url: str, *, accept: str = "") -> Page:
        """The page at the address, whatever its status. A PDF comes without its body.

        With `accept`, a media type, that is asked for instead of a page, and whatever comes is read.
        Refused if the address, or one that it redirects to, is not public, or what is there is not a page.
        Unreachable if nothing usable comes.
        """
        return self._walk(url, reads=True, accept=accept)

    def check(self, url: str) -> int:
        """The status that the address answers after redirects; no body is read. Raises as `get`."""
        return self._walk(url, reads=False).status

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Page:
        """What the address answers to these bytes, whatever its status, without a body. Raises as `get`.

        It leads nowhere else: these bytes are for whoever is there.
        """
        bounds = Bounds(self._limits.whole, 2 * self._limits.body)
        sent = _Sent(body, [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()])
        return self._once(self._public.place(url), bounds, False, "", sent)

    def _walk(self, raw: str, reads: bool, accept: str = "") -> Page:
        # Compressed or not, no page needs more on the wire than twice what it may be.
        bounds = Bounds(self._limits.whole, 2 * self._limits.body)
        url = self._public.place(raw)
        for _ in range(self._limits.hops + 1):
            page = self._once(url, bounds, reads, accept)
            target = page.headers.get("location")
            if page.status not in _REDIRECTS or not target:
                return page
            url = self._public.place(target, url)
        raise Unreachable(f"{_host(url)} redirects too often")

    def _once(
        self, url: httpx.URL, bounds: Bounds, reads: bool, accept: str, sent: "_Sent | None" = None
    ) -> Page:
        origin = httpcore.Origin(url.raw_scheme, url.raw_host, port(url))
        tls = _tls() if url.scheme == "https" else None
        backend = Pinned(self._public, self._resolver, bounds)
        try:
            with (
                httpcore.HTTPConnection(origin, ssl_context=tls, network_backend=backend) as connection,
                self._answer(connection, url, accept or _PAGES_FIRST, sent) as response,
            ):
                page = self._head(url, response)
                if not reads or not (_is_final(page) if accept else _is_read(page)):
                    return page
                encoding = page.headers.get("content-encoding", "")
                body = bodies.unpacked(response.iter_stream(), encoding, bounds.deadline, self._limits.body)
                return page._replace(body=body)
        except _FAILURES as error:
            raise Unreachable(f"{_host(url)}: {type(error).__name__}: {str(error)[:200]}") from error

    def _answer(
        self, connection: httpcore.HTTPConnection, url: httpx.URL, accept: str, sent: "_Sent | None"
    ) -> AbstractContextManager[httpcore.Response]:
        address = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port(url), target=url.raw_path)
        headers = [
            (b"Host", url.netloc),
            (b"User-Agent", self._agent.encode("ascii")),
            (b"Accept", accept.encode("ascii")),
            (b"Accept-Encoding", b"gzip"),
            (b"Connection", b"close"),
        ]
        connect, silence = self._limits.connect, self._limits.silence
        waits = {"connect": connect, "read": silence, "write": silence}
        extensions = {"timeout": waits}
        if sent is None:
            return connection.stream("GET", address, headers=headers, extensions=extensions)
        headers += [*sent.headers, (b"Content-Length", b"%d" % len(sent.body))]
        return connection.stream("POST", address, headers=headers, content=sent.body, extensions=extensions)

    def _head(self, url: httpx.URL, response: httpcore.Response) -> Page:
        if len(response.headers) > self._limits.headers:
            raise Unreachable(f"{_host(url)} sends {len(response.headers)} headers")
        headers = httpx.Headers(response.headers)
        return Page(str(url), response.status, headers.get("content-type", ""), headers, b"")


def guarded(settings: Settings) -> Guarded:
    """A client for addresses that people typed; for the worker, never while somebody waits for a page."""
    return Guarded(settings)


def _is_final(page: Page) -> bool:
    return page.status not in _REDIRECTS


def _is_read(page: Page) -> bool:
    """Whether the body is worth reading. Refused if the address leads to something that is no page."""
    if not _is_final(page) or page.kind == _PDF:
        return False
    if page.kind in _PAGES:
        return True
    if page.status // 100 == 2:
        raise Refused("This address leads to a file or a service, not to a page that can be read.")
    return False


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


@cache
def _tls() -> ssl.SSLContext:
    # Not from the environment: whoever may set variables should not choose whom we trust.
    return httpx.create_ssl_context(trust_env=False)
