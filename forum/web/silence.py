"""Connections whose other side went without a word: the kernel ends them soon, not in a quarter of an hour.

What is written to such a connection is sent again and again; TCP_USER_TIMEOUT (tcp(7); RFC 5482 has the idea)
says for how long. What accepts connections hands it on to those that it accepts.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

#: Seconds for which what was written may stay without an answer.
PATIENCE = 12.0
_OWN_FILES = Path("/proc/self/fd")


class _Line(NamedTuple):
    """Our end of a connection, or a door: what accepts connections."""

    port: int
    is_door: bool


def ends(patience: float = PATIENCE) -> None:
    """Connections that came to this process, and those to come, end after so many seconds of silence.

    Where the system has no such option, or does not show what is open, everything stays as it is.
    """
    if not hasattr(socket, "TCP_USER_TIMEOUT") or not _OWN_FILES.is_dir():
        return
    lines = dict(_lines())
    doors = {line.port for line in lines.values() if line.is_door}
    for number, line in lines.items():
        if line.port in doors:
            with suppress(OSError), _borrowed(number) as found:  # what is closed by now
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(patience * 1000))


def _lines() -> Iterator[tuple[int, _Line]]:
    """The internet sockets of this process, each with its number."""
    for entry in list(_OWN_FILES.iterdir()):
        # Of other files not even a copy may be opened: SQLite loses its locks when that is closed.
        with suppress(OSError):  # what is closed by now
            if entry.is_socket():
                with _borrowed(int(entry.name)) as found:
                    line = _line(found)
                if line is not None:
                    yield int(entry.name), line


def _line(found: socket.socket) -> _Line | None:
    is_internet = found.family in {socket.AF_INET, socket.AF_INET6}
    if not is_internet or found.type != socket.SOCK_STREAM:
        return None
    is_door = bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    return _Line(int(found.getsockname()[1]), is_door)


@contextmanager
def _borrowed(number: int) -> Iterator[socket.socket]:
    """The server's socket of this number: whatever happens, to close it is not for us."""
    found = socket.socket(fileno=number)
    try:
        yield found
    finally:
        found.detach()
