"""Who goes without a word is noticed: the other side drops all that comes, and does not end the line."""

import asyncio
import ctypes
import errno
import gc
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from forum.db import Database
from forum.web import live, silence

#: asm-generic/socket.h; a program of one instruction, "keep nothing" (linux/filter.h).
SO_ATTACH_FILTER, RETURN_NOTHING = 26, struct.pack("HBBI", 0x06, 0, 0, 0)


def go_silent(one: socket.socket) -> None:
    """From now on nothing reaches it, nor does it say that it is gone."""
    code = ctypes.create_string_buffer(RETURN_NOTHING)
    program = struct.pack("HL", 1, ctypes.addressof(code))
    one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door


def is_noticed(here: socket.socket, seconds: float) -> bool:
    """Whether the connection ends by itself within so many seconds, something being written to it."""
    here.settimeout(seconds)
    here.send(b": \n\n")
    with suppress(TimeoutError):
        try:
            return not here.recv(1)
        except OSError as error:
            return not isinstance(error, TimeoutError) or error.errno is not None
    return False


@pytest.mark.parametrize("came_first", [True, False])
def test_silence_ends_a_connection(door: socket.socket, *, came_first: bool) -> None:
    if not came_first:
        silence.ends(0.3)
    with socket.create_connection(door.getsockname()) as there:
        here, _ = door.accept()
        if came_first:
            silence.ends(0.3)
        with here:
            go_silent(there)
            assert is_noticed(here, 10)


def test_who_answers_stays(door: socket.socket) -> None:
    silence.ends(0.3)
    with socket.create_connection(door.getsockname()) as there:
        here, _ = door.accept()
        with here:
            here.send(b": \n\n")
            assert there.recv(4) == b": \n\n"
            time.sleep(0.6)
            here.send(b"more")
            assert there.recv(4) == b"more"


def test_the_first_reader_of_a_live_page_begins_it(
    new_database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bool] = []
    monkeypatch.setattr(silence, "ends", lambda: begun.append(True))
    asyncio.run(_two_readers(new_database("sqlite")))
    assert begun == [True]


async def _two_readers(database: Database) -> None:
    hub = live.Live(database, most=2, most_each=2)
    streams = [hub.stream(live.Reader(live.Listens("en"), "127.0.0.1")) for _ in range(2)]
    for stream in streams:
        assert await anext(stream) == live.BEGIN
    for stream in streams:
        await stream.aclose()  # type: ignore[attr-defined]
    await hub.close()


def test_what_is_open_stays_open(door: socket.socket, tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file, socket.create_connection(door.getsockname()) as there:
        before = {entry.name: entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.exists()}
        silence.ends()
        after = {entry.name: entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.exists()}
        assert before == after
        file.write("still")
        there.send(b"still")


def test_what_is_closed_meanwhile_takes_nothing_along(
    door: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(socket.socket):
        def setsockopt(self, *_given: object) -> None:
            raise OSError(errno.EBADF, "closed by now")

    with socket.create_connection(door.getsockname()) as there:
        here, _ = door.accept()
        with here:
            with monkeypatch.context() as patch:
                patch.setattr(socket, "socket", Gone)
                silence.ends()
            gc.collect()
            there.send(b"still")
            assert here.recv(5) == b"still"


def test_without_it_silence_goes_on(door: socket.socket) -> None:
    with socket.create_connection(door.getsockname()) as there:
        here, _ = door.accept()
        with here:
            go_silent(there)
            assert not is_noticed(here, 1.5)
