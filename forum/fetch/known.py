"""The client for known services, whose addresses are settings of the forum.

It tells who asks, waits only so long, reads only so much, stays on the host that it was sent to, and tries
again when the service asks for patience. Addresses that people typed never go through it.
"""

import random
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from json import loads
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx

from forum import clock
from forum.config import Settings
from forum.fetch import bodies
from forum.fetch.agent import user_agent
from forum.fetch.failures import NotReached, Unreachable

#: Seconds for a connection, and for the next piece of an answer.
CONNECT, SILENCE = 3.0, 10.0
#: Seconds for one `get` with all its tries and redirects.
WHOLE = 15.0
TRIES = 3
#: Seconds; a service that asks for a longer pause is left alone until the job's next run.
LONGEST_PAUSE = 5.0
HOPS = 5
#: Statuses that mean: not now.
TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Answer(NamedTuple):
    status: int
    headers: httpx.Headers
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Unreachable if it is something else."""
        try:
            return loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreachable(f"the answer is not JSON: {error}") from None


class Known:
    """A client for known services. Used with `with`, or closed by `close()`."""

    def __init__(
        self, settings: Settings, *, sleep: Callable[[float], None] = time.sleep, whole: float = WHOLE
    ) -> None:
        self.contact = settings.contact
        self._sleep = sleep
        self._whole = whole
        headers = {"User-Agent": user_agent(settings), "Accept-Encoding": "gzip"}
        self._client = httpx.Client(headers=headers, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def get(self, url: str, /, *, headers: Mapping[str, str] | None = None, **query: str) -> Answer:
        """The service's final answer, whatever its status. Unreachable if it has none or says: later."""
        deadline = time.monotonic() + self._whole
        for attempt in range(TRIES):
            why, pause = "", backoff(attempt)
            try:
                answer = self.once(url, query, headers or {}, deadline - time.monotonic())
            except NotReached as error:
                why = str(error)
            else:
                if answer.status not in TRY_AGAIN:
                    return answer
                why = f"{httpx.URL(url).host} answered {answer.status}"
                asked = asked_pause(answer.headers)
                pause = pause if asked is None else asked
            if attempt + 1 == TRIES or pause > LONGEST_PAUSE or time.monotonic() + pause > deadline:
                break
            self.pause(pause)
        raise Unreachable(why)

    def once(self, url: str, query: Mapping[str, str], headers: Mapping[str, str], seconds: float) -> Answer:
        """The service's answer to one request, whatever its status. Unreachable if none comes in time."""
        deadline = time.monotonic() + seconds
        host = url
        try:
            address = httpx.URL(url, params=query) if query else httpx.URL(url)
            host = address.host
            return self._follow(address, headers, deadline)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NotReached(f"{host} cannot be reached: {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Unreachable(f"{host}: {type(error).__name__}: {error}") from error

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

    def _once(self, address: httpx.URL, headers: Mapping[str, str], deadline: float) -> Answer:
        waits = _waits(deadline - time.monotonic())
        with self._client.stream("GET", address, headers=headers, timeout=waits) as response:
            encoding = response.headers.get("content-encoding", "")
            body = bodies.unpacked(response.iter_raw(), encoding, deadline)
            return Answer(response.status_code, response.headers, body)


def known(settings: Settings) -> Known:
    """A client for the services that the forum asks; for addresses from settings only."""
    return Known(settings)


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


def backoff(attempt: int) -> float:
    """Seconds to wait after so many tries, the first being number 0."""
    # Jitter, so that many forums that failed together do not come back together.
    return random.uniform(0.5, 1.0) * 2.0**attempt  # noqa: S311 - not a secret


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
