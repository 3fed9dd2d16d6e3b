"""Connections to checked machines only: the number that was judged is the number that is dialled.

httpcore asks this backend for a connection to a host by name and then speaks TLS with that name, so
certificates are checked as always; nobody looks the name up a second time.
"""

import queue
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from socket import SOCK_STREAM
from typing import Any

import httpcore

from forum.fetch.failures import Refused, Unreachable
from forum.fetch.public import Address, Public, as_number

#: As `socket.getaddrinfo`: called with host, port, family and type.
Resolver = Callable[..., Iterable[tuple[Any, ...]]]
#: A name may stand for hundreds of machines that never answer.
MACHINES = 4


class Bounds:
    """What one page may cost: `deadline` is when it ends, `size` how many bytes may come over the wire."""

    def __init__(self, seconds: float, size: int) -> None:
        self.deadline = time.monotonic() + seconds
        self._size = size

    def left(self, most: float | None) -> float:
        """Seconds that the next wait may last; more than zero, which would mean: do not wait at all."""
        rest = self.deadline - time.monotonic()
        return max(0.001, rest if most is None else min(rest, most))

    def spend(self, size: int) -> None:
        """Counts `size` bytes. Unreachable if there were too many or it is too late."""
        self._size -= size
        if self._size < 0:
            raise Unreachable("the answer is too large")
        if time.monotonic() > self.deadline:
            raise Unreachable("the answer takes too long")


class Bounded(httpcore.NetworkStream):
    """A connection that ends in time however slowly bytes come, in the head as in the body."""

    def __init__(self, stream: httpcore.NetworkStream, bounds: Bounds) -> None:
        self._stream = stream
        self._bounds = bounds

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._bounds.left(timeout))
        self._bounds.spend(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._bounds.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._bounds.left(timeout))
        return Bounded(stream, self._bounds)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Pinned(httpcore.NetworkBackend):
    """Connects to public machines. Raises Refused if any number that a name stands for is not public."""

    def __init__(self, public: Public, resolver: Resolver, bounds: Bounds) -> None:
        self._public = public
        self._resolver = resolver
        self._bounds = bounds
        self._dialler = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("the name stands for no machine")
        for number in self._numbers(host, port)[:MACHINES]:
            try:
                stream = self._dialler.connect_tcp(
                    str(number), port, self._bounds.left(timeout), local_address, socket_options
                )
                return Bounded(stream, self._bounds)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _numbers(self, host: str, port: int) -> list[Address]:
        known = as_number(host)
        numbers = [known] if known else self._looked_up(host, port)
        # One inner number among public ones is how a name is turned against us.
        if not all(self._public.holds(number) for number in numbers):
            raise Refused("This name stands for a machine in a private network; only public pages are read.")
        return numbers

    def _looked_up(self, host: str, port: int) -> list[Address]:
        """In a thread, because a look-up cannot be told how long it may take."""
        answers: queue.SimpleQueue[list[tuple[Any, ...]] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(list(self._resolver(host, port, 0, SOCK_STREAM)))
            except Exception as error:
                answers.put(error)

        threading.Thread(target=ask, daemon=True).start()
        try:
            answer = answers.get(timeout=self._bounds.left(None))
        except queue.Empty:
            raise httpcore.ConnectTimeout("the name is not found in time") from None
        if isinstance(answer, OSError | UnicodeError):
            raise httpcore.ConnectError(f"the name is not found: {answer}") from answer
        if isinstance(answer, Exception):
            raise answer
        return list(dict.fromkeys(ip_address(str(info[4][0]).partition("%")[0]) for info in answer))
