"""Machines that a stranger's address may lead to: raw listeners, which answer byte by byte as told."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Gets the open connection after the request has been read; the connection is closed afterwards.
Script = Callable[[socket.socket], None]


class Listener:
    """One address and port; counts who came, keeps what was asked, answers with `script`."""

    def __init__(self, address: str, port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.create_server((address, port), family=family, backlog=64)
        self.port: int = self._socket.getsockname()[1]
        self.visits = 0
        self.asked: list[bytes] = []
        self.script: Script = lambda _: None

    @contextmanager
    def running(self) -> Iterator["Listener"]:
        """Listens until the end of the block, when nobody is served any more."""
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._socket.shutdown(socket.SHUT_RDWR)
            thread.join()
            self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            with connection:
                try:
                    self.asked.append(connection.recv(65536))
                    self.script(connection)
                except OSError:
                    """The client has had enough, as it should."""


def says(*parts: bytes, pause: float = 0) -> Script:
    """A script that sends the parts one after the other."""
    waiting = threading.Event()

    def script(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            waiting.wait(pause)

    return script


def answer(
    body: bytes = b"<title>Here</title>", *headers: str, status: int = 200, kind: str = "text/html"
) -> bytes:
    """A whole answer, as it goes over the wire."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
    lines += [f"Content-Type: {kind}"] if kind else []
    return "\r\n".join([*lines, "", ""]).encode() + body
