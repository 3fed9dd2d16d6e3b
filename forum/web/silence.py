"""Connections whose other side went without a word: the kernel ends them soon, not in a quarter of an hour.

What is written to such a connection is sent again and again; TCP_USER_TIMEOUT (tcp(7); RFC 5482 has the idea)
says for how long. What accepts connections hands it on to those that it accepts.
"""

import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

#: Seconds for which what was written may stay without an answer.
PATIENCE = 12.0
_OWN_FILES = Path("/proc/self/fd")


def ends(patience: float = PATIENCE) -> None:
    """Connections that came to this process, and those to come, end after so many seconds of silence.

    Where the system has no such option, or does not show what is open, everything stays as it is.
    """
    if not hasattr(socket, "TCP_USER_TIMEOUT") or not _OWN_FILES.is_dir():
        return
    ours = list(_internet_sockets())
    doors = {_port(each) for each in ours if _is_door(each)}
    for each in ours:
        if _port(each) in doors:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(patience * 1000))
        # It is the server's: to close it is not for us.
        each.detach()


def _internet_sockets() -> Iterable[socket.socket]:
    """Those of this process, to be detached."""
    for entry in list(_OWN_FILES.iterdir()):
        with suppress(OSError):  # what is closed by now
            # Of other files not even a copy may be opened: SQLite loses its locks when that is closed.
            if entry.is_socket():
                found = socket.socket(fileno=int(entry.name))
                is_internet = found.family in {socket.AF_INET, socket.AF_INET6}
                if is_internet and found.type == socket.SOCK_STREAM:
                    yield found
                else:
                    found.detach()


def _is_door(found: socket.socket) -> bool:
    return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _port(found: socket.socket) -> int:
    return int(found.getsockname()[1])
