"""The client for known services, whose addresses are settings of the forum.

It tells who asks, waits only so long, reads only so much, and stays on the host that it was sent to. When to
ask, and when again, is for its users to know. Addresses that people typed never go through it.
"""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import cache
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import httpx

from forum import clock
from forum.config import Settings
from forum.fetch import bodies
from forum.fetch.agent import user_agent
from forum.fetch.failures import NotReached, Unreachable

#: Seconds for a connection, and for the next piece of an answer.
CONNECT, SILENCE = 3.0, 10.0
#: Seconds for one answer with all its redirects.
WHOLE = 15.0
HOPS = 5
_NOTHING: Mapping[str, str] = {}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Answer(NamedTuple):
    status: int
    headers: httpx.Headers
    body: bytes


class Known:
    """A client for known services. Used with `with`, or closed by `close()`."""

    def __init__(self, settings: Settings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        headers = {"User-Agent": user_agent(settings), "Accept-Encoding": "gzip"}
        self._client = httpx.Client(headers=headers, follow_redirects=False, verify=_tls())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def get(
        self,
        url: str,
        query: Mapping[str, str] = _NOTHING,
        headers: Mapping[str, str] = _NOTHING,
        *,
        seconds: float = WHOLE,
    ) -> Answer:
        """The service's answer, whatever its status. Unreachable if none comes in so many seconds."""
        deadline = time.monotonic() + seconds
        with _reaching(url):
            address = httpx.URL(url, params=query) if query else httpx.URL(url)
            return self._follow(address, headers, deadline)

    def post(
        self,
        url: str,
        form: Mapping[str, str],
        headers: Mapping[str, str] = _NOTHING,
        *,
        seconds: float = WHOLE,
    ) -> Answer:
        """The service's answer to the form, whatever its status: what is in it goes nowhere else.

        Unreachable if none comes in so many seconds.
        """
        with _reaching(url):
            return self._once(httpx.URL(url), headers, time.monotonic() + seconds, form)

    def pause(self, seconds: float) -> None:
        """Waits so long."""
        self._sleep(seconds)

    def _follow(self, address: httpx.URL, headers: Mapping[str, str], deadline: float) -> Answer:
        for _ in range(HOPS):
            answer = self._once(address, headers, deadline)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not target:
                return answer
            address = _allowed(address, address.join(target))
        raise Unreachable(f"{address.host} redirects in circles")

    def _once(
        self,
        address: httpx.URL,
        headers: Mapping[str, str],
        deadline: float,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        waits = _waits(deadline - time.monotonic())
        method = "GET" if form is None else "POST"
        with self._client.stream(method, address, headers=headers, data=form, timeout=waits) as response:
            encoding = response.headers.get("content-encoding", "")
            body = bodies.unpacked(response.iter_raw(), encoding, deadline)
            return Answer(response.status_code, response.headers, body)


def known(settings: Settings) -> Known:
    """A client for the services that the forum asks; for addresses from settings only."""
    return Known(settings)


@cache
def _tls() -> ssl.SSLContext:
    # Reading every certificate that this machine trusts takes longer than a question to a service.
    return httpx.create_ssl_context()


@contextmanager
def _reaching(url: str) -> Iterator[None]:
    """What goes wrong on the way, in the words of failures.py; only the host is named."""
    host = urlsplit(url).hostname or "an address without a host"
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotReached(f"{host} cannot be reached: {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise Unreachable(f"{host}: {type(error).__name__}: {error}") from error


def _allowed(here: httpx.URL, there: httpx.URL) -> httpx.URL:
    same = (there.scheme, there.host, there.port) == (here.scheme, here.host, here.port)
    safer = (here.scheme, there.scheme) == ("http", "https") and there.host == here.host
    if same or (safer and here.port is None and there.port is None):
        return there
    raise Unreachable(f"{here.host} redirects to another place: {str(there)[:200]}")


def _waits(seconds: float) -> httpx.Timeout:
    """How long each step may take when there is so much time for all of them."""
    left = max(seconds, 0.001)
    return httpx.Timeout(min(SILENCE, left), connect=min(CONNECT, left))


def asked_pause(headers: httpx.Headers) -> float | None:
    """Seconds that Retry-After asks for (a number or a date); None when it says nothing readable."""
    retry_after = headers.get("retry-after", "")
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        moment = parsedate_to_datetime(retry_after)
        return max(0.0, (moment - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return None
