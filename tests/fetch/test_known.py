"""The client for known services, against a server on this machine."""

import gzip
import time
from collections.abc import Iterator

import httpx
import pytest
from references.fake_services import FakeServices, Reply

from forum.config import Settings
from forum.fetch import LARGEST_BODY, Known, NotReached, Unreachable, asked_pause, user_agent
from forum.fetch.known import _allowed


@pytest.fixture
def fake() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


@pytest.fixture
def client() -> Iterator[Known]:
    with Known(Settings(base_url="https://forum.example.org", contact="team@example.org")) as client:
        yield client


def test_it_says_who_asks(fake: FakeServices, client: Known) -> None:
    fake.next(Reply(body=b'{"a": 1}'))
    answer = client.get(f"{fake.base}/x", {"mailto": "team@example.org"})
    assert (answer.status, answer.body) == (200, b'{"a": 1}')
    assert fake.asked == ["/x?mailto=team%40example.org"]
    assert fake.agents == ["Footnote/0.1.0 (+https://forum.example.org; mailto:team@example.org)"]


def test_it_sends_what_a_service_wants(fake: FakeServices, client: Known) -> None:
    fake.next(Reply(302, headers={"Location": "/there"}), Reply())
    client.get(f"{fake.base}/x", {"url": "https://example.org/", "self": "1"}, {"User-Agent": "Other/1"})
    assert fake.asked == ["/x?url=https%3A%2F%2Fexample.org%2F&self=1", "/there"]
    assert fake.agents == ["Other/1", "Other/1"]


def test_without_a_contact_it_names_the_forum_only() -> None:
    assert user_agent(Settings(base_url="https://bücher.example")).endswith("(+https://bcher.example)")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3),
        ("60", 60),
        ("Sun, 01 Nov 2026 12:01:00 GMT", 60),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0),
        ("9" * 400, 999999999),
        ("soon", None),
        ("-3", None),
        ("\u00b3", None),
        ("", None),
    ],
)
@pytest.mark.usefixtures("frozen")
def test_it_reads_how_long_a_service_wants_to_be_left_alone(header: str, seconds: float | None) -> None:
    assert asked_pause(httpx.Headers({"Retry-After": header.encode("latin-1")})) == seconds
    assert asked_pause(httpx.Headers()) is None


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_all_answers_are_answers(fake: FakeServices, client: Known, status: int) -> None:
    fake.next(Reply(status, b"no"))
    assert client.get(fake.base)[0::2] == (status, b"no")
    assert len(fake.asked) == 1


def test_redirects_stay_on_the_host(fake: FakeServices, client: Known) -> None:
    fake.next(Reply(301, headers={"Location": "/there"}), Reply(200, b"here"))
    assert client.get(f"{fake.base}/x").body == b"here"
    assert fake.asked == ["/x", "/there"]


@pytest.mark.parametrize(
    "target",
    ["http://localhost:{port}/", "http://127.0.0.1:1/", "https://127.0.0.1:{port}/", "file:///etc/passwd",
     "//evil.example/", "http://127.0.0.1:{port}@evil.example/", "http://[::1"],
)  # fmt: skip
def test_redirects_elsewhere_are_refused(fake: FakeServices, client: Known, target: str) -> None:
    port = fake.base.rpartition(":")[2]
    fake.next(Reply(302, headers={"Location": target.format(port=port)}))
    with pytest.raises(Unreachable):
        client.get(fake.base)
    assert len(fake.asked) == 1


def test_redirects_in_circles_end(fake: FakeServices, client: Known) -> None:
    fake.next(*(Reply(302, headers={"Location": "/"}) for _ in range(20)))
    with pytest.raises(Unreachable, match="circles"):
        client.get(fake.base)


def test_http_may_become_https_of_the_same_host() -> None:
    here = httpx.URL("http://api.example.org/a")
    assert _allowed(here, httpx.URL("https://api.example.org/a")).scheme == "https"
    with pytest.raises(Unreachable):
        _allowed(httpx.URL("https://api.example.org/"), here)


def test_a_body_is_read_up_to_the_limit(fake: FakeServices, client: Known) -> None:
    fake.next(Reply(body=b"x" * LARGEST_BODY), Reply(body=b"x" * (LARGEST_BODY + 1)))
    assert len(client.get(fake.base).body) == LARGEST_BODY
    with pytest.raises(Unreachable, match="too large"):
        client.get(fake.base)


def test_a_compressed_body_is_measured_unpacked(fake: FakeServices, client: Known) -> None:
    zipped = {"Content-Encoding": "gzip"}
    bomb = gzip.compress(b"\0" * (50 * LARGEST_BODY))
    fake.next(Reply(body=gzip.compress(b'{"a": "b"}'), headers=zipped), Reply(body=bomb, headers=zipped))
    assert client.get(fake.base).body == b'{"a": "b"}'
    with pytest.raises(Unreachable, match="too large"):
        client.get(fake.base)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"not gzip", headers={"Content-Encoding": "gzip"}),
        Reply(body=gzip.compress(b"half of this is missing")[:-12], headers={"Content-Encoding": "gzip"}),
        Reply(body=b"x", headers={"Content-Encoding": "gzip, gzip"}),
        Reply(body=b"more than came", withheld=5),
    ],
)
def test_damaged_answers_are_no_answers(fake: FakeServices, client: Known, reply: Reply) -> None:
    fake.next(reply)
    with pytest.raises(Unreachable):
        client.get(fake.base)


def test_nobody_there(client: Known) -> None:
    with FakeServices().running() as gone:
        base = gone.base
    with pytest.raises(NotReached, match="cannot be reached"):
        client.get(base)


def test_an_answer_that_drips_is_given_up(fake: FakeServices, client: Known) -> None:
    fake.next(Reply(body=b"{}"))
    with pytest.raises(Unreachable):
        client.get(fake.base, seconds=-1.0)


def test_a_service_that_keeps_silent_is_given_up_in_time(fake: FakeServices, client: Known) -> None:
    fake.next(Reply(silent=5))
    began = time.monotonic()
    with pytest.raises(Unreachable, match="ReadTimeout"):
        client.get(fake.base, seconds=0.2)
    assert 0.2 <= time.monotonic() - began < 1


def test_it_waits_as_it_is_told() -> None:
    pauses: list[float] = []
    with Known(Settings(), sleep=pauses.append) as client:
        client.pause(3)
    assert pauses == [3]
