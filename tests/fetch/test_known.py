"""The client for known services, against a server on this machine."""

import gzip
from collections.abc import Iterator

import httpx
import pytest
from references.fake_services import FakeServices, Reply

from forum.config import Settings
from forum.fetch import LARGEST_BODY, Known, Unreachable, user_agent
from forum.fetch.known import _allowed


@pytest.fixture
def fake() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(pauses: list[float]) -> Iterator[Known]:
    settings = Settings(base_url="https://forum.example.org", contact="team@example.org")
    with Known(settings, sleep=pauses.append) as client:
        yield client


def test_it_says_who_asks(fake: FakeServices, client: Known) -> None:
    fake.next(Reply(body=b'{"a": 1}'))
    answer = client.get(f"{fake.base}/x", mailto="team@example.org")
    assert (answer.status, answer.json()) == (200, {"a": 1})
    assert fake.asked == ["/x?mailto=team%40example.org"]
    assert fake.agents == ["Footnote/0.1.0 (+https://forum.example.org; mailto:team@example.org)"]


def test_it_sends_what_a_service_wants(fake: FakeServices, client: Known) -> None:
    fake.next(Reply(302, headers={"Location": "/there"}), Reply())
    client.get(f"{fake.base}/x", headers={"User-Agent": "Other/1"}, url="https://example.org/", self="1")
    assert fake.asked == ["/x?url=https%3A%2F%2Fexample.org%2F&self=1", "/there"]
    assert fake.agents == ["Other/1", "Other/1"]


def test_without_a_contact_it_names_the_forum_only() -> None:
    assert user_agent(Settings(base_url="https://bücher.example")).endswith("(+https://bcher.example)")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_it_tries_again_twice_at_most(
    fake: FakeServices, client: Known, pauses: list[float], status: int
) -> None:
    fake.next(Reply(status), Reply(status), Reply(200))
    assert client.get(fake.base).status == 200
    assert len(pauses) == 2
    fake.next(Reply(status), Reply(status), Reply(status))
    with pytest.raises(Unreachable, match=f"answered {status}"):
        client.get(fake.base)
    assert len(fake.asked) == 6


def test_it_waits_as_long_as_it_is_asked(fake: FakeServices, client: Known, pauses: list[float]) -> None:
    fake.next(Reply(429, headers={"Retry-After": "3"}), Reply(429, headers={"Retry-After": "soon"}))
    assert client.get(fake.base).status == 404
    assert pauses[0] == 3
    assert 0.5 <= pauses[1] <= 4


@pytest.mark.parametrize("asked", ["60", "Sun, 01 Nov 2026 12:01:00 GMT"])
@pytest.mark.usefixtures("frozen")
def test_a_long_pause_is_for_another_day(
    fake: FakeServices, client: Known, pauses: list[float], asked: str
) -> None:
    fake.next(Reply(429, headers={"Retry-After": asked}))
    with pytest.raises(Unreachable, match="answered 429"):
        client.get(fake.base)
    assert (pauses, len(fake.asked)) == ([], 1)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_other_answers_are_answers(fake: FakeServices, client: Known, status: int) -> None:
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
    assert client.get(fake.base).json() == {"a": "b"}
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


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b"\xff\xfe", b"1" * 10_000])
def test_what_is_not_json_is_said_so(fake: FakeServices, client: Known, body: bytes) -> None:
    fake.next(Reply(body=body))
    with pytest.raises(Unreachable, match="not JSON"):
        client.get(fake.base).json()


def test_nobody_there(client: Known, pauses: list[float]) -> None:
    with FakeServices().running() as gone:
        base = gone.base
    with pytest.raises(Unreachable, match="cannot be reached"):
        client.get(base)
    assert len(pauses) == 2


def test_an_answer_that_drips_is_given_up(fake: FakeServices) -> None:
    fake.next(Reply(body=b"{}"))
    with Known(Settings(), whole=-1.0) as client, pytest.raises(Unreachable, match="too long"):
        client.get(fake.base)
