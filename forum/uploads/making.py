"""Pictures are made anew by a process apart (`child.py`), at most two at a time."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from forum.errors import Busy
from forum.languages.formats import number
from forum.languages.words import N_, _
from forum.uploads.sniffing import Unusable, kind_of

log = structlog.get_logger()

#: Of what is sent.
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 10_000
#: Of what is made of it: the longer side, and the width of the small one that wider ones have beside that.
FULL_SIDE = 1600
SMALL_WIDTH = 800
#: Seconds that one picture may take, and for how long one waits for its turn.
SECONDS = 10.0
PATIENCE = 10.0
#: Bytes that the child may answer: more than stills of these sizes ever have.
_MOST_ANSWERED = 8 * 1024 * 1024
_CHILD = Path(__file__).with_name("child.py")
_TURNS = threading.BoundedSemaphore(2)

TOO_LARGE = N_(
    "This picture is larger than {side} pixels on a side, or {pixels} million in all. Please make it"
    " smaller and send it again."
)
TOO_LONG = N_("This animation has too many or too large frames. Please send a shorter or smaller one.")
DAMAGED = N_("This picture is damaged, or not what it seems to be. Please save it anew and send it again.")
TOO_SLOW = N_("This picture takes too long to work on. Please make it smaller and send it again.")
_WHY = {
    "too-large": TOO_LARGE,
    "too-long": TOO_LONG,
}


class Made(NamedTuple):
    """A picture as WebP, with the size in pixels of `full`; `small` is empty if that is small enough."""

    width: int
    height: int
    full: bytes
    small: bytes

    @property
    def weight(self) -> int:
        """Bytes of both."""
        return len(self.full) + len(self.small)


def made(content: bytes) -> Made:
    """The picture that these bytes hold, made anew. Unusable says why not; Busy if many wait before it."""
    kind = kind_of(content)
    if not _TURNS.acquire(timeout=PATIENCE):
        raise Busy
    try:
        answer = _ask(kind, content)
    finally:
        _TURNS.release()
    if not answer:
        # Damaged or hostile; if it is every picture, then something is wrong with this machine.
        log.warning("picture ended its process", kind=kind, bytes=len(content))
    return _read(answer)


def _ask(kind: str, content: bytes) -> bytes:
    """What the child says of these bytes; empty if it came to no end."""
    numbers = (MOST_PIXELS, LONGEST_SIDE, FULL_SIDE, SMALL_WIDTH)
    command = [sys.executable, "-I", "-B", str(_CHILD), kind, *map(str, numbers)]
    late = threading.Event()
    with subprocess.Popen(  # noqa: S603 - our own program, and nothing of what was sent is in the command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/",
        start_new_session=True,
    ) as child:  # fmt: skip
        timer = threading.Timer(SECONDS, _end, (child, late))
        timer.start()
        try:
            return _talk(child, content)
        finally:
            timer.cancel()
            _end(child)
            if late.is_set():
                log.warning("picture took too long", kind=kind, bytes=len(content))
                raise Unusable(_(TOO_SLOW))


def _talk(child: subprocess.Popen[bytes], content: bytes) -> bytes:
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdin.write(content)
        child.stdin.close()
    except BrokenPipeError:
        return b""
    # It reads all before it writes, so that neither waits for the other.
    return child.stdout.read(_MOST_ANSWERED + 1)


def _end(child: subprocess.Popen[bytes], late: threading.Event | None = None) -> None:
    """The child is no more, nor what it may have begun."""
    if late is not None:
        late.set()
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)


def _read(answer: bytes) -> Made:
    if len(answer) > _MOST_ANSWERED:
        raise Unusable(_(TOO_LONG))
    line, _end_of_line, pictures = answer.partition(b"\n")
    told = _told(line)
    if set(told) != {"width", "height", "full", "small"}:
        raise Unusable(why(str(told.get("refused"))))
    width, height, full, small = (told[name] for name in ("width", "height", "full", "small"))
    found = Made(width, height, pictures[:full], pictures[full:])
    sides = all(0 < side <= FULL_SIDE for side in (width, height))
    if not sides or len(found.full) != full or len(found.small) != small or not _are_ours(found):
        raise Unusable(_(DAMAGED))
    return found


def why(refused: str) -> str:
    """What is said when the child refused a picture."""
    pixels = number(MOST_PIXELS // 1_000_000)
    return _(_WHY.get(refused, DAMAGED)).format(side=number(LONGEST_SIDE), pixels=pixels)


def _told(line: bytes) -> dict[str, Any]:
    """What the child says of its pictures, in whole numbers; nothing if it was ended in the middle of it."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return told if "refused" in told or all(type(value) is int for value in told.values()) else {}


def _are_ours(found: Made) -> bool:
    """Whether these are pictures as a child of ours makes them, whatever has become of it."""
    pictures = [found.full, *filter(None, [found.small])]
    return all(each[:4] == b"RIFF" and each[8:12] == b"WEBP" for each in pictures)
