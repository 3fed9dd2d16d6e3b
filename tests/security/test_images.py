"""Pictures that were made to do harm, sent to a real server: refused at once, and it grows no larger.

Nobody waits long, and nobody else notices. What cameras and phones hang on a picture does not stay on it.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pictures
import pytest
from browser.server import Forum
from makers import make_account

from forum import schema
from forum.accounts import sessions
from forum.db import Database

#: Of the server's memory, all its processes together.
MOST_GROWTH = 64 * 1024 * 1024
#: Seconds in which an answer is there, on a machine that has nothing else to do.
AT_ONCE = 1.0

REFUSED: dict[str, Callable[[], bytes]] = {
    "12,000 x 12,000 pixels in 18 kB": lambda: pictures.png(12_000, 12_000),
    "20,000 x 20,000 pixels": lambda: pictures.png(20_000, 20_000),
    "truncated PNG": lambda: pictures.saved(pictures.gradient(900, 900))[:20_000],
    "truncated JPEG": lambda: pictures.saved(pictures.gradient(900, 900), "JPEG")[:9_000],
    "nested: a remark that unpacks to 64 MB": pictures.text_bomb,
    "GIF that is a program": pictures.gif_and_script,
    "SVG": lambda: pictures.SVG,
    "SVG that says it is a PNG": lambda: b"\x89PNG\r\n\x1a\n" + pictures.SVG,
    "HTML that says it is a JPEG": lambda: b"\xff\xd8\xff\xe0" + pictures.PAGE,
    "nothing": lambda: b"",
    "zeros": lambda: bytes(1_000_000),
    "GIF with a huge canvas": pictures.huge_gif,
    "APNG of two thousand million frames": pictures.lying_animation,
    "GIF of 200,000 frames": lambda: pictures.huge_gif(10, 10, 200_000),
    "PNG and ZIP": pictures.png_and_zip,
    "GIF and HTML": pictures.small_gif_with_script,
    "JPEG with HTML in its EXIF": pictures.jpeg_with_page,
}


class Server(NamedTuple):
    forum: Forum
    client: httpx.Client

    def send(self, content: bytes) -> tuple[httpx.Response, float]:
        """The answer, and in how many seconds it came."""
        began = time.monotonic()
        files = {"file": ("picture.png", content, "image/png")}
        answer = self.client.post("/images?part=1", data={"alt": "A picture"}, files=files)
        return answer, time.monotonic() - began

    def memory(self) -> int:
        """The largest resident size, in bytes, that each process of the server has had so far, added up."""
        own = [each.pid for each in self.forum._processes]
        return sum(_peak(number) for number in _family(own))


def _family(numbers: list[int]) -> set[int]:
    """These processes and those that they have begun."""
    found = set(numbers)
    for number in numbers:
        for path in Path(f"/proc/{number}/task").glob("*/children"):
            found |= _family([int(child) for child in path.read_text().split()])
    return found


def _peak(number: int) -> int:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{number}/status").read_text().splitlines())
    return int(status.get("VmHWM", "0 kB").split()[0]) * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("images")
    database = Database(f"sqlite:///{folder / 'forum.sqlite3'}")
    schema.migrate(database)
    with database.writing() as db:
        token = sessions.start(db, make_account(db, "mira").id)
    database.close()
    forum = Forum(folder, "http://127.0.0.1:9")
    with forum.running("--no-worker"):
        headers = {"Cookie": f"session={token}", "Origin": forum.base}
        with httpx.Client(base_url=forum.base, headers=headers, timeout=30) as client:
            found = Server(forum, client)
            # What a server needs for its first picture, it needs for no other.
            assert found.send(pictures.picture())[0].status_code == 201
            yield found


def test_what_would_do_harm_is_refused_at_once_and_in_little_memory(server: Server) -> None:
    before, times = server.memory(), dict[str, float]()
    for name, made in REFUSED.items():
        answer, times[name] = server.send(made())
        assert answer.status_code == 422, (name, answer.status_code)
        assert answer.json()["error"].endswith("."), name
        assert "error" in json.loads(answer.content) and b"script" not in answer.content
    assert server.memory() - before < MOST_GROWTH
    # On a machine that does other things beside it, one may wait; not all of them.
    assert sorted(times.values())[len(times) // 2] < AT_ONCE, times


def test_nothing_stays_of_what_hung_on_a_picture(server: Server) -> None:
    sent = pictures.jpeg_with_place() + b"ftypmp42 a short film"
    answer, _ = server.send(sent)
    assert answer.status_code == 201
    stored = server.client.get(f"/images/{answer.json()['name']}")
    assert stored.headers["content-type"] == "image/webp" and stored.content != sent
    for part in (b"film", b"remark", b"home", b"EXIF", b"Exif", b"XMP ", b"ICCP"):
        assert part not in stored.content, part


def test_large_good_ones_are_taken_in_little_memory(server: Server) -> None:
    before = server.memory()
    answer, _ = server.send(pictures.saved(pictures.gradient(4000, 3000), "JPEG", quality=95))
    assert answer.status_code == 201 and "-1600x1200.webp" in answer.json()["name"]
    assert server.memory() - before < MOST_GROWTH
