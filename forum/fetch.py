"""The only outbound HTTP. One client for known services, whose addresses are settings of the forum.

It tells who asks, waits only so long, reads only so much, stays on the host that it was sent to, and tries
again when the service asks for patience. Addresses that people typed never go through it.
"""

import random
import time
import zlib
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from json import loads
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx

from forum import __version__, clock
from forum.config import Settings

LARGEST_BODY = 2 * 1024 * 1024
WAITS = httpx.Timeout(10.0, connect=3.0)
#: Seconds for one `get` with all its tries and redirects.
WHOLE = 15.0
TRIES = 3
#: Seconds; a service that asks for a longer pause is left alone until the job's next run.
LONGEST_PAUSE = 5.0
HOPS = 5
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Unreachable(Exception):
    """No usable answer came; the message says why, for the log."""


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

    def __init__(self, settings: Settings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.contact = settings.contact
        self._sleep = sleep
        headers = {"User-Agent": user_agent(settings), "Accept-Encoding": "gzip"}
        self._client = httpx.Client(headers=headers, timeout=WAITS, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def get(self, url: str, **query: str) -> Answer:
        """The service's final answer, whatever its status. Unreachable if it has none or says: later."""
        deadline = time.monotonic() + WHOLE
        address = httpx.URL(url, params=query) if query else httpx.URL(url)
        for attempt in range(TRIES):
            why, pause = "", _pause(attempt)
            try:
                answer = self._follow(address, deadline)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                why = f"{address.host} cannot be reached: {error}"
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                raise Unreachable(f"{address.host}: {type(error).__name__}: {error}") from error
            else:
                if answer.status not in _TRY_AGAIN:
                    return answer
                why = f"{address.host} answered {answer.status}"
                pause = _asked_pause(answer.headers.get("retry-after"), pause)
            if attempt + 1 == TRIES or pause > LONGEST_PAUSE or time.monotonic() + pause > deadline:
                break
            self._sleep(pause)
        raise Unreachable(why)

    def _follow(self, address: httpx.URL, deadline: float) -> Answer:
        for _ in range(HOPS):
            answer = self._once(address, deadline)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not target:
                return answer
            address = _allowed(address, address.join(target))
        raise Unreachable(f"{address.host} redirects in circles")

    def _once(self, address: httpx.URL, deadline: float) -> Answer:
        with self._client.stream("GET", address) as response:
            return Answer(response.status_code, response.headers, _body(response, deadline))


def known(settings: Settings) -> Known:
    """A client for the services that the forum asks; for addresses from settings only."""
    return Known(settings)


def user_agent(settings: Settings) -> str:
    """Who asks, and where to complain."""
    contact = f"; mailto:{settings.contact}" if settings.contact else ""
    told = f"Footnote/{__version__} (+{settings.base_url}{contact})"
    return told.encode("ascii", "ignore").decode()


def _body(response: httpx.Response, deadline: float) -> bytes:
    """The body, decompressed by hand so that a small one cannot become a huge one in memory."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise Unreachable(f"an answer compressed as {encoding[:40]!r}, which was not asked for")
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = b""
    try:
        for chunk in response.iter_raw():
            body += inflate.decompress(chunk, LARGEST_BODY + 1 - len(body)) if inflate else chunk
            if len(body) > LARGEST_BODY:
                raise Unreachable("the answer is too large")
            if time.monotonic() > deadline:
                raise Unreachable("the answer takes too long")
    except zlib.error as error:
        raise Unreachable(f"the answer is damaged: {error}") from None
    if inflate and body and not inflate.eof:
        raise Unreachable("the answer was cut off")
    return body


def _allowed(here: httpx.URL, there: httpx.URL) -> httpx.URL:
    same = (there.scheme, there.host, there.port) == (here.scheme, here.host, here.port)
    safer = (here.scheme, there.scheme) == ("http", "https") and there.host == here.host
    if same or (safer and here.port is None and there.port is None):
        return there
    raise Unreachable(f"{here.host} redirects to another place: {str(there)[:200]}")


def _pause(attempt: int) -> float:
    # Jitter, so that many forums that failed together do not come back together.
    return random.uniform(0.5, 1.0) * 2.0**attempt  # noqa: S311 - not a secret


def _asked_pause(retry_after: str | None, otherwise: float) -> float:
    """Seconds that Retry-After asks for (a number or a date); `otherwise` when it says nothing readable."""
    if not retry_after:
        return otherwise
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        moment = parsedate_to_datetime(retry_after)
        return max(0.0, (moment - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return otherwise
