"""The client for addresses that people typed: whatever they type, nothing inner is ever connected to.

127.0.0.2 plays the public web here; 127.0.0.1 and ::1 are the inner network, and nobody may call there.
"""

import gzip
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import IPv4Network, ip_address
from typing import Any

import pytest
from fetch.listeners import Listener, Script, answer, says
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st

from forum.config import Settings
from forum.fetch import Guarded, Limits, Page, Public, Refused, Unreachable, guarded
from forum.fetch.guarded import _tls
from forum.fetch.pinned import Bounds

OUTER, INNER = "127.0.0.2", "127.0.0.1"
PATIENT = Limits(whole=10, body=100_000)
QUICK = PATIENT._replace(whole=0.25)


class Names:
    """A resolver with the signature of `socket.getaddrinfo`; knows some names, and numbers in disguise."""

    def __init__(self) -> None:
        self.known: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []

    def add(self, name: str, *answers: list[str]) -> None:
        """Each look-up of the name takes the next answer; the last one stays."""
        self.known[name] = list(answers)

    def __call__(self, host: str, port: int, family: int = 0, type: int = 0) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        if host not in self.known:
            # As the real one: 2130706433, 0x7f.1 and 127.1 are numbers to it.
            return list(socket.getaddrinfo(host, port, family, type, 0, socket.AI_NUMERICHOST))
        answers = self.known[host]
        numbers = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, type, 6, "", (number, port)) for number in numbers]


class World:
    """The web and the inner network on one port, so that the port is never what saves us."""

    def __init__(self, outer: Listener, inner: list[Listener]) -> None:
        self.outer = outer
        self.inner = inner
        self.port = outer.port
        self.names = Names()
        self.names.add("journal.example.org", [OUTER])
        self.names.add("inner.example.org", [INNER])
        self.names.add("mixed.example.org", [OUTER, INNER])
        for name in ("localhost", "localhost.", "api.localhost", "printer", "db.internal", "nas.local"):
            self.names.add(name, [INNER])
        self.public = Public(frozenset({self.port}), (IPv4Network(f"{OUTER}/32"),))
        self.base = f"http://journal.example.org:{self.port}"

    def client(self, limits: Limits = PATIENT) -> Guarded:
        return Guarded(Settings(), resolver=self.names, public=self.public, limits=limits)

    def get(self, script: Script, path: str = "/", limits: Limits = PATIENT) -> Page:
        """What our client makes of an answer of the web."""
        self.outer.script = script
        return self.client(limits).get(self.base + path)

    @property
    def intrusions(self) -> int:
        return sum(listener.visits for listener in self.inner)


@pytest.fixture(scope="module")
def listeners() -> Iterator[tuple[Listener, list[Listener]]]:
    with ExitStack() as stack:
        outer = stack.enter_context(Listener(OUTER).running())
        inner = [stack.enter_context(Listener(INNER, outer.port).running())]
        if socket.has_ipv6:
            inner.append(stack.enter_context(Listener("::1", outer.port).running()))
        yield outer, inner


@pytest.fixture
def world(listeners: tuple[Listener, list[Listener]]) -> Iterator[World]:
    outer, inner = listeners
    outer.visits, outer.asked, outer.script = 0, [], says(answer())
    for listener in inner:
        listener.visits, listener.script = 0, says(answer(b"secret"))
    world = World(outer, inner)
    yield world
    assert world.intrusions == 0


# --- what works ----------------------------------------------------------------------------------------


def test_a_page(world: World) -> None:
    page = world.get(says(answer(b"<p>", kind="Text/HTML; charset=utf-8")), "/a?b=c#d")
    assert (page.url, page.status, page.body) == (f"{world.base}/a?b=c", 200, b"<p>")
    assert (page.kind, page.content_type) == ("text/html", "Text/HTML; charset=utf-8")
    head = world.outer.asked[0].decode()
    assert head.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert f"Host: journal.example.org:{world.port}\r\n" in head
    assert "User-Agent: Footnote/" in head
    assert "ookie" not in head
    assert "uthorization" not in head


def test_a_public_number_needs_no_look_up(world: World) -> None:
    world.base = f"http://{OUTER}:{world.port}"
    assert world.get(says(answer(b"x"))).body == b"x"
    assert world.names.asked == []


def test_names_in_other_scripts_are_asked_as_the_net_writes_them(world: World) -> None:
    world.names.add("xn--bcher-kva.example.org", [OUTER])
    world.base = f"http://Bücher.example.org:{world.port}"
    assert world.get(says(answer())).url == f"http://xn--bcher-kva.example.org:{world.port}/"


def test_the_next_machine_is_tried(world: World) -> None:
    world.public = world.public._replace(also=(IPv4Network("127.0.0.0/8"),))
    world.names.add("journal.example.org", ["127.0.0.3", OUTER])
    assert world.get(says(answer())).status == 200


def test_a_compressed_page(world: World) -> None:
    body = gzip.compress(b"<p>" * 100)
    assert world.get(says(answer(body, "Content-Encoding: gzip"))).body == b"<p>" * 100


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_other_statuses_are_answers(world: World, status: int) -> None:
    page = world.get(says(answer(b"<p>gone", status=status)))
    assert (page.status, page.body) == (status, b"<p>gone")
    assert world.get(says(answer(b"{}", status=status, kind="application/json"))).body == b""
    assert world.client().check(world.base) == status


def test_a_pdf_comes_without_its_body(world: World) -> None:
    page = world.get(says(answer(b"%PDF", kind="application/pdf")))
    assert (page.kind, page.body) == ("application/pdf", b"")


@pytest.mark.parametrize("kind", ["", "image/svg+xml", "application/json", "text/plain", "text/html2"])
def test_what_is_no_page_is_refused(world: World, kind: str) -> None:
    with pytest.raises(Refused, match="not to a page"):
        world.get(says(answer(b"secret", kind=kind)))
    assert world.client().check(world.base) == 200


@pytest.mark.parametrize("kind", ["application/json", "application/pdf", ""])
def test_something_else_than_a_page_is_read_when_asked_for(world: World, kind: str) -> None:
    world.outer.script = in_turn(redirect("/there"), answer(b"{}", kind=kind))
    page = world.client().get(world.base, accept="application/json")
    assert (page.content_type, page.body) == (kind, b"{}")
    assert all(b"Accept: application/json\r\n" in head for head in world.outer.asked)


def test_checking_reads_no_body(world: World) -> None:
    world.outer.script = hangs_in_the_body
    assert world.client().check(world.base) == 200


def test_redirects_are_followed(world: World) -> None:
    world.names.add("other.example.net", [OUTER])
    there = f"http://other.example.net:{world.port}/x y#z"
    page = world.get(in_turn(redirect("/there"), redirect(there), answer(b"<p>")))
    assert (page.url, page.body) == (f"http://other.example.net:{world.port}/x%20y", b"<p>")
    assert [line.split()[1] for line in world.outer.asked] == [b"/", b"/there", b"/x%20y"]


def test_cookies_are_not_carried_on(world: World) -> None:
    world.get(in_turn(answer(b"", "Set-Cookie: a=b; Path=/", "Location: /there", status=302), answer()))
    assert len(world.outer.asked) == 2
    assert not any(b"cookie" in asked.lower() for asked in world.outer.asked)


def test_the_environment_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{INNER}:{world.port}")
    assert world.get(says(answer())).status == 200


def test_certificates_are_asked_for_by_name(world: World) -> None:
    with pytest.raises(Unreachable):
        world.client().get(f"https://journal.example.org:{world.port}/")
    assert b"journal.example.org" in world.outer.asked[0]
    context = _tls()
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)


# --- hostile addresses ---------------------------------------------------------------------------------

HOSTILE = r"""
http://127.0.0.1:{port}/
http://127.0.0.3:{port}/
http://127.1:{port}/
http://127.0.1:{port}/
http://127.0.0.1.:{port}/
http://2130706433:{port}/
http://0x7f000001:{port}/
http://0x7f.0.0.1:{port}/
http://0x7f.1:{port}/
http://0177.0.0.1:{port}/
http://0177.1:{port}/
http://017700000001:{port}/
http://127.0.0.01:{port}/
http://127.0.0.1%00.example.org:{port}/
http://%31%32%37.0.0.1:{port}/
http://127。0。0。1:{port}/
http://127．0．0．1:{port}/
http://１２７.０.０.１:{port}/
http://①②⑦.⓪.⓪.①:{port}/
http://localhost:{port}/
http://LOCALHOST:{port}/
http://localhost.:{port}/
http://ｌｏｃａｌｈｏｓｔ:{port}/
http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/
http://api.localhost:{port}/
http://printer:{port}/
http://db.internal:{port}/
http://nas.local:{port}/
http://inner.example.org:{port}/
http://mixed.example.org:{port}/
http://0.0.0.0:{port}/
http://0:{port}/
http://0.0:{port}/
http://00000000:{port}/
http://[::1]:{port}/
http://[::]:{port}/
http://[0:0:0:0:0:0:0:1]:{port}/
http://[::ffff:127.0.0.1]:{port}/
http://[::ffff:7f00:1]:{port}/
http://[::127.0.0.1]:{port}/
http://[64:ff9b::127.0.0.1]:{port}/
http://[64:ff9b:1::127.0.0.1]:{port}/
http://[2002:7f00:1::1]:{port}/
http://[2001:0:7f00:1::1]:{port}/
http://[fe80::1%25lo]:{port}/
http://[::1%25lo]:{port}/
http://[fec0::1]:{port}/
http://[fc00::1]:{port}/
http://[ff02::1]:{port}/
http://[::1:{port}/
http://10.0.0.1:{port}/
http://172.16.0.1:{port}/
http://192.168.0.1:{port}/
http://169.254.169.254:{port}/latest/meta-data/
http://100.100.100.200:{port}/
http://168.63.129.16:{port}/
http://255.255.255.255:{port}/
http://224.0.0.1:{port}/
http://anna@journal.example.org:{port}/
http://anna:secret@journal.example.org:{port}/
http://journal.example.org@127.0.0.1:{port}/
http://journal.example.org:{port}@127.0.0.1:{port}/
http://journal.example.org\@127.0.0.1:{port}/
http://127.0.0.1:{port}\@journal.example.org/
http://127.0.0.1:{port}#@journal.example.org:{port}/
http://127.0.0.1:{port}?@journal.example.org:{port}/
http://journal.example.org:22/
http://journal.example.org:0/
http://journal.example.org:-{port}/
http://journal.example.org:99999/
http://journal.example.org:port/
http://journal.example.org/
http://journal.example.org.:{port}/
http://-journal.example.org:{port}\t/
http://journal.example.org:{port}/\r\nHost: 127.0.0.1
ftp://127.0.0.1:{port}/
file:///etc/passwd
file://127.0.0.1:{port}/etc/passwd
gopher://127.0.0.1:{port}/_GET
dict://127.0.0.1:{port}/
ws://127.0.0.1:{port}/
unix:///var/run/docker.sock
data:text/html,hello
javascript:alert(1)
//127.0.0.1:{port}/
127.0.0.1:{port}
http:127.0.0.1:{port}
http:///127.0.0.1:{port}/
http://:{port}/
http://{long}.example.org:{port}/
""".strip("\n").split("\n")


OWN_PATH = re.compile(r"http:(///)?127|127")


def written(hostile: str, world: World) -> str:
    escapes = hostile.replace("\\t", "\t").replace("\\r", "\r").replace("\\n", "\n")
    return escapes.replace("{port}", str(world.port)).replace("{long}", "a" * 64)


def test_there_are_enough_hostile_addresses() -> None:
    assert len(set(HOSTILE)) > 80


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_addresses_reach_nobody(world: World, hostile: str) -> None:
    address = written(hostile, world)
    for ask in (world.client().get, world.client().check):
        with pytest.raises(Refused) as refusal:
            ask(address)
        assert str(refusal.value).endswith(".")
    assert (world.intrusions, world.outer.visits) == (0, 0)


#: Without those that no header can carry, and those that are a path when seen from a page.
TARGETS = [
    hostile
    for hostile in HOSTILE
    if "\\t" not in hostile and "\\r" not in hostile and not OWN_PATH.match(hostile)
]


@pytest.mark.parametrize("hostile", TARGETS)
def test_redirects_to_hostile_addresses_reach_nobody(world: World, hostile: str) -> None:
    target = written(hostile, world)
    with pytest.raises(Refused):
        world.get(says(b"HTTP/1.1 302 X\r\nLocation: " + target.encode() + b"\r\n\r\n"))
    assert (world.intrusions, world.outer.visits) == (0, 1)


@given(st.text(max_size=60) | st.from_regex(r"https?://[^/]{1,30}(:[0-9]{1,5})?/", fullmatch=True))
@trials(max_examples=100, deadline=None)
def test_no_text_is_anything_but_refused_or_unreachable(text: str) -> None:
    def nobody(*_: object) -> list[tuple[Any, ...]]:
        raise socket.gaierror("nobody")

    client = Guarded(Settings(), resolver=nobody, limits=QUICK)
    with pytest.raises((Refused, Unreachable)):
        client.get(text)


def test_without_allowances_only_the_usual_ports_and_the_web() -> None:
    client = guarded(Settings())
    for address in ("http://127.0.0.2/", "https://127.0.0.2/", "http://example.org:8080/"):
        with pytest.raises(Refused):
            client.get(address)
    assert Public().place("https://journals.plos.org:443/x").host == "journals.plos.org"
    assert Public().place("http://[2606:4700::1111]/").host == "2606:4700::1111"


# --- hostile names -------------------------------------------------------------------------------------


def words(text: str) -> list[str]:
    return text.split()


INNER_NUMBERS = words(
    """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 168.63.129.16
169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.9 192.0.0.192 192.0.2.1 192.31.196.1
192.52.193.1 192.88.99.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.255
224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1
64:ff9b::8.8.8.8 64:ff9b:1::1 64:ff9b:1:ffff::8.8.8.8 100::1 100:0:0:1::1 2001::1 2001:0:808:808::1 2001:2::1
2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 2620:4f:8000::1 3ffe::1 3fff::1
3fff:fff:ffff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 fec0::1 feff::1 ff02::1 ff0e::1
"""
)
OUTER_NUMBERS = words(
    """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 168.63.129.15
169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.1 192.0.3.1 192.167.255.255 192.169.0.0 198.17.255.255
198.20.0.0 223.255.255.255 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700::1111 2a00:1450::1 3fff:1000::1
"""
)


@pytest.mark.parametrize("number", INNER_NUMBERS)
def test_names_of_inner_machines_reach_nobody(world: World, number: str) -> None:
    world.names.add("journal.example.org", [number])
    with pytest.raises(Refused, match="private network"):
        world.client().get(world.base)
    world.names.add("journal.example.org", [OUTER, number])
    with pytest.raises(Refused, match="private network"):
        world.client().get(world.base)
    assert world.outer.visits == 0


@pytest.mark.parametrize("number", INNER_NUMBERS)
def test_inner_numbers_are_refused_by_their_looks(number: str) -> None:
    with pytest.raises(Refused, match="private network"):
        Public().place(f"http://[{number}]/" if ":" in number else f"http://{number}/")


@pytest.mark.parametrize("name", ["db.internal", "nas.local", "api.localhost"])
def test_inner_names_are_refused_wherever_they_lead(world: World, name: str) -> None:
    world.names.add(name, [OUTER])
    with pytest.raises(Refused, match="private network"):
        world.client().get(f"http://{name}:{world.port}/")
    assert world.names.asked == []


@pytest.mark.parametrize("number", OUTER_NUMBERS)
def test_the_neighbours_of_inner_machines_are_public(number: str) -> None:
    assert Public().holds(ip_address(number))


def test_a_name_that_changes_its_meaning_is_looked_up_once(world: World) -> None:
    world.names.add("journal.example.org", [OUTER], [INNER])
    assert world.get(says(answer(b"outer"))).body == b"outer"
    assert (world.names.asked, world.outer.visits) == (["journal.example.org"], 1)
    with pytest.raises(Refused):
        world.client().get(world.base)


def test_a_redirect_looks_the_name_up_and_judges_it_again(world: World) -> None:
    world.names.add("journal.example.org", [OUTER], [INNER])
    with pytest.raises(Refused, match="private network"):
        world.get(says(redirect("/there")))
    assert world.outer.visits == 1


@pytest.mark.parametrize("numbers", [[], ["127.0.0.2%lo"]])
def test_odd_answers_to_look_ups(world: World, numbers: list[str]) -> None:
    world.names.add("journal.example.org", numbers)
    if numbers:
        assert world.client().get(world.base).status == 200
    else:
        with pytest.raises(Unreachable, match="no machine"):
            world.client().get(world.base)


def test_a_name_that_nobody_knows(world: World) -> None:
    with pytest.raises(Unreachable, match="not found"):
        world.client().get(f"http://nobody.example.org:{world.port}/")


def test_a_name_with_hundreds_of_dead_machines_costs_little(world: World) -> None:
    world.public = world.public._replace(also=(IPv4Network("127.0.0.0/8"),))
    world.names.add("journal.example.org", [f"127.0.9.{n}" for n in range(200)] + [OUTER])
    with pytest.raises(Unreachable, match="ConnectError"):
        world.client().get(world.base)


# --- hostile answers -----------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\n"


def redirect(target: str) -> bytes:
    return answer(b"", f"Location: {target}", status=302)


def in_turn(*answers: bytes) -> Script:
    """Each visitor gets the next answer."""
    rest = list(answers)
    return lambda connection: connection.sendall(rest.pop(0))


def endless(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def crumbs(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1\r\nx\r\n" * 10_000)


def hangs(connection: socket.socket) -> None:
    connection.recv(1)


def hangs_in_the_body(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 9\r\n\r\nx")
    connection.recv(1)


def resets(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 9\r\n\r\nx")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


BOMB = gzip.compress(b"\0" * 50_000_000)
DRIP = [b"x"] * 200
LATE = {
    "body that drips": says(HEAD + b"Content-Length: 1000\r\n\r\n", *DRIP, pause=0.05),
    "head that drips": says(b"HTTP/1.1 200 X\r\nX-", *DRIP, pause=0.05),
    "headers that drip": says(b"HTTP/1.1 200 X\r\n", *[b"A: b\r\n"] * 200, pause=0.05),
    "news that never ends": says(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 200, pause=0.05),
    "silence": hangs,
    "silence in the body": hangs_in_the_body,
    "redirects that drip": says(redirect("/"), pause=0.15),
}
LARGE = {
    "50 MB": endless,
    "50 MB announced": says(answer(b"x" * 50_000_000)),
    "a bomb": says(answer(BOMB, "Content-Encoding: gzip")),
    "a page in crumbs": crumbs,
    "thousands of headers": says(answer(b"", *["X: y"] * 5000)),
    "a long header": says(answer(b"", f"X: {'y' * 200_000}")),
    "news without end": says(b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000),
}
BROKEN = {
    "cut off": says(answer(b"x" * 1000)[:-10]),
    "cut off in a chunk": says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\nx"),
    "cut off in gzip": says(answer(gzip.compress(b"half of it")[:-9], "Content-Encoding: gzip")),
    "no gzip": says(answer(b"<p>", "Content-Encoding: gzip")),
    "unasked brotli": says(answer(b"<p>", "Content-Encoding: br")),
    "gzip twice": says(answer(b"<p>", "Content-Encoding: gzip, gzip")),
    "two lengths": says(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
    "no answer": says(),
    "no HTTP": says(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "a reset": resets,
    "a switch of protocol": says(b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
}


@pytest.mark.parametrize("name", LATE)
def test_slow_answers_are_given_up(world: World, name: str) -> None:
    start = time.monotonic()
    with pytest.raises(Unreachable, match=r"too long|Timeout"):
        world.get(LATE[name], limits=QUICK)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("name", LARGE)
def test_large_answers_are_given_up(world: World, name: str) -> None:
    with pytest.raises(Unreachable, match=r"too large|too long|5002 headers"):
        world.get(LARGE[name])


@pytest.mark.parametrize("name", BROKEN)
def test_broken_answers_are_no_pages(world: World, name: str) -> None:
    with pytest.raises((Unreachable, Refused)):
        world.get(BROKEN[name])


def test_silence_is_given_up_before_the_end(world: World) -> None:
    start = time.monotonic()
    with pytest.raises(Unreachable, match="ReadTimeout"):
        world.get(hangs, limits=PATIENT._replace(silence=0.1))
    assert time.monotonic() - start < 3


def test_late_bytes_count_as_late_however_fast_they_come() -> None:
    bounds = Bounds(-1, 10)
    assert bounds.left(5) == 0.001
    with pytest.raises(Unreachable, match="too long"):
        bounds.spend(1)
    assert Bounds(60, 10).left(5) == 5


def test_a_slow_look_up_is_given_up(world: World) -> None:
    done = threading.Event()

    def slow(*_: object) -> list[tuple[Any, ...]]:
        done.wait(5)
        return []

    client = Guarded(Settings(), resolver=slow, public=world.public, limits=QUICK)
    start = time.monotonic()
    with pytest.raises(Unreachable, match="not found in time"):
        client.get(world.base)
    assert time.monotonic() - start < 3
    done.set()


def test_five_redirects_are_followed_and_not_six(world: World) -> None:
    there = [redirect(f"/{n}") for n in range(6)]
    assert world.get(in_turn(*there[:5], answer(b"<p>"))).body == b"<p>"
    with pytest.raises(Unreachable, match="too often"):
        world.get(in_turn(*there, answer()))
    assert world.outer.visits == 6 + 6


def test_redirects_in_circles_end(world: World) -> None:
    with pytest.raises(Unreachable, match="too often"):
        world.get(says(redirect("/")))
    assert world.outer.visits == 6


def test_a_redirect_to_nowhere_is_the_answer(world: World) -> None:
    assert world.get(says(answer(b"", status=302))).status == 302


def test_a_body_up_to_the_limit(world: World) -> None:
    assert len(world.get(says(answer(b"x" * PATIENT.body))).body) == PATIENT.body
    with pytest.raises(Unreachable, match="too large"):
        world.get(says(answer(b"x" * (PATIENT.body + 1))))
